// What a condition compares its field with: values read by the field's type, and places, which are looked up when it is asked.
import { describe, joinPath, suggest } from '../../reader.ts'
import type { Report } from '../behaviour/basis.ts'
import type { Environment } from '../expression/expression.ts'
import type { Type } from '../expression/type.ts'
import type { Field } from '../field.ts'
import { isMany, type PermissionCondition } from '../permission.ts'
import { findPlace, isAttribute, type Place } from '../place.ts'
import { readValue, type Value } from '../value.ts'
import { findMany, findOne, prepare } from './lookup.ts'
import { placeSuits, tellPlace } from './place-types.ts'

/** The right side of a condition. */
export type Operand = Readonly<{
  /** As an expression says it. */
  text: string
  type: Type
  /** What it is for this user, at this time; undefined when a place in it stands for nothing. */
  find(environment: Environment): unknown
  /** The values as rows have them, when no place is among them. */
  constants?: readonly Value[]
}>

type Basis = Readonly<{ field: Field; condition: PermissionCondition; report: Report }>
type Item = Readonly<{ text: string; find: Operand['find']; constant?: Value }>

const listType: Type = { kind: 'list', of: { kind: 'any' } }

/** Reads the right side of a condition on the field; undefined when it has problems. */
export function readOperand(basis: Basis): Operand | undefined {
  const { operator, value } = basis.condition
  const place = findPlace(value)
  if (isMany(operator) && place) return readListPlace(basis, place)
  if (!isMany(operator)) return readSingle(basis)
  const items = (Array.isArray(value) ? value : [value]).map((each: unknown, index) =>
    readItem(basis, each, joinPath('value', index)),
  )
  return joinItems(items)
}

/** Functions want to know the type; comparisons look at the value. */
function readSingle(basis: Basis): Operand | undefined {
  const { operator, value } = basis.condition
  const item = readItem(basis, value, 'value')
  const type: Type = { kind: operator === 'contains' ? 'string' : 'any' }
  return item && { ...item, type, ...(item.constant === undefined ? {} : { constants: [item.constant] }) }
}

function joinItems(read: readonly (Item | undefined)[]): Operand | undefined {
  const items = read.filter((item) => item !== undefined)
  if (items.length < read.length) return undefined
  const constants = items.map(({ constant }) => constant).filter((constant) => constant !== undefined)
  return {
    text: `[${items.map(({ text }) => text).join(', ')}]`,
    type: listType,
    find: (environment) => {
      const found = items.map((item) => item.find(environment))
      return found.includes(undefined) ? undefined : found
    },
    ...(constants.length === items.length ? { constants } : {}),
  }
}

function readListPlace({ field, condition, report }: Basis, place: Place): Operand | undefined {
  const name = place.join('.')
  const isText = field.type === 'string' || field.type === 'text'
  if (name === 'user.roles' && !isText) return report('value', tellPlace(place, field))
  if (name !== 'user.roles' && !isAttribute(place))
    return report(
      'value',
      `must be a list of values for ${condition.operator}, found {{${name}}}, which is one`,
    )
  return { text: name, type: listType, find: (environment) => findMany(field, place, environment) }
}

function readItem(basis: Basis, value: unknown, path: string): Item | undefined {
  const { field, report } = basis
  const place = findPlace(value)
  if (place === undefined) return readConstant(basis, value, path)
  if (!placeSuits(place, field)) return report(path, tellPlace(place, field))
  return { text: place.join('.'), find: (environment) => findOne(field, place, environment) }
}

function readConstant({ field, condition, report }: Basis, value: unknown, path: string): Item | undefined {
  const reading = readValue(field, value)
  if ('problem' in reading)
    return report(path, `${reading.problem}, because ${field.name} is of type ${field.type}`)
  const constant = reading.value
  if (condition.operator !== 'contains' && field.enum && !field.enum.includes(String(constant)))
    return report(path, tellEnum(field.enum, constant))
  const prepared = prepare(field.type, constant)
  return { text: writeLiteral(field, constant), find: () => prepared, constant }
}

function tellEnum(values: readonly string[], found: Value): string {
  return `must be one of ${values.join(', ')}; found ${describe(found)}${suggest(String(found), values)}`
}

/** Exact numbers are kept as text, and yet they are numbers. */
function writeLiteral({ type }: Field, value: Value): string {
  const isText = typeof value === 'string' && type !== 'bigint' && type !== 'decimal'
  return isText ? `"${value.replace(/["\\]/g, '\\$&')}"` : String(value)
}
