// Reasons about types: which may be compared, which may stand for each other, what they are called.
import type { Type } from './type.ts'

export const anyType: Type = { kind: 'any' }
export const booleanType: Type = { kind: 'boolean' }
export const decimalType: Type = { kind: 'decimal' }
export const stringType: Type = { kind: 'string' }
export const dayType: Type = { kind: 'day' }

const names: Readonly<Record<Type['kind'], string>> = {
  any: 'anything',
  nil: 'nil',
  boolean: 'true or false',
  decimal: 'a number',
  string: 'a text',
  timestamp: 'a moment',
  date: 'a date',
  day: 'a date or a moment',
  time: 'a time of day',
  list: 'a list',
  record: 'a record',
}

export function nameType({ kind }: Type): string {
  return names[kind]
}

export function isNumeric({ kind }: Type): boolean {
  return kind === 'decimal'
}

export function isDay({ kind }: Type): boolean {
  return kind === 'date' || kind === 'timestamp' || kind === 'day'
}

/** Whether nothing is known of the type before it is looked at. */
export function isOpen({ kind }: Type): boolean {
  return kind === 'any' || kind === 'nil'
}

/** Whether values of the type come before and after each other. */
export function isOrdered({ kind }: Type): boolean {
  return kind !== 'list' && kind !== 'record' && kind !== 'boolean'
}

/** Whether values of two types can be put side by side; lists and records only beside nil. */
export function areComparable(one: Type, other: Type): boolean {
  if (one.kind === 'nil' || other.kind === 'nil') return true
  if ([one, other].some(({ kind }) => kind === 'list' || kind === 'record')) return false
  return isOpen(one) || isOpen(other) || one.kind === other.kind || (isDay(one) && isDay(other))
}

/** The type of a value that is one or the other. */
export function joinTypes(types: readonly Type[]): Type {
  const known = types.filter(({ kind }) => kind !== 'nil')
  const [first] = known
  if (first === undefined) return { kind: 'nil' }
  if (known.every(isDay) && known.some(({ kind }) => kind !== first.kind)) return dayType
  if (known.some(({ kind }) => kind !== first.kind)) return anyType
  if (first.kind === 'list') return { kind: 'list', of: joinTypes(known.map(elementOf)) }
  return first.kind === 'record' ? joinRecords(known, first.name) : first
}

/** What records of several entities have in common, which one can be sure of. */
function joinRecords(types: readonly Type[], name: string): Type {
  const [first, ...others] = types.flatMap((type) => (type.kind === 'record' ? [type.fields] : []))
  if (first === undefined || others.every((fields) => fields === first)) return types[0] ?? anyType
  const shared = [...first].filter(([field, { kind }]) =>
    others.every((fields) => fields.get(field)?.kind === kind && kind !== 'record'),
  )
  return { kind: 'record', name, fields: new Map(shared) }
}

/** What a list is made of. */
export function elementOf(type: Type): Type {
  return type.kind === 'list' ? type.of : anyType
}
