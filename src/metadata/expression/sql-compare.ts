// Writes comparisons as SQL: a plain column beside a value that is known stands alone, so that an index can serve.

import { chooseReading } from './dates.ts'
import { type Big, isDecimal, isWhole, readDecimal, writeDecimal } from './number.ts'
import { bindValue, columnOf, pgTypeOf, type Writer, writeValue } from './sql-value.ts'
import type { BinaryOperator, Typed } from './syntax.ts'
import type { Type } from './type.ts'
import { elementOf, isDay } from './type-rules.ts'
import { isEqual, takeValue } from './values.ts'

type Known = Readonly<{ value: unknown; type: Type }>

const swapped: Partial<Record<BinaryOperator, BinaryOperator>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

/** One of the sides, or both, differ from row to row. */
export function writeComparison(operator: BinaryOperator, left: Typed, right: Typed, writer: Writer): string {
  const { fixed } = writer
  if (fixed.has(left))
    return compareKnown(swapped[operator] ?? operator, right, knownOf(left, writer), writer)
  if (fixed.has(right)) return compareKnown(operator, left, knownOf(right, writer), writer)
  const pgType = commonType(left.type, right.type)
  const [one, other] = [left, right].map((side) => writeValue(side, writer, pgType))
  return `(${one} ${signs[operator] ?? operator} ${other}${collate(operator, pgType)})`
}

function knownOf(part: Typed, { fixed }: Writer): Known {
  return { value: fixed.get(part), type: part.type }
}

function commonType(one: Type, other: Type): string {
  const areDates = one.kind === 'date' && other.kind === 'date'
  return isDay(one) && !areDates ? 'timestamptz' : pgTypeOf(one)
}

const signs: Partial<Record<BinaryOperator, string>> = {
  '==': 'is not distinct from',
  '!=': 'is distinct from',
}

/** Texts have an order by code points. */
function collate(operator: BinaryOperator, pgType: string): string {
  return pgType === 'text' && !(operator in signs) ? ' collate "C"' : ''
}

function compareKnown(operator: BinaryOperator, side: Typed, known: Known, writer: Writer): string {
  const value = readBeside(side, known)
  if (value === null) return compareNil(operator, side, writer)
  const pgType = chooseType(operator, side, value, writer)
  if (pgType === undefined) return operator === '!=' ? 'true' : 'false'
  const sign = operator === '==' ? '=' : (signs[operator] ?? operator)
  const one = writeValue(side, writer, pgType)
  return `(${one} ${sign} ${bindValue(value, pgType, writer)}${collate(operator, pgType)})`
}

/** The value as it is read beside the side; undefined when it can be the same as no value of it. */
function readBeside(side: Typed, { value, type }: Known): unknown {
  const reading = chooseReading(type, side.type)
  return reading ? reading(value) : value
}

/** JSON may hold a null of its own. */
function compareNil(operator: BinaryOperator, side: Typed, writer: Writer): string {
  if (operator !== '==' && operator !== '!=') return 'false'
  const column = columnOf(side, writer)
  const sql =
    column?.pgType === 'jsonb'
      ? `nullif(${column.sql}, 'null')`
      : (column?.sql ?? writeValue(side, writer, pgTypeOf(side.type)))
  return `(${sql} is ${operator === '==' ? '' : 'not '}null)`
}

/** The type in which the side and the value are compared; undefined when they are of different kinds, and so never the same. */
function chooseType(
  operator: BinaryOperator,
  side: Typed,
  value: unknown,
  writer: Writer,
): string | undefined {
  const { type } = side
  const own = columnOf(side, writer)?.pgType
  if (type.kind === 'decimal') return isDecimal(value) ? chooseNumeric(value, own) : undefined
  if (type.kind === 'boolean') return typeof value === 'boolean' ? 'boolean' : undefined
  if (typeof value !== 'string') return undefined
  if (own === 'uuid' && (operator === '==' || operator === '!=')) return isUuid(value) ? own : undefined
  return type.kind === 'date' && value.length > 10 ? 'timestamptz' : pgTypeOf(type)
}

/** Upper case makes another text, but the same uuid. */
function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
}

/** A value that a whole or floating column can hold is bound as such. */
function chooseNumeric(value: Big, own: string | undefined): string {
  if (own === 'double precision') return readDecimal(Number(value))?.eq(value) ? own : 'numeric'
  const most = own === 'integer' ? 2_147_483_647 : own === 'bigint' ? '9223372036854775807' : -1
  return isWhole(value) && value.abs().lte(most) ? (own ?? 'numeric') : 'numeric'
}

/** Nil is in no list. */
export function writeIn(left: Typed, right: Typed, writer: Writer): string {
  const { fixed } = writer
  const element = elementOf(right.type)
  if (fixed.has(right)) return writeMembership(left, fixed.get(right), element, writer)
  const items = right.kind === 'list' ? right.items : []
  if (!fixed.has(left)) return writeAmong(left, items, element, writer)
  if (fixed.get(left) === null) return 'false'
  return `(${items.map((item) => writeItem(left, item, writer)).join(' or ')})`
}

/** What is known is among what differs from row to row, or among the rest that is known. */
function writeItem(left: Typed, item: Typed, writer: Writer): string {
  const { fixed } = writer
  if (!fixed.has(item)) return writeComparison('==', left, item, writer)
  const [one, other] = [readBeside(item, knownOf(left, writer)), readBeside(left, knownOf(item, writer))]
  return isEqual(one, other) ? 'true' : 'false'
}

/** The side is written once, however many items there are. */
function writeAmong(side: Typed, items: readonly Typed[], element: Type, writer: Writer): string {
  const pgType = commonType(side.type, element)
  const places = items.flatMap((item) => {
    if (!writer.fixed.has(item)) return [writeValue(item, writer, pgType)]
    const value = readBeside(side, knownOf(item, writer))
    const isFitting = value !== null && chooseType('==', side, value, writer) !== undefined
    return isFitting ? [bindValue(value, pgType, writer)] : []
  })
  return `(${writeValue(side, writer, pgType)} = any(array[${places.join(', ')}]::${pgType}[]))`
}

/** Items of another kind are never the same; those of one kind go over as one list. */
export function writeMembership(left: Typed, list: unknown, element: Type, writer: Writer): string {
  if (!Array.isArray(list)) return 'false'
  const groups = new Map<string, unknown[]>()
  for (const item of list) {
    const value = readBeside(left, { value: takeValue(element.kind, item), type: element })
    const pgType = value === null ? undefined : chooseType('==', left, value, writer)
    if (pgType === undefined) continue
    const group = groups.get(pgType) ?? []
    group.push(isDecimal(value) ? writeDecimal(value) : value)
    groups.set(pgType, group)
  }
  const parts = [...groups].map(
    ([pgType, values]) => `${writeValue(left, writer, pgType)} = any(${writer.bind(values, `${pgType}[]`)})`,
  )
  return parts.length === 0 ? 'false' : `(${parts.join(' or ')})`
}
