// Days and moments, all in UTC: dates are `2026-01-31`, moments `2026-01-31T12:00:00.000Z`.
import { readValue } from '../value.ts'
import type { Type } from './type.ts'
import { isDay } from './type-rules.ts'
import { refuseKind, takeValue } from './values.ts'

const dayLength = 86_400_000

/** A text as a date, a moment or a time of day, in the form that values of the kind have; undefined when it is none. */
export function readAs(kind: 'date' | 'timestamp' | 'time', text: string): string | undefined {
  const reading = readValue({ type: kind }, text)
  return 'value' in reading ? String(takeValue(kind, reading.value)) : undefined
}

export function readDay(text: string): string | undefined {
  return readAs('date', text) ?? readAs('timestamp', text)
}

/** How one side of a comparison is read before it is compared; a value that cannot be the same as any becomes undefined. */
export type Reading = (value: unknown) => unknown

/** By the types of both sides: days are read as moments when not both are dates. Undefined when there is nothing to read. */
export function chooseReading(own: Type, other: Type): Reading | undefined {
  if (own.kind === 'nil' || other.kind === 'nil') return undefined
  if (own.kind === other.kind && own.kind !== 'day') return undefined
  if (isDay(own)) return widenDay
  if (isDay(other)) return (value) => widenDay(readText(readDay, value))
  return other.kind === 'time' ? (value) => readText(readTime, value) : undefined
}

/** Nil stays nil. */
function readText(read: (text: string) => string | undefined, value: unknown): unknown {
  if (value === null) return null
  return typeof value === 'string' ? read(value) : undefined
}

function readTime(text: string): string | undefined {
  return readAs('time', text)
}

/** A date as the moment at which it begins; a moment as it is. */
export function widenDay(value: unknown): unknown {
  return isDate(value) ? `${value}T00:00:00.000Z` : value
}

function isDate(value: unknown): boolean {
  return typeof value === 'string' && value.length === 10
}

/** The moment at which a date begins, or a moment is. */
export function momentOf(value: unknown): Date {
  const day = typeof value === 'string' ? readDay(value) : undefined
  if (day === undefined) throw refuseKind('a date or a moment', value)
  return new Date(day)
}

/** The days between the days of two values, by the calendar. */
export function countDays(from: unknown, to: unknown): number {
  return Math.floor(momentOf(to).getTime() / dayLength) - Math.floor(momentOf(from).getTime() / dayLength)
}

/** The value so many days later, in its own form; null when that is NaN, or outside the years 1 to 9999. */
export function addDays(value: unknown, days: number): string | null {
  const moment = new Date(momentOf(value).getTime() + days * dayLength)
  const year = moment.getUTCFullYear()
  if (!(year >= 1 && year <= 9999)) return null
  return isDate(value) ? moment.toISOString().slice(0, 10) : moment.toISOString()
}
