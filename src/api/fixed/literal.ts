// Reads a literal of a GraphQL document as a JSON value, with the variables that stand inside it.
import { Kind, type ObjectValueNode, type ValueNode } from 'graphql'

/** Values by name; absent while a document is validated, before any are known. */
export type Variables = Readonly<Record<string, unknown>> | null | undefined

/** The JSON value of a literal. A variable that was not sent is null in a list and leaves its key out of an object. */
export function readLiteral(node: ValueNode, variables: Variables): unknown {
  switch (node.kind) {
    case Kind.NULL:
      return null
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value)
    case Kind.LIST:
      return node.values.map((item) => readLiteral(item, variables) ?? null)
    case Kind.OBJECT:
      return readObjectLiteral(node, variables)
    case Kind.VARIABLE:
      return readVariable(node.name.value, variables)
    default:
      return node.value
  }
}

/** Object.fromEntries defines own properties, so a key named `__proto__` is a key like any other. */
function readObjectLiteral(node: ObjectValueNode, variables: Variables): Record<string, unknown> {
  const entries = node.fields.map((field) => [field.name.value, readLiteral(field.value, variables)] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

function readVariable(name: string, variables: Variables): unknown {
  return variables && Object.hasOwn(variables, name) ? variables[name] : undefined
}
