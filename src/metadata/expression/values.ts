// Values while an expression is worked out: how those of rows and JSON become such, and how they compare.
import { ExpressionError } from './error.ts'
import { type Big, isDecimal, readDecimal } from './number.ts'
import type { Type } from './type.ts'

/** A value of a row in the form that expressions use: exact numbers as decimals; what is absent is null. */
export function takeValue(kind: Type['kind'], value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (kind === 'decimal') return takeNumber(value)
  if (kind === 'any') return takeJson(value)
  if (kind === 'time') return takeTime(String(value))
  return value
}

function takeNumber(value: unknown): Big | null {
  return typeof value === 'number' || typeof value === 'string' ? (readDecimal(value) ?? null) : null
}

/** Times of day are written with and without seconds and trailing zeros. */
export function takeTime(text: string): string {
  return text.length === 5 ? `${text}:00` : text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** What JSON holds; its numbers are exact from here on. */
function takeJson(value: unknown): unknown {
  return typeof value === 'number' ? (readDecimal(value) ?? value) : value
}

/** A property of an object, own ones only. */
export function pickOwn(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : null
}

export function isTrue(value: unknown): boolean {
  return value === true
}

export function isNumber(value: unknown): value is Big | number {
  return typeof value === 'number' || isDecimal(value)
}

/** Whether two values are the same; nil is only the same as nil, and values of different kinds never are. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (one === null || other === null) return one === other
  if (isNumber(one) && isNumber(other)) return compareNumbers(one, other) === 0
  return one === other
}

/** Below zero, zero or above it; undefined when the values have no order. */
export function compare(one: unknown, other: unknown): number | undefined {
  if (isNumber(one) && isNumber(other)) return compareNumbers(one, other)
  if (typeof one === 'string' && typeof other === 'string') return compareText(one, other)
  return undefined
}

function compareNumbers(one: Big | number, other: Big | number): number {
  if (isDecimal(one) && isDecimal(other)) return one.cmp(other)
  return Number(one) - Number(other)
}

/** By code points, as the collation "C" does; JavaScript compares halves of surrogate pairs. */
function compareText(one: string, other: string): number {
  if (one === other) return 0
  let place = 0
  while (place < one.length && one.charCodeAt(place) === other.charCodeAt(place)) place++
  const isInPair = place > 0 && isLowHalf(one.charCodeAt(place)) && isLowHalf(other.charCodeAt(place))
  const start = isInPair ? place - 1 : place
  return (one.codePointAt(start) ?? -1) - (other.codePointAt(start) ?? -1)
}

function isLowHalf(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}

/** What messages call the kind of a value. */
export function nameKind(value: unknown): string {
  if (value === null || value === undefined) return 'nil'
  if (isNumber(value)) return 'a number'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return 'a text'
  return typeof value === 'boolean' ? 'true or false' : 'an object'
}

export function refuseKind(expected: string, value: unknown): ExpressionError {
  return new ExpressionError(`expects ${expected}, found ${nameKind(value)}`)
}
