// What can be measured of a set of rows: how many there are, and one figure of a column. Values are as PostgreSQL gives them.
import { type Row, run, type Sql, type Statement } from '../../database/connect.ts'
import { sqlState } from '../../database/transaction.ts'
import { fail } from '../../errors.ts'
import type { Field } from '../../metadata/field.ts'
import type { FieldType } from '../../metadata/value.ts'
import { column } from '../statement.ts'
import type { Place } from './condition.ts'

export const figures = ['countDistinct', 'sum', 'avg', 'min', 'max'] as const
/** A figure of the values that a column has in the rows; nulls do not count. */
export type Figure = (typeof figures)[number]
export type Measure = Readonly<{ kind: 'count' }> | Readonly<{ kind: Figure; field: Field }>
/** The values of some measures, in their order. */
export type Measured = readonly unknown[]

/** Where the measure of the rows `alias` has its value, and as what it is compared. */
export function placeMeasure(measure: Measure, alias: string): Place {
  if (measure.kind === 'count') return { sql: 'count(*)', type: 'bigint' }
  const { kind, field } = measure
  const value = column(alias, field.name)
  if (kind === 'countDistinct') return { sql: `count(distinct ${value})`, type: 'bigint' }
  if (kind === 'min' || kind === 'max') return { sql: `${kind}(${value})`, type: field.type }
  const type: FieldType = field.type === 'float' ? 'float' : 'decimal'
  // The average of exact numbers comes with a tail of zeros that says nothing.
  return kind === 'avg' && type === 'decimal'
    ? { sql: `trim_scale(avg(${value}))`, type }
    : { sql: `${kind}(${value})`, type }
}

/** The measures as `m0`, `m1` and so on; counts fit into what the API calls an Int. */
export function writeMeasures(measures: readonly Measure[], alias: string): string {
  return measures.map((measure, index) => `${writeMeasure(measure, alias)} as m${index}`).join(', ')
}

function writeMeasure(measure: Measure, alias: string): string {
  const { sql } = placeMeasure(measure, alias)
  return isCount(measure) ? `${sql}::integer` : sql
}

function isCount({ kind }: Measure): boolean {
  return kind === 'count' || kind === 'countDistinct'
}

/** Takes the measures out of a row that `writeMeasures` made. */
export function readMeasures(
  measures: readonly Measure[],
  row: Readonly<Record<string, unknown>> = {},
): Measured {
  return measures.map((measure, index) => row[`m${index}`] ?? (isCount(measure) ? 0 : null))
}

const outOfRange = '22003'

/** Runs a statement with measures in it; floats can add up to more than a float can be. */
export async function runMeasures(sql: Sql, statement: Statement): Promise<readonly Row[]> {
  try {
    return await run(sql, statement)
  } catch (error) {
    if (sqlState(error) !== outOfRange) throw error
    throw fail('LIMIT_EXCEEDED', 'A sum or average is larger than a Float can be; ask for fewer rows')
  }
}
