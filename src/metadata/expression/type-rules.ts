// Reasons about types: which may be compared, which may stand for each other, what they are called.
import type { Type } from './type.ts'

export const anyType: Type = { kind: 'any' }
export const booleanType: Type = { kind: 'boolean' }
export const decimalType: Type = { kind: 'decimal' }
export const stringType: Type = { kind: 'string' }

const names: Readonly<Record<Type['kind'], string>> = {
  any: 'anything',
  nil: 'nil',
  boolean: 'true or false',
  decimal: 'a number',
  float: 'a number',
  string: 'a text',
  timestamp: 'a moment',
  date: 'a date',
  time: 'a time of day',
  list: 'a list',
  record: 'a record',
}

export function nameType({ kind }: Type): string {
  return names[kind]
}

export function isNumeric({ kind }: Type): boolean {
  return kind === 'decimal' || kind === 'float'
}

export function isDay({ kind }: Type): boolean {
  return kind === 'date' || kind === 'timestamp'
}

/** Whether nothing is known of the type before it is looked at. */
export function isOpen({ kind }: Type): boolean {
  return kind === 'any' || kind === 'nil'
}

/** Whether values of two types can be put side by side. */
export function areComparable(one: Type, other: Type): boolean {
  return (
    isOpen(one) ||
    isOpen(other) ||
    one.kind === other.kind ||
    (isNumeric(one) && isNumeric(other)) ||
    (isDay(one) && isDay(other))
  )
}

/** The type of a value that is one or the other. */
export function joinTypes(types: readonly Type[]): Type {
  const [first, ...others] = types.filter(({ kind }) => kind !== 'nil')
  if (first === undefined) return { kind: 'nil' }
  if (others.every(({ kind }) => kind === first.kind)) return first
  return [first, ...others].every(isNumeric) ? { kind: 'float' } : anyType
}

/** What a list is made of. */
export function elementOf(type: Type): Type {
  return type.kind === 'list' ? type.of : anyType
}
