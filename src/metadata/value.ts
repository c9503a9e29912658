// Reads one value of a field by the field's type into the form that PostgreSQL takes; knows no rows and no rules.
import { describe, isStorable } from '../reader.ts'

export const fieldTypes = [
  'string',
  'text',
  'int',
  'bigint',
  'float',
  'decimal',
  'boolean',
  'uuid',
  'timestamp',
  'date',
  'time',
  'json',
  'file',
] as const
export type FieldType = (typeof fieldTypes)[number]

/** A value in PostgreSQL's text form, or as a number, boolean or JSON value where those are exact. */
export type Value = string | number | boolean | null | readonly unknown[] | Readonly<Record<string, unknown>>
export type ReadValue = Readonly<{ value: Value } | { problem: string }>

/** What a value is read against: the type, and for decimals the digits after the point. */
type Shape = Readonly<{ type: FieldType; precision?: number | undefined }>

const most32 = 2_147_483_647
const most64 = 9_223_372_036_854_775_807n
const mostDecimalText = 1_000
const mostJsonDepth = 100

/** Reads `input` as a value of the type; the problem says what was found and what would be right. */
export function readValue(shape: Shape, input: unknown): ReadValue {
  return readers[shape.type](input, shape)
}

const readers: Readonly<Record<FieldType, (input: unknown, shape: Shape) => ReadValue>> = {
  string: readString,
  text: readString,
  int: (input) =>
    typeof input === 'number' && Number.isInteger(input) && Math.abs(input) <= most32 + (input < 0 ? 1 : 0)
      ? { value: input === 0 ? 0 : input }
      : wrong(`a whole number from -${most32 + 1} to ${most32}`, input),
  bigint: readBigInt,
  float: (input) =>
    typeof input === 'number' && Number.isFinite(input) ? { value: input } : wrong('a finite number', input),
  decimal: readDecimal,
  boolean: (input) => (typeof input === 'boolean' ? { value: input } : wrong('true or false', input)),
  uuid: (input) =>
    typeof input === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(input)
      ? { value: input.toLowerCase() }
      : wrong('a UUID such as 6f9619ff-8b86-4d11-b42d-00c04fc964ff', input),
  timestamp: readTimestamp,
  date: readDate,
  time: readTime,
  json: readJson,
  file: (input) =>
    typeof input === 'string' && isStorable(input) && input !== ''
      ? { value: input }
      : wrong('the id of a file', input),
}

function wrong(expected: string, input: unknown): ReadValue {
  return { problem: `must be ${expected}, found ${describe(input)}` }
}

function readString(input: unknown): ReadValue {
  if (typeof input !== 'string') return wrong('text', input)
  return isStorable(input)
    ? { value: input }
    : { problem: 'must be text without NUL and without half surrogate pairs' }
}

function readBigInt(input: unknown): ReadValue {
  const expected = `a whole number from -${most64 + 1n} to ${most64}, as text`
  const text = typeof input === 'number' && Number.isSafeInteger(input) ? String(input) : input
  if (typeof text !== 'string' || !/^[+-]?\d{1,30}$/.test(text)) return wrong(expected, input)
  const whole = BigInt(text.replace('+', ''))
  return whole > most64 || whole < -most64 - 1n ? wrong(expected, input) : { value: String(whole) }
}

function readDecimal(input: unknown, { precision }: Shape): ReadValue {
  const text = typeof input === 'number' && Number.isFinite(input) ? String(input) : input
  const found =
    typeof text === 'string' && text.length <= mostDecimalText
      ? /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text)
      : null
  if (!found) return wrong('a decimal number as text, such as "12.50"', input)
  const [, sign = '', whole = '', fraction = ''] = found
  const digits = whole.replace(/^0+(?=\d)/, '')
  if (precision !== undefined && fraction.replace(/0+$/, '').length > precision)
    return wrong(`a decimal number with at most ${precision} digits after the point`, input)
  if (precision !== undefined && digits.replace(/^0$/, '').length > 18 - precision)
    return wrong(`a decimal number with at most ${18 - precision} digits before the point`, input)
  const kept = precision === undefined ? fraction : fraction.slice(0, precision)
  return { value: `${sign === '-' ? '-' : ''}${digits}${kept === '' ? '' : `.${kept}`}` }
}

function isDay(text: string): boolean {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (!found || found[1] === '0000') return false
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

function readDate(input: unknown): ReadValue {
  return typeof input === 'string' && isDay(input)
    ? { value: input }
    : wrong('a date such as 2026-01-31', input)
}

function readTime(input: unknown): ReadValue {
  const isTime = typeof input === 'string' && /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$/.test(input)
  return isTime ? { value: input } : wrong('a time of day such as 13:30:00', input)
}

/** RFC 3339 with an offset; kept in UTC with milliseconds, as timestamptz(3) does. */
function readTimestamp(input: unknown): ReadValue {
  const expected = 'a moment by RFC 3339, such as 2026-01-31T12:00:00.000Z'
  const pattern =
    /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/
  const found = typeof input === 'string' ? pattern.exec(input) : null
  if (typeof input !== 'string' || !found || !isDay(found[1] ?? '')) return wrong(expected, input)
  const moment = new Date(input)
  const year = moment.getUTCFullYear()
  return Number.isNaN(moment.getTime()) || year < 1 || year > 9999
    ? wrong(expected, input)
    : { value: moment.toISOString() }
}

function readJson(input: unknown): ReadValue {
  const problem = findJsonProblem(input, 0)
  return problem === undefined ? { value: input as Value } : { problem: `must be a JSON value ${problem}` }
}

function findJsonProblem(input: unknown, depth: number): string | undefined {
  if (depth > mostJsonDepth) return `at most ${mostJsonDepth} levels deep`
  if (typeof input === 'string')
    return isStorable(input) ? undefined : 'whose texts have no NUL and no half surrogate pairs'
  if (typeof input === 'number') return Number.isFinite(input) ? undefined : 'with finite numbers'
  if (input === null || typeof input === 'boolean') return undefined
  if (typeof input !== 'object') return `, found ${typeof input}`
  const parts = Array.isArray(input) ? input : [...Object.keys(input), ...Object.values(input)]
  for (const part of parts) {
    const problem = findJsonProblem(part, depth + 1)
    if (problem !== undefined) return problem
  }
  return undefined
}
