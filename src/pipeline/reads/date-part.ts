// Parts of dates and moments to group by: the beginning of the year, month and so on, or a number such as the day of the week.
import type { FieldType } from '../../metadata/value.ts'

const units = {
  YEAR: 'year',
  QUARTER: 'quarter',
  MONTH: 'month',
  WEEK: 'week',
  DAY: 'day',
  HOUR: 'hour',
} as const
const numbers = { MONTH_OF_YEAR: 'month', DAY_OF_WEEK: 'isodow', HOUR_OF_DAY: 'hour' } as const

/** A span of time, told by the moment it begins with. Weeks begin on Monday. */
export type Span = keyof typeof units
/** A number that comes round again; Monday is day 1 of the week. */
export type CyclicPart = keyof typeof numbers
export type DatePart = Span | CyclicPart

export const spans = Object.keys(units) as readonly Span[]
export const cyclicParts = Object.keys(numbers) as readonly CyclicPart[]

export function isSpan(part: DatePart): part is Span {
  return part in units
}

/** Whether values of the type have the part: a date has no hours. */
export function hasPart(type: FieldType, part: DatePart): boolean {
  return type === 'timestamp' || (type === 'date' && part !== 'HOUR' && part !== 'HOUR_OF_DAY')
}

/** Writes the part of a value; `zone` is the place of the time zone in which a moment is looked at. */
export function writeDatePart(part: DatePart, type: FieldType, value: string, zone: () => string): string {
  if (!isSpan(part)) {
    const local = type === 'date' ? value : `${value} at time zone ${zone()}`
    return `extract(${numbers[part]} from ${local})::integer`
  }
  return type === 'date'
    ? `date_trunc('${units[part]}', ${value}::timestamp)::date`
    : `date_trunc('${units[part]}', ${value}, ${zone()})`
}
