// Writes conditions as SQL that is true exactly when memory says true; null stands for false, so a denial asks "is not true".

import { isDecimal } from './number.ts'
import { isColumn, isFixed } from './sql-limits.ts'
import { bindValue, pgTypes, type SqlTarget, workOut, writeValue } from './sql-value.ts'
import type { BinaryOperator, Typed } from './syntax.ts'
import type { Type } from './type.ts'
import { isDay, isNumeric } from './type-rules.ts'
import { isTrue, takeValue } from './values.ts'

export type { SqlTarget } from './sql-value.ts'

export function writeTruth(part: Typed, outer: SqlTarget): string {
  const target = { ...outer, truth: (inner: Typed) => writeTruth(inner, outer) }
  if (isFixed(part)) return isTrue(workOut(part, target)) ? 'true' : 'false'
  switch (part.kind) {
    case 'unary':
      return `((${writeTruth(part.operand, target)}) is not true)`
    case 'conditional':
      return `case when ${writeTruth(part.test, target)} then ${writeTruth(part.yes, target)} else ${writeTruth(part.no, target)} end`
    case 'binary':
      return writeBinary(part, target)
    case 'call':
      return writeCall(part, target)
    default:
      return writeValue(part, target, 'boolean')
  }
}

function writeCall(part: Typed & { kind: 'call' }, target: SqlTarget): string {
  const [first, second] = part.args
  if (first === undefined || second === undefined || part.name === 'coalesce')
    return writeValue(part, target, 'boolean')
  const [text, other] = [first, second].map((arg) => `${writeValue(arg, target, 'text')} collate "C"`)
  return part.name === 'contains' ? `(strpos(${text}, ${other}) > 0)` : `starts_with(${text}, ${other})`
}

function writeBinary(part: Typed & { kind: 'binary' }, target: SqlTarget): string {
  const { operator, left, right } = part
  switch (operator) {
    case '||':
      return `(${writeTruth(left, target)} or ${writeTruth(right, target)})`
    case '&&':
      return `(${writeTruth(left, target)} and ${writeTruth(right, target)})`
    case 'in':
      return writeIn(left, right, target)
    default:
      return writeComparison(operator, left, right, target)
  }
}

const swapped: Partial<Record<BinaryOperator, BinaryOperator>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

function writeComparison(operator: BinaryOperator, left: Typed, right: Typed, target: SqlTarget): string {
  if (isFixed(left)) return compareFixed(swapped[operator] ?? operator, right, workOut(left, target), target)
  if (isFixed(right)) return compareFixed(operator, left, workOut(right, target), target)
  const pgType = commonType(left.type, right.type)
  const [one, other] = [left, right].map((side) => writeValue(side, target, pgType))
  if (operator === '==') return `(${one} is not distinct from ${other})`
  if (operator === '!=') return `(${one} is distinct from ${other})`
  return `(${one} ${operator} ${other}${collation(pgType)})`
}

/** Texts have an order by code points. */
function collation(pgType: string): string {
  return pgType === 'text' ? ' collate "C"' : ''
}

function commonType(one: Type, other: Type): string {
  if (isDay(one) && isDay(other))
    return one.kind === other.kind ? (pgTypes[one.kind] ?? 'date') : 'timestamptz'
  if (isNumeric(one) && isNumeric(other))
    return [one, other].some(({ kind }) => kind === 'float') ? 'double precision' : 'numeric'
  return pgTypes[one.kind] ?? pgTypes[other.kind] ?? 'text'
}

/** A side that differs from row to row beside a value that is known by now. */
function compareFixed(operator: BinaryOperator, side: Typed, value: unknown, target: SqlTarget): string {
  if (value === null || value === undefined) return compareNil(operator, side, target)
  const pgType = chooseType(side, value, target)
  if (pgType === undefined) return operator === '!=' ? 'true' : 'false'
  const sql = writeValue(side, target, pgType)
  const bound = bindValue(value, pgType, target)
  if (operator === '==') return `(${sql} = ${bound})`
  if (operator === '!=') return `(${sql} is distinct from ${bound})`
  return `(${sql} ${operator} ${bound}${collation(pgType)})`
}

