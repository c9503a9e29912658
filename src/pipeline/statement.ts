// The small change of SQL text: bound values and column lists. Whoever makes SQL over an entity starts here.
import type { Statement } from '../database/connect.ts'
import { quoteName } from '../database/identifiers.ts'
import type { FieldType } from '../metadata/value.ts'

/** The values of a statement under construction, in the order of their places. */
export type Values = unknown[]

/** Columns to read, by the name that the row shall have them under. */
export type Columns = ReadonlyMap<string, string>

const sqlTypes: Readonly<Record<FieldType, string>> = {
  string: 'text',
  text: 'text',
  int: 'integer',
  bigint: 'bigint',
  float: 'double precision',
  decimal: 'numeric',
  boolean: 'boolean',
  uuid: 'uuid',
  timestamp: 'timestamptz',
  date: 'date',
  time: 'time',
  json: 'jsonb',
  file: 'jsonb',
}

/** PostgreSQL's type for values of a field, without a decimal's precision. */
export function sqlType(type: FieldType): string {
  return sqlTypes[type]
}

/** Binds a value and returns its place, cast so that PostgreSQL need not guess. */
export function bind(values: Values, value: unknown, type: string): string {
  const bound = boundForms.get(type)
  values.push(bound && value !== null ? bound.write(value) : value)
  return bound ? `$${values.length}::${bound.type}::${type}` : `$${values.length}::${type}`
}

type BoundForm = Readonly<{ type: string; write(value: unknown): unknown }>

/** Types whose values go over as text: the driver would take true, or a list that begins with it, for a boolean. */
const boundForms: ReadonlyMap<string, BoundForm> = new Map<string, BoundForm>([
  ['jsonb', { type: 'text', write: (value) => JSON.stringify(value) }],
  ['jsonb[]', { type: 'text[]', write: (value) => eachOf(value).map((each) => JSON.stringify(each)) }],
  ['boolean[]', { type: 'text[]', write: (value) => eachOf(value).map(String) }],
])

function eachOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

/** A column of the row that goes by `alias` in the statement. */
export function column(alias: string, name: string): string {
  return `${alias}.${quoteName(name)}`
}

/** A select list of the columns under their names. */
export function selectList(alias: string, columns: Columns): string {
  const parts: string[] = []
  for (const [name, source] of columns) parts.push(`${column(alias, source)} as ${quoteName(name)}`)
  return parts.length === 0 ? '1' : parts.join(', ')
}

export function statement(text: string, values: Values): Statement {
  return { text, values }
}

/** Joins conditions by `and`; no conditions are `true`. */
export function allOf(conditions: readonly string[]): string {
  const real = conditions.filter((condition) => condition !== 'true')
  return real.length === 0 ? 'true' : real.join(' and ')
}
