// Results of expressions as values of fields: whether one can ever fit, and how it is stored.
import type { Field } from '../field.ts'
import { type FieldType, readValue, type Value } from '../value.ts'
import { widenDay } from './dates.ts'
import { ExpressionError } from './error.ts'
import { isDecimal, roundDecimal, writeDecimal } from './number.ts'
import type { Type } from './type.ts'
import { isOpen, nameType } from './type-rules.ts'

type Target = Pick<Field, 'name' | 'type' | 'precision'>

const wanted: Readonly<Record<FieldType, readonly Type['kind'][]>> = {
  string: ['string'],
  text: ['string'],
  uuid: ['string'],
  int: ['decimal'],
  bigint: ['decimal'],
  float: ['decimal'],
  decimal: ['decimal'],
  boolean: ['boolean'],
  timestamp: ['timestamp', 'date', 'day'],
  date: ['date', 'day'],
  time: ['time', 'string'],
  json: ['boolean', 'decimal', 'string', 'timestamp', 'date', 'day', 'time', 'list'],
  file: [],
}

/** Why an expression of that type can never be a value of the field; undefined when it can. */
export function fitsField(type: Type, field: Target): string | undefined {
  if (isOpen(type) || wanted[field.type].includes(type.kind)) return undefined
  return `makes ${nameType(type)}, which the field ${field.name} of type ${field.type} cannot hold`
}

/** A result in the form that PostgreSQL takes for the field; decimals are rounded to its precision. */
export function toFieldValue(value: unknown, field: Target): Value {
  if (value === null || value === undefined) return null
  const reading = readValue(field, writeFor(field, value))
  if ('value' in reading) return reading.value
  throw new ExpressionError(`${field.name} ${reading.problem}`)
}

function writeFor({ type, precision }: Target, value: unknown): unknown {
  if (type === 'json') return writeJson(value)
  if (type === 'timestamp') return widenDay(value)
  if (!isDecimal(value)) return value
  if (type === 'bigint') return writeDecimal(value)
  if (type !== 'decimal') return Number(value)
  return precision === undefined ? writeDecimal(value) : roundDecimal(value, precision).toFixed(precision)
}

/** Numbers that JavaScript cannot hold exactly stay texts. */
function writeJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(writeJson)
  if (!isDecimal(value)) return value
  const text = writeDecimal(value)
  return String(Number(text)) === text ? Number(text) : text
}
