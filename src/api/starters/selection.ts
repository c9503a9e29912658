// What a starter asks of a record: its own values first, and who it belongs to.
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isLeafType,
  isListType,
  isObjectType,
  isScalarType,
} from 'graphql'

const mostFields = 8
const mostRelated = 2

type Field = GraphQLField<unknown, unknown>

/** The selection of some fields of a record, braces included. */
export function writeSelection(type: GraphQLObjectType): string {
  const fields = Object.values(type.getFields()).filter(({ args }) => args.length === 0)
  const own = fields.filter((field) => isLeafType(getNullableType(field.type)) && !isTechnical(field))
  const key = own.filter(({ name }) => name === 'id')
  const others = own.filter(({ name }) => name !== 'id')
  const names = [...key, ...others].slice(0, mostFields).map(({ name }) => name)
  const related = fields.flatMap(writeRelated).slice(0, mostRelated)
  return `{ ${[...names, ...related].join(' ')} }`
}

function isTechnical({ name }: Field): boolean {
  return name === 'nodeId' || name.startsWith('_')
}

/** A record that the field leads to, by its id and what it is called. */
function writeRelated({ name, type }: Field): readonly string[] {
  const other = findRecordType(type)
  if (other === undefined) return []
  const fields = Object.values(other.getFields())
  const label = fields.find((field) => isLabel(field.name, field.type))
  return [`${name} { ${['id', ...(label ? [label.name] : [])].join(' ')} }`]
}

function isLabel(name: string, type: GraphQLOutputType): boolean {
  const leaf = getNullableType(type)
  return isScalarType(leaf) && leaf.name === 'String' && name !== 'id'
}

/** The type of the one record behind a field; lists and what has no id are none. */
export function findRecordType(type: GraphQLOutputType): GraphQLObjectType | undefined {
  const found = getNullableType(type)
  return !isListType(found) && isObjectType(found) && 'id' in found.getFields() ? found : undefined
}

/** How the stored value of an enum is written for a field of a record; undefined where that is no enum, or has it not. */
export function findEnumName(type: GraphQLObjectType, fieldName: string, value: unknown): string | undefined {
  const field = type.getFields()[fieldName]
  const leaf = field && getNamedType(field.type)
  return isEnumType(leaf) ? leaf.getValues().find((each) => each.value === value)?.name : undefined
}
