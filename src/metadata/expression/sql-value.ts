// Writes values of expressions as SQL: columns as they stand, the rest worked out or calculated; no value is an error for any row.

import { widenDay } from './dates.ts'
import { isDecimal, writeDecimal } from './number.ts'
import { writeCall } from './sql-call.ts'
import type { Fixed } from './sql-fixed.ts'
import { isColumn } from './sql-limits.ts'
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
}>
export type SqlColumn = Readonly<{ sql: string; pgType: string }>

/** What writers of parts share; `truth` writes a part as a condition, because values may hold conditions. */
export type Writer = Pick<SqlTarget, 'column' | 'bind'> &
  Readonly<{ fixed: Fixed; truth(part: Typed): string }>

const pgTypes: Partial<Record<Type['kind'], string>> = {
  boolean: 'boolean',
  decimal: 'numeric',
  string: 'text',
  timestamp: 'timestamptz',
  date: 'date',
  day: 'timestamptz',
  time: 'time',
}

/** What values of a type are in PostgreSQL, as far as expressions tell them apart. */
export function pgTypeOf({ kind }: Type): string {
  return pgTypes[kind] ?? 'text'
}

/** Binds a value that was worked out, as a given type. */
export function bindValue(value: unknown, pgType: string, { bind }: Writer): string {
  if (isDecimal(value)) return bind(writeDecimal(value), pgType)
  return bind(pgType === 'timestamptz' ? widenDay(value) : value, pgType)
}

export function columnOf(part: Typed, { column }: Writer): SqlColumn | undefined {
  return isColumn(part) ? column(part.path.slice(1)) : undefined
}

/** A part as a value, cast to the type by which it is compared or reckoned with. */
export function writeValue(part: Typed, writer: Writer, pgType: string): string {
  if (writer.fixed.has(part)) return bindValue(writer.fixed.get(part), pgType, writer)
  const own = pgTypeOf(part.type)
  return cast(columnOf(part, writer) ?? { sql: writePart(part, writer, own), pgType: own }, pgType)
}

/** Days begin in UTC; floating numbers are what their shortest text says. */
function cast({ sql, pgType: own }: SqlColumn, wanted: string): string {
  if (own === wanted) return sql
  if (own === 'date' && wanted === 'timestamptz') return `(${sql}::timestamp at time zone 'UTC')`
  return own === 'double precision' ? `${sql}::text::${wanted}` : `${sql}::${wanted}`
}

function writePart(part: Typed, writer: Writer, own: string): string {
  if (own === 'boolean' && (part.kind === 'binary' || part.kind === 'unary'))
    return `((${writer.truth(part)}) is true)`
  switch (part.kind) {
    case 'binary': {
      const [left, right] = [part.left, part.right].map((side) => writeValue(side, writer, own))
      return `(${left} ${own === 'text' ? '||' : part.operator} ${right})`
    }
    case 'unary':
      return `(- ${writeValue(part.operand, writer, own)})`
    case 'conditional': {
      const [yes, no] = [part.yes, part.no].map((value) => writeValue(value, writer, own))
      return `(case when ${writer.truth(part.test)} then ${yes} else ${no} end)`
    }
    case 'call':
      return part.type.kind === 'boolean' && part.name !== 'coalesce'
        ? `((${writer.truth(part)}) is true)`
        : writeCall(part.name, own, part.args, (arg, pgType) => writeValue(arg, writer, pgType))
    default:
      throw new Error(`A part of the kind ${part.kind} cannot be written as SQL`)
  }
}
