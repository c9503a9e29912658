// Parses, checks and validates each text once per schema, and compiles it once it is asked for often.
import {
  type DocumentNode,
  GraphQLError,
  GraphQLScalarType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  type OperationDefinitionNode,
  parse,
  TypeInfo,
  type VariableDefinitionNode,
  type VariableNode,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit'
import type { Limits } from '../config/limits.ts'
import { fail } from '../errors.ts'
import { checkCost, isCostFixed } from './cost.ts'
import { checkDocument } from './document-limits.ts'
import { introspects } from './introspection-limits.ts'

/** A text that may be run; `compiled` is there once it was worth it. */
export type Operation = {
  readonly document: DocumentNode
  readonly node: OperationDefinitionNode
  /** Whether it asks for the schema itself. */
  readonly introspects: boolean
  hits: number
  /** Since room was last made. */
  wasAsked: boolean
  compiled?: Compiled
}
/**
 * `inner` are the variables that stand inside lists and objects: without a value graphql-jit would take them for null.
 * One that `isWithinLimits` costs the same with any variables, and not too much.
 */
export type Compiled = Readonly<{
  query: CompiledQuery['query']
  inner: ReadonlySet<string>
  isWithinLimits: boolean
}>
export type FindOperation = (
  schema: GraphQLSchema,
  text: string,
  name: string | undefined,
) => Operation | readonly GraphQLError[]

/** Errors that are told of one document or its variables: each looks for names that are near. */
export const mostErrors = 10
/** Compiling takes milliseconds: worth it for texts that come back, not for those that come once. */
const hitsToCompile = 3

/** Makes the cache; operations of one schema never serve another, and go when the schema goes. */
export function createOperations(limits: Limits): FindOperation {
  const bySchema = new WeakMap<GraphQLSchema, Map<string, Operation>>()
  return (schema, text, name) => {
    const operations = bySchema.get(schema) ?? new Map<string, Operation>()
    bySchema.set(schema, operations)
    const key = name === undefined ? text : `${name}\0${text}`
    const known = operations.get(key)
    if (known) {
      known.hits++
      known.wasAsked = true
      if (known.hits === hitsToCompile && !known.introspects) compile(schema, known, { text, name, limits })
      return known
    }
    const prepared = prepare(schema, text, name, limits)
    if ('node' in prepared) keep(operations, key, prepared, limits.operations)
    return prepared
  }
}

/**
 * The oldest makes room, but those that were asked for since get another turn. Hits leave the map as it is: to move them to
 * its end would make a new table every few requests.
 */
function keep(operations: Map<string, Operation>, key: string, operation: Operation, most: number): void {
  for (const [oldest, known] of operations) {
    if (operations.size < most) break
    operations.delete(oldest)
    if (known.wasAsked) operations.set(oldest, Object.assign(known, { wasAsked: false }))
  }
  operations.set(key, operation)
}

function prepare(
  schema: GraphQLSchema,
  text: string,
  name: string | undefined,
  limits: Limits,
): Operation | readonly GraphQLError[] {
  const document = parse(text, { maxTokens: limits.tokens })
  checkDocument(document, limits)
  const errors = validate(schema, document, undefined, { maxErrors: mostErrors })
  if (errors.length > 0) return errors.map(nameInvalid)
  const node = getOperationAST(document, name)
  if (node == null)
    throw fail(
      'BAD_USER_INPUT',
      name === undefined
        ? 'Name the operation to run: the document has several'
        : `The document has no operation named ${JSON.stringify(name)}`,
    )
  return { document, node, introspects: introspects(document), hits: 1, wasAsked: false }
}

/**
 * graphql-jit marks the nodes it compiles, so it gets a document of its own; what it cannot compile stays interpreted.
 * It writes code for the coercion of each variable, without end for inputs that contain themselves; graphql-js coerces
 * them before, so here they are all of a type that takes any value and that no one else sees.
 */
function compile(
  schema: GraphQLSchema,
  operation: Operation,
  { text, name, limits }: Readonly<{ text: string; name: string | undefined; limits: Limits }>,
): void {
  const document = visit(parse(text), { VariableDefinition: takeAny })
  if (hasFreeVariables(schema, operation.document)) return
  const isWithinLimits = isCostFixed(document)
  // One that costs too much is refused each time before it would run, so compiling it is of no use.
  if (isWithinLimits && !isAffordable(operation, limits)) return
  const compiled = compileQuery(withAnyValue(schema), document, name)
  if (isCompiledQuery(compiled))
    operation.compiled = { query: compiled.query, inner: findInner(document), isWithinLimits }
}

function isAffordable({ document, node }: Operation, limits: Limits): boolean {
  try {
    checkCost(document, node, {}, limits)
    return true
  } catch {
    return false
  }
}

const anyValue = new GraphQLScalarType({ name: '_AnyValue', parseValue: (value) => value })

function withAnyValue(schema: GraphQLSchema): GraphQLSchema {
  const getType = (name: string) => (name === anyValue.name ? anyValue : schema.getType(name))
  return Object.create(schema, { getType: { value: getType } })
}

/** Whether a variable stands inside a literal of a custom scalar, such as `{ a: $x }` for JSON: only graphql-js reads those. */
function hasFreeVariables(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema)
  let isFree = false
  let depth = 0
  const nested = { enter: () => void depth++, leave: () => void depth-- }
  const checkVariable = (): void => {
    const type = types.getInputType()
    const named = type && getNamedType(type)
    const isCustom = named == null || (isScalarType(named) && !isSpecifiedScalarType(named))
    if (depth > 0 && isCustom) isFree = true
  }
  visit(
    document,
    visitWithTypeInfo(types, { ObjectValue: nested, ListValue: nested, Variable: checkVariable }),
  )
  return isFree
}

function findInner(document: DocumentNode): ReadonlySet<string> {
  const inner = new Set<string>()
  const collect = { Variable: (node: VariableNode) => void inner.add(node.name.value) }
  visit(document, {
    ObjectField: (node) => void visit(node, collect),
    ListValue: (node) => void visit(node, collect),
  })
  return inner
}

function takeAny({ kind, variable }: VariableDefinitionNode): VariableDefinitionNode {
  return { kind, variable, type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: anyValue.name } } }
}

/** An error of validation says so, unless a scalar has said more. */
export function nameInvalid(error: GraphQLError): GraphQLError {
  if (error.extensions.code !== undefined) return error
  const { nodes, message } = error
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  })
}
