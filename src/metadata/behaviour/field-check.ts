// Field rules: makes of field, operator and value the question whether a record breaks the rule.
import { describe, isObject, suggest } from '../../reader.ts'
import type { Check } from '../behaviour.ts'
import { compileExpression, type Environment } from '../expression/expression.ts'
import { findsPattern, readPattern } from '../expression/pattern.ts'
import { recordType, type Type } from '../expression/type.ts'
import { isTrue } from '../expression/values.ts'
import type { Field } from '../field.ts'
import type { FieldOperator } from '../field-operator.ts'
import type { FieldRule } from '../rule.ts'
import type { Value } from '../value.ts'
import type { Basis, Report, Subject } from './basis.ts'
import { readOperandFor, tellBreak } from './operand.ts'

type IsBroken = Check['isBroken']

/** What a field rule asks of a record; undefined when the rule has problems. */
export function buildFieldCheck(
  { subject, computed }: Basis,
  { definition }: FieldRule,
  report: Report,
): Omit<Check, 'rule'> | undefined {
  const field = findField(subject, definition.field, 'definition.field', report)
  if (field === undefined) return undefined
  const value = readOperandFor(field, definition, report)
  if (value === undefined) return undefined
  const isBroken = buildQuestion(field, definition.operator, value, report)
  if (isBroken === undefined) return undefined
  return {
    field: field.name,
    message: definition.message ?? tellBreak(field, definition.operator, value),
    stopOnFail: definition.stopOnFail,
    isLate: computed.get(subject.name)?.has(field.name) ?? false,
    usesNow: false,
    loads: [],
    isBroken,
  }
}

/** The field of that name, or a problem with the name that may be meant. */
export function findField(subject: Subject, name: string, path: string, report: Report): Field | undefined {
  const field = subject.fieldsByName.get(name)
  if (field !== undefined) return field
  const near = suggest(name, subject.fieldsByName.keys())
  return report(path, `names no field of ${subject.name}: ${describe(name)}${near}`)
}

function buildQuestion(
  field: Field,
  operator: FieldOperator,
  value: Value,
  report: Report,
): IsBroken | undefined {
  if (operator === 'not_empty') return (environment) => isEmpty(findValue(environment, field))
  if (operator === 'pattern') return buildPattern(field, String(value), report)
  return buildComparison(field, operator, value)
}

function findValue({ record }: Environment, field: Field): unknown {
  return isObject(record) ? record[field.name] : undefined
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true
  if (Array.isArray(value)) return value.length === 0
  return isObject(value) && Object.keys(value).length === 0
}

/** The pattern may stand anywhere in the text; one that is too much for a pattern of that size breaks the rule. */
function buildPattern(field: Field, pattern: string, report: Report): IsBroken | undefined {
  const compiled = compilePattern(pattern)
  if (typeof compiled === 'string') return report('definition.value', compiled)
  return (environment) => {
    const value = findValue(environment, field)
    return typeof value === 'string' && !findsPattern(compiled, value)
  }
}

function compilePattern(pattern: string): ReturnType<typeof readPattern> | string {
  try {
    return readPattern(pattern)
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.replace('error parsing regexp: ', '') : String(error)
    return `is not a pattern that can be used: ${reason}; lookahead, lookbehind and back references are not known`
  }
}

/** When a value breaks the rule; what is asked of an absent one is false, so that optional fields stay optional. */
const violations: Readonly<
  Record<Exclude<FieldOperator, 'pattern' | 'not_empty'>, (value: string, limits: string) => string>
> = {
  min: (value, limit) => `${value} < ${limit}`,
  max: (value, limit) => `${value} > ${limit}`,
  min_length: (value, limit) => `len(${value}) < ${limit}`,
  max_length: (value, limit) => `len(${value}) > ${limit}`,
  eq: (value, limit) => `${value} != nil && ${value} != ${limit}`,
  neq: (value, limit) => `${value} == ${limit}`,
  in: (value, limits) => `${value} != nil && !(${value} in [${limits}])`,
  not_in: (value, limits) => `${value} in [${limits}]`,
}

/** Comparing is left to the expression language, so that rules of both kinds agree on every value. */
function buildComparison(field: Field, operator: keyof typeof violations, value: Value): IsBroken {
  const limits: readonly unknown[] = Array.isArray(value) ? value : [value]
  const names = limits.map((_, index) => `limit${index}`)
  const record = recordType('record', [field])
  const type: Type = operator.endsWith('_length') ? { kind: 'decimal' } : typeOf(record, field)
  const scope = new Map([['record', record], ...names.map((name): [string, Type] => [name, type])])
  const compiled = compileExpression(violations[operator](`record.${field.name}`, names.join(', ')), scope)
  if ('problem' in compiled) throw new Error(`The operator ${operator} does not compile: ${compiled.problem}`)
  const { evaluate } = compiled.expression
  const known = Object.fromEntries(names.map((name, index) => [name, limits[index]]))
  return ({ record: row }) => isTrue(evaluate({ ...known, record: row }))
}

function typeOf(record: Type, { name }: Field): Type {
  return (record.kind === 'record' && record.fields.get(name)) || { kind: 'any' }
}
