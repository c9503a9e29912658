// Days and moments, all in UTC: dates are `2026-01-31`, moments `2026-01-31T12:00:00.000Z`.
import { readValue } from '../value.ts'
import { ExpressionError } from './error.ts'
import { refuseKind } from './values.ts'

const dayLength = 86_400_000

/** Whether the text is a date or a moment, in the form that rows have. */
export function readDay(text: string): { kind: 'date' | 'timestamp'; value: string } | undefined {
  for (const kind of ['date', 'timestamp'] as const) {
    const reading = readValue({ type: kind }, text)
    if ('value' in reading) return { kind, value: String(reading.value) }
  }
  return undefined
}

/** The moment in milliseconds at which a date begins, or a moment is. */
export function momentOf(value: unknown): number {
  const moment = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (Number.isNaN(moment)) throw refuseKind('a date or a moment', value)
  return moment
}

/** A date as the moment at which it begins, a moment as it is; a text that is neither has no place among them. */
export function widenDay(value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return `${value}T00:00:00.000Z`
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) ? value : undefined
}

/** The days between the days of two values, by the calendar. */
export function countDays(from: unknown, to: unknown): number {
  return Math.floor(momentOf(to) / dayLength) - Math.floor(momentOf(from) / dayLength)
}

/** The value so many days later, in its own form. */
export function addDays(value: unknown, days: number): string {
  const isDate = typeof value === 'string' && value.length === 10
  const moment = new Date(momentOf(value) + days * dayLength)
  const year = moment.getUTCFullYear()
  if (Number.isNaN(moment.getTime()) || year < 1 || year > 9999)
    throw new ExpressionError('a date is outside the years 1 to 9999')
  return isDate ? moment.toISOString().slice(0, 10) : moment.toISOString()
}
