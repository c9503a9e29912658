// The operators of field rules, and what may stand beside each of them whatever the field is.
import {
  addProblem,
  describe,
  isObject,
  joinPath,
  pick,
  readText,
  readWhole,
  type Source,
} from '../reader.ts'
import type { Value } from './value.ts'

export const fieldOperators = [
  'min',
  'max',
  'min_length',
  'max_length',
  'pattern',
  'eq',
  'neq',
  'in',
  'not_in',
  'not_empty',
] as const
export type FieldOperator = (typeof fieldOperators)[number]

const mostLength = 1_000_000
const mostValues = 1_000

/** Reads the value beside an operator; whether it suits the field is checked with the whole app. */
export function readOperand(source: Source, operator: FieldOperator): Value | undefined {
  const value = pick(source, 'value')
  if (operator === 'not_empty')
    return value === undefined ? undefined : addProblem(source, 'value', 'is not for not_empty; drop it')
  if (value === undefined) return addProblem(source, 'value', `is missing; ${operator} compares with it`)
  switch (operator) {
    case 'min_length':
    case 'max_length':
      return readWhole(source, 'value', 0, mostLength)
    case 'pattern':
      return readText(source, 'value')
    case 'in':
    case 'not_in':
      return readMany(source, operator, value)
    default:
      return readOne(source, 'value', value)
  }
}

function readMany(source: Source, operator: FieldOperator, value: unknown): Value | undefined {
  if (!Array.isArray(value) || value.length === 0)
    return addProblem(source, 'value', `must be a list of values for ${operator}, found ${describe(value)}`)
  if (value.length > mostValues)
    return addProblem(source, 'value', `must have at most ${mostValues} values, found ${value.length}`)
  return value.map((each, index) => readOne(source, joinPath('value', index), each) ?? null)
}

function readOne(source: Source, key: string, value: unknown): Value | undefined {
  if (value === null || Array.isArray(value) || isObject(value))
    return addProblem(source, key, `must be one value, found ${describe(value)}`)
  return value as Value
}
