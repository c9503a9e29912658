// Reads the operators that a client gave for one value into conditions; what makes no sense is refused at its path.
import type { Limits } from '../../config/limits.ts'
import { fail } from '../../errors.ts'
import type { Field } from '../../metadata/field.ts'
import { type FieldType, readValue, type Value } from '../../metadata/value.ts'
import type { Comparison, Condition, TextMatch } from '../../pipeline/reads/condition.ts'
import { describe, isObject, joinPath } from '../../reader.ts'
import { readFieldValue } from './values.ts'

/** What the operators are about: a value of this type, and how those that it is compared with are read. */
export type Operand = Readonly<{ type: FieldType; read(input: unknown, path: string): Value }>

export function operandOf(field: Field): Operand {
  return { type: field.type, read: (input, path) => readFieldValue(field, input, path) }
}

/** A value that is no field's. */
export function plainOperand(type: FieldType): Operand {
  return {
    type,
    read(input, path) {
      const reading = readValue({ type }, input)
      if ('value' in reading) return reading.value
      throw refuse(path, reading.problem)
    },
  }
}

const text = plainOperand('text')
const json = plainOperand('json')
/** The number of rows behind a relation. */
export const countOperand = plainOperand('int')

const comparisons: ReadonlySet<string> = new Set<Comparison>(['eq', 'neq', 'gt', 'gte', 'lt', 'lte'])
const matches: ReadonlyMap<string, TextMatch> = new Map<string, TextMatch>([
  ['eq', 'equals'],
  ['contains', 'contains'],
  ['startsWith', 'startsWith'],
  ['endsWith', 'endsWith'],
  ['like', 'like'],
])

/** The error for an input that cannot be meant. */
export function refuse(path: string, message: string): Error {
  return fail('BAD_USER_INPUT', `${path} ${message}`, [{ path, message }])
}

/** The error for an input that is too large. */
export function refuseSize(path: string, message: string): Error {
  return fail('LIMIT_EXCEEDED', `${path} ${message}`, [{ path, message }])
}

/** Reads all operators given for a value; each makes one condition. */
export function readConditions(
  limits: Limits,
  operand: Operand,
  given: unknown,
  path: string,
): readonly Condition[] {
  if (!isObject(given)) throw refuse(path, `must be an object, found ${describe(given)}`)
  return Object.entries(given)
    .filter(([, input]) => input !== undefined)
    .map(([operator, input]) =>
      readCondition({ ...operand, limits }, operator, input, joinPath(path, operator)),
    )
}

type Bounded = Operand & Readonly<{ limits: Limits }>

function readCondition(operand: Bounded, operator: string, input: unknown, path: string): Condition {
  if (input === null) throw refuse(path, 'cannot be null; use isNull to ask for rows without a value')
  if (operator === 'isNull') return { kind: 'isNull', isNull: input === true }
  if (operator === 'in' || operator === 'notIn')
    return { kind: 'among', values: readList(operand, input, path), isNegated: operator === 'notIn' }
  if (comparisons.has(operator)) return readComparison(operand, operator as Comparison, input, path)
  const { type, limits } = operand
  return type === 'json'
    ? readInsideJson(limits, operator, input, path)
    : readMatch(limits, operator, input, path)
}

/** Of JSON values only numbers and texts have a greater and a less. */
function readComparison(operand: Operand, operator: Comparison, input: unknown, path: string): Condition {
  const value = operand.read(input, path)
  const isEquality = operator === 'eq' || operator === 'neq'
  if (operand.type === 'json' && !isEquality && typeof value !== 'number' && typeof value !== 'string')
    throw refuse(path, `must be a number or a text, found ${describe(value)}`)
  return { kind: 'compare', operator, value }
}

function readList(operand: Bounded, input: unknown, path: string): readonly Value[] {
  const list = Array.isArray(input) ? input : [input]
  const { listed } = operand.limits
  if (list.length > listed)
    throw refuseSize(path, `lists ${list.length} values; at most ${listed} are allowed`)
  return list.map((item, index) => operand.read(item, joinPath(path, index)))
}

/**
 * Operators that begin with `i` are those without it, whatever the case of letters. PostgreSQL matches a pattern
 * without looking at the time that it may take, so its length is bounded.
 */
function readMatch({ pattern: longest }: Limits, name: string, input: unknown, path: string): Condition {
  const ignoresCase = name.startsWith('i')
  const operator = matches.get(ignoresCase ? name.slice(1) : name)
  if (operator === undefined) throw refuse(path, 'is not known here')
  const value = String(text.read(input, path))
  if (value.length > longest)
    throw refuseSize(path, `must have at most ${longest} characters, found ${value.length}`)
  if (operator === 'like' && /(?<!\\)(\\\\)*\\$/.test(value))
    throw refuse(path, 'ends in a \\ that takes nothing literally; write \\\\ for the character itself')
  return { kind: 'match', operator, value, ignoresCase }
}

function readInsideJson(limits: Limits, operator: string, input: unknown, path: string): Condition {
  if (operator === 'contains') return { kind: 'containsJson', value: json.read(input, path) }
  if (operator !== 'path' || !isObject(input)) throw refuse(path, 'is not known here')
  const { at, ...operators } = input
  return {
    kind: 'atPath',
    path: readSteps(limits, at, joinPath(path, 'at')),
    conditions: readConditions(limits, json, operators, path),
  }
}

function readSteps({ jsonPath: most }: Limits, input: unknown, path: string): readonly string[] {
  const steps = Array.isArray(input) ? input : [input]
  if (steps.length > most) throw refuseSize(path, `lists ${steps.length} steps; at most ${most} are allowed`)
  return steps.map((step, index) => String(text.read(step, joinPath(path, index))))
}
