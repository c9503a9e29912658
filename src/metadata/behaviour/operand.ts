// Which operators suit which fields, how the value beside one is read for its field, and what a break of the rule is told as.
import { describe, joinPath } from '../../reader.ts'
import type { Field } from '../field.ts'
import type { FieldOperator } from '../field-operator.ts'
import type { FieldRule } from '../rule.ts'
import { type FieldType, fieldTypes, readValue, type Value } from '../value.ts'
import type { Report } from './basis.ts'

const texts: readonly FieldType[] = ['string', 'text']
const moments: readonly FieldType[] = ['timestamp', 'date', 'time']
const ordered: readonly FieldType[] = ['int', 'bigint', 'float', 'decimal', ...moments]
const compared: readonly FieldType[] = fieldTypes.filter((type) => type !== 'json' && type !== 'file')

const suited: Readonly<Record<FieldOperator, readonly FieldType[]>> = {
  min: ordered,
  max: ordered,
  min_length: texts,
  max_length: texts,
  pattern: texts,
  eq: compared,
  neq: compared,
  in: compared,
  not_in: compared,
  not_empty: fieldTypes,
}

/** The value of the rule as the field's type has it, null when it needs none; undefined when it does not suit. */
export function readOperandFor(
  field: Field,
  { operator, value }: FieldRule['definition'],
  report: Report,
): Value | undefined {
  if (!suited[operator].includes(field.type))
    return report(
      'definition.operator',
      `${operator} is for ${suited[operator].join(', ')} fields; ${field.name} is ${field.type}`,
    )
  if (value === undefined) return null
  if (operator === 'pattern' || operator.endsWith('_length')) return value
  if (!Array.isArray(value)) return readFor(field, value, 'definition.value', report)
  const values = value.map((each, index) => readFor(field, each, joinPath('definition.value', index), report))
  return values.includes(undefined) ? undefined : values
}

function readFor(field: Field, value: unknown, path: string, report: Report): Value | undefined {
  const reading = readValue(field, value)
  if ('value' in reading) return reading.value
  return report(path, `${reading.problem}, because ${field.name} is of type ${field.type}`)
}

/** What the user is told when the definition has no message. */
export function tellBreak(field: Field, operator: FieldOperator, value: Value): string {
  const isMoment = moments.includes(field.type)
  const shown = show(field, value)
  switch (operator) {
    case 'min':
      return isMoment ? `must not be before ${shown}` : `must be at least ${shown}`
    case 'max':
      return isMoment ? `must not be after ${shown}` : `must be at most ${shown}`
    case 'min_length':
      return `must be at least ${countCharacters(value)} long`
    case 'max_length':
      return `must be at most ${countCharacters(value)} long`
    case 'pattern':
      return `must match the pattern ${String(value)}`
    case 'eq':
      return `must be ${shown}`
    case 'neq':
      return `must not be ${shown}`
    case 'in':
      return `must be one of ${shown}`
    case 'not_in':
      return `must not be any of ${shown}`
    case 'not_empty':
      return 'must not be empty'
  }
}

function countCharacters(value: Value): string {
  return `${String(value)} ${value === 1 ? 'character' : 'characters'}`
}

/** Texts in quotes, anything else as it is written. */
function show(field: Field, value: Value): string {
  if (Array.isArray(value)) return value.map((each: Value) => show(field, each)).join(', ')
  return texts.includes(field.type) ? describe(value) : String(value)
}
