// Values to start from, for inputs of every type: right in form, and easy to see through.
import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql'

/** Writes the value of a reference, which only a record can give; undefined leaves it out. */
export type WriteReference = (field: string) => string | undefined

const leastFields = 3
const mostDepth = 2

/** What is given without thinking about the field; ids are references. */
const literals: Readonly<Record<string, string>> = {
  Int: '1',
  Float: '1.5',
  BigInt: '"1"',
  Decimal: '"9.50"',
  Boolean: 'true',
  Date: '"2026-01-31"',
  Time: '"09:30:00"',
  DateTime: '"2026-01-31T09:30:00.000Z"',
  JSON: '{}',
}

/** An input object with all that is required, and some more where that is little. */
export function writeSampleInput(
  type: GraphQLInputObjectType,
  writeReference: WriteReference,
  depth = 0,
): string {
  const fields = Object.values(type.getFields())
  const required = fields.filter((field) => isNonNullType(field.type) && field.defaultValue === undefined)
  const simple = fields.filter(
    (field) => !required.includes(field) && (field.type.toString() in literals || isText(field.type)),
  )
  const more = depth === 0 ? simple.slice(0, Math.max(0, leastFields - required.length)) : []
  const given = fields.filter((field) => required.includes(field) || more.includes(field))
  const parts = given.flatMap(({ name, type: inner }) => {
    const value = writeSample(inner, name, writeReference, depth)
    return value === undefined ? [] : [`${name}: ${value}`]
  })
  return `{ ${parts.join(', ')} }`
}

/** Simple enough to be written without being asked for. */
function isText(type: GraphQLInputType): boolean {
  return type.toString() === 'String' || isEnumType(type)
}

function writeSample(
  type: GraphQLInputType,
  field: string,
  writeReference: WriteReference,
  depth: number,
): string | undefined {
  if (isNonNullType(type)) return writeSample(type.ofType, field, writeReference, depth)
  if (isListType(type)) return '[]'
  if (isEnumType(type)) return type.getValues()[0]?.name
  if (isInputObjectType(type))
    return depth < mostDepth ? writeSampleInput(type, writeReference, depth + 1) : undefined
  if (type.name === 'ID') return writeReference(field)
  return literals[type.name] ?? writeText(field)
}

function writeText(field: string): string {
  if (/e_?mail/i.test(field)) return '"ada@example.com"'
  if (/url|website/i.test(field)) return '"https://example.com"'
  return '"Example"'
}
