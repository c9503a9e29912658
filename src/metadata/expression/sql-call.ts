// Writes calls of functions as SQL.
import type { Typed } from './syntax.ts'

type Write = (arg: Typed, pgType: string) => string

/** The value of a call, of the type `own`; `write` writes an argument as a type. */
export function writeCall(name: string, own: string, args: readonly Typed[], write: Write): string {
  const [first, second = first] = args
  if (first === undefined || second === undefined) throw new Error(`The function ${name} needs an argument`)
  switch (name) {
    case 'coalesce':
      return `coalesce(${args.map((arg) => write(arg, own)).join(', ')})`
    case 'len':
      return `char_length(${write(first, 'text')})::numeric`
    case 'lower':
      return `lower(${write(first, 'text')} collate "C")`
    case 'date':
      return write(first, own)
    case 'year':
    case 'month':
    case 'day':
      return `extract(${name} from ${write(first, 'timestamptz')} at time zone 'UTC')::numeric`
    case 'days_between':
      return `(${dayOf(write(second, 'timestamptz'))} - ${dayOf(write(first, 'timestamptz'))})::numeric`
    case 'add_days':
      return addDays(write(first, own), write(second, 'numeric'), own)
    default:
      throw new Error(`The function ${name} cannot be written as SQL`)
  }
}

function dayOf(moment: string): string {
  return `(${moment} at time zone 'UTC')::date`
}

/** Null outside the years 1 to 9999, and for parts of days. The offset keeps PostgreSQL from copying value and days into each place. */
function addDays(value: string, days: string, own: string): string {
  const day = own === 'date' ? 'v.value' : dayOf('v.value')
  const step = own === 'date' ? 'v.days::integer' : "v.days::integer * interval '24 hours'"
  const isWhole = 'v.days = trunc(v.days)'
  const isInside = `v.days between date '0001-01-01' - ${day} and date '9999-12-31' - ${day}`
  return `(select case when ${isWhole} and ${isInside} then v.value + ${step} end from (select ${value} as value, ${days} as days offset 0) v)`
}
