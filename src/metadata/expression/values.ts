// Values while an expression is worked out: how those of rows and JSON become such, and how they compare.
import { ExpressionError } from './error.ts'
import { type Big, isDecimal, readDecimal } from './number.ts'
import type { Type } from './type.ts'

/** A value of a row, or one that was taken before, in the form that expressions use: numbers as decimals; what is absent is null. */
export function takeValue(kind: Type['kind'], value: unknown): unknown {
  if (value === null || value === undefined) return null
  switch (kind) {
    case 'decimal':
      return takeNumber(value)
    case 'any':
      return takeJson(value)
    case 'time':
      return takeTime(String(value))
    default:
      return value
  }
}

function takeNumber(value: unknown): Big | null {
  if (isDecimal(value)) return value
  return typeof value === 'number' || typeof value === 'string' ? (readDecimal(value) ?? null) : null
}

/** Times of day are written with and without seconds and trailing zeros. */
function takeTime(text: string): string {
  return text.length === 5 ? `${text}:00` : text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** What JSON holds; what it cannot hold does not get in. */
function takeJson(value: unknown): unknown {
  switch (typeof value) {
    case 'number':
      return readDecimal(value) ?? null
    case 'string':
    case 'boolean':
    case 'object':
      return value
    default:
      return null
  }
}

/** A property of an object, own ones only; numbers and lists have none. */
export function pickOwn(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isDecimal(value)) return null
  return Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : null
}

export function isTrue(value: unknown): boolean {
  return value === true
}

/** Whether two values are the same; nil is only the same as nil, values of different kinds never are, and undefined is no value. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (one === undefined) return false
  if (isDecimal(one) && isDecimal(other)) return one.eq(other)
  return one === other
}

/** Below zero, zero or above it; undefined when the values have no order. */
export function compare(one: unknown, other: unknown): number | undefined {
  if (isDecimal(one) && isDecimal(other)) return one.cmp(other)
  if (typeof one === 'string' && typeof other === 'string') return compareText(one, other)
  return undefined
}

/** By code points, as the collation "C" does; JavaScript compares halves of surrogate pairs. */
function compareText(one: string, other: string): number {
  if (one === other) return 0
  let place = 0
  while (place < one.length && one.charCodeAt(place) === other.charCodeAt(place)) place++
  const isInPair = isLowHalf(one.charCodeAt(place)) && isLowHalf(other.charCodeAt(place))
  const start = isInPair ? place - 1 : place
  return (one.codePointAt(start) ?? -1) - (other.codePointAt(start) ?? -1)
}

function isLowHalf(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}

/** What messages call the kind of a value. */
function nameKind(value: unknown): string {
  if (value === null || value === undefined) return 'nil'
  if (isDecimal(value)) return 'a number'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return 'a text'
  return typeof value === 'boolean' ? 'true or false' : 'an object'
}

export function refuseKind(expected: string, value: unknown): ExpressionError {
  return new ExpressionError(`expects ${expected}, found ${nameKind(value)}`)
}
