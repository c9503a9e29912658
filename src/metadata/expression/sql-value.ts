// Writes values of expressions as SQL: columns as they stand, the rest worked out or calculated.

import { makeClosure } from './evaluate.ts'
import { isDecimal, writeDecimal } from './number.ts'
import { addDaysSql, dayPart, daysBetweenSql } from './sql-dates.ts'
import { isColumn, isFixed } from './sql-limits.ts'
import type { Typed } from './syntax.ts'
import type { Type } from './type.ts'

/** What the writer asks of whoever knows the row and the viewer. */
export type SqlTarget = Readonly<{
  /** The column behind a path, `['total']` or `['customer', 'region']`, and PostgreSQL's type of it. */
  column(path: readonly string[]): SqlColumn
  /** Binds a value and gives its place. */
  bind(value: unknown, pgType: string): string
  /** What a name such as `user` or `now` stands for. */
  environment: Readonly<Record<string, unknown>>
  /** Writes a condition; handed along, because values may hold conditions. */
  truth?(part: Typed): string
}>
export type SqlColumn = Readonly<{ sql: string; pgType: string }>

/** What values of a type are in PostgreSQL, as far as expressions tell them apart. */
export const pgTypes: Partial<Record<Type['kind'], string>> = {
  boolean: 'boolean',
  decimal: 'numeric',
  float: 'double precision',
  string: 'text',
  timestamp: 'timestamptz',
  date: 'date',
  time: 'time',
}

/** The value of a part that no row decides. */
export function workOut(part: Typed, { environment }: SqlTarget): unknown {
  return makeClosure(part)({ environment, element: null, budget: { steps: 0 } })
}

/** Binds a value that was worked out, as a given type. */
export function bindValue(value: unknown, pgType: string, { bind }: SqlTarget): string {
  return bind(isDecimal(value) ? writeDecimal(value) : value, pgType)
}

/** A part as a value, cast to the type by which it is compared or reckoned with. */
export function writeValue(part: Typed, target: SqlTarget, pgType: string): string {
  if (isFixed(part)) return bindValue(fitFixed(workOut(part, target), pgType), pgType, target)
  if (isColumn(part)) return castColumn(target.column(part.path.slice(1)), pgType)
  return castPart(part, target, pgType)
}

/** A value of another kind than is asked for has no place in a sum or a choice. */
function fitFixed(value: unknown, pgType: string): unknown {
  if (value === null || value === undefined) return null
  const isNumber = typeof value === 'number' || isDecimal(value)
  if (pgType === 'numeric' || pgType === 'double precision') return isNumber ? value : null
  if (pgType === 'boolean') return typeof value === 'boolean' ? value : null
  return typeof value === 'string' ? value : null
}

function castColumn({ sql, pgType: own }: SqlColumn, wanted: string): string {
  if (own === wanted) return sql
  return own === 'date' && wanted === 'timestamptz'
    ? `(${sql}::timestamp at time zone 'UTC')`
    : `${sql}::${wanted}`
}

function castPart(part: Typed, target: SqlTarget, pgType: string): string {
  const own = pgTypes[part.type.kind] ?? pgType
  const sql = writePart(part, target, own)
  return castColumn({ sql, pgType: own }, pgType)
}

function writePart(part: Typed, target: SqlTarget, own: string): string {
  switch (part.kind) {
    case 'binary':
      return own === 'boolean' ? writeTruthOf(part, target) : writeArithmetic(part, target, own)
    case 'unary':
      return part.operator === '!'
        ? writeTruthOf(part, target)
        : `(- ${writeValue(part.operand, target, own)})`
    case 'conditional': {
      const [yes, no] = [part.yes, part.no].map((each) => writeValue(each, target, own))
      return `case when ${writeTruthOf(part.test, target)} then ${yes} else ${no} end`
    }
    case 'call':
      return writeCall(part, target, own)
    default:
      throw new Error(`A part of the kind ${part.kind} cannot be written as SQL`)
  }
}

function writeTruthOf(part: Typed, target: SqlTarget): string {
  if (target.truth === undefined) throw new Error('Nobody writes the conditions of this expression')
  return `((${target.truth(part)}) is true)`
}

function writeArithmetic(part: Typed & { kind: 'binary' }, target: SqlTarget, own: string): string {
  const operator = own === 'text' ? '||' : part.operator
  return `(${writeValue(part.left, target, own)} ${operator} ${writeValue(part.right, target, own)})`
}

function writeCall({ name, args, type }: Typed & { kind: 'call' }, target: SqlTarget, own: string): string {
  const [first, second] = args
  if (name === 'coalesce') return `coalesce(${args.map((arg) => writeValue(arg, target, own)).join(', ')})`
  if (first === undefined) throw new Error(`The function ${name} needs an argument`)
  switch (name) {
    case 'len':
      return `char_length(${writeValue(first, target, 'text')})::numeric`
    case 'lower':
      return `lower(${writeValue(first, target, 'text')} collate "C")`
    case 'starts_with':
    case 'contains':
      return writeTruthOf({ kind: 'call', name, args, type }, target)
    case 'date':
      return writeValue(first, target, own)
    case 'year':
    case 'month':
    case 'day':
      return dayPart(name, writeValue(first, target, 'timestamptz'))
    case 'add_days':
      return addDaysSql(
        writeValue(first, target, own),
        second ? writeValue(second, target, 'numeric') : '0',
        own,
      )
    case 'days_between':
      return daysBetweenSql(
        writeValue(first, target, 'timestamptz'),
        second ? writeValue(second, target, 'timestamptz') : 'null',
      )
    default:
      throw new Error(`The function ${name} cannot be written as SQL`)
  }
}