/** JSON's own null is nil too. */
function compareNil(operator: BinaryOperator, side: Typed, target: SqlTarget): string {
  if (operator !== '==' && operator !== '!=') return 'false'
  const column = isColumn(side) ? target.column(side.path.slice(1)) : undefined
  const sql = column?.sql ?? writeValue(side, target, pgTypes[side.type.kind] ?? 'text')
  const value = column?.pgType === 'jsonb' ? `nullif(${sql}, 'null')` : sql
  return `(${value} is ${operator === '==' ? '' : 'not '}null)`
}

/** The type in which a side is compared with a value; undefined when the value is of another kind, and so never the same. */
function chooseType(side: Typed, value: unknown, target: SqlTarget): string | undefined {
  const own = isColumn(side) ? target.column(side.path.slice(1)).pgType : undefined
  if (own === 'uuid') return typeof value === 'string' && isUuid(value) ? own : undefined
  return chooseByKind(side.type, value, own)
}

/** Upper case makes another text, but the same uuid. */
function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
}

function chooseByKind({ kind }: Type, value: unknown, own: string | undefined): string | undefined {
  const isNumber = typeof value === 'number' || isDecimal(value)
  if (kind === 'decimal') return isNumber ? chooseNumeric(value, own) : undefined
  if (kind === 'float') return isNumber ? 'double precision' : undefined
  if (kind === 'boolean') return typeof value === 'boolean' ? 'boolean' : undefined
  if (typeof value !== 'string') return undefined
  if (kind === 'date' && /^\d{4}-\d\d-\d\d$/.test(value)) return 'date'
  if (kind === 'date' || kind === 'timestamp')
    return /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/.test(value) ? 'timestamptz' : undefined
  if (kind === 'time') return /^\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(value) ? 'time' : undefined
  return 'text'
}

/** A whole number beside a whole column stays one, so that an index can serve. */
function chooseNumeric(value: unknown, own: string | undefined): string {
  if (typeof value === 'number') return 'double precision'
  const isWhole = isDecimal(value) && value.round(0, 0).eq(value) && value.abs().lt(2_147_483_648)
  return isWhole && (own === 'integer' || own === 'bigint') ? own : 'numeric'
}

function writeIn(left: Typed, right: Typed, target: SqlTarget): string {
  if (isFixed(right)) {
    const items = workOut(right, target)
    return Array.isArray(items) ? writeMembership(left, items, target) : 'false'
  }
  const items = right.kind === 'list' ? right.items : []
  const isOne = items.map((item) => writeComparison('==', left, item, target)).join(' or ')
  const isThere = isFixed(left)
    ? workOut(left, target) === null
      ? 'false'
      : 'true'
    : writeComparison('!=', left, nil, target)
  return `(${isThere} and (${isOne || 'false'}))`
}

const nil: Typed = { kind: 'constant', value: null, type: { kind: 'nil' } }

/** Items of another kind are never the same; those of one kind go over as one list. */
function writeMembership(left: Typed, items: readonly unknown[], target: SqlTarget): string {
  const lists = new Map<string, unknown[]>()
  for (const item of items) {
    const value = isDecimal(item) ? item : takeValue('any', item)
    const pgType = value === null ? undefined : chooseType(left, value, target)
    if (pgType !== undefined) lists.set(pgType, [...(lists.get(pgType) ?? []), value])
  }
  const parts = [...lists].map(
    ([pgType, values]) => `${writeValue(left, target, pgType)} = any(${bindList(values, pgType, target)})`,
  )
  return parts.length === 0 ? 'false' : `(${parts.join(' or ')})`
}

function bindList(values: readonly unknown[], pgType: string, { bind }: SqlTarget): string {
  return bind(
    values.map((value) => (isDecimal(value) ? value.toFixed() : value)),
    `${pgType}[]`,
  )
}
