// Measures the visible rows of a list: at the root, and behind a relation for many parents by one statement.
import type { RelationEnd } from '../../metadata/registry.ts'
import { allOf, statement, type Values } from '../statement.ts'
import type { Filter } from './filter.ts'
import { bindParents, placeChildren, placeRows, type Read } from './find.ts'
import { type Measure, type Measured, readMeasures, runMeasures, writeMeasures } from './measure.ts'

/** Measures the visible rows that the filter holds for; without measures nothing is read. */
export async function measureRows(
  read: Read,
  filter: Filter,
  measures: readonly Measure[],
): Promise<Measured> {
  if (measures.length === 0) return []
  const values: Values = []
  const { from, where } = placeRows(read, filter, values)
  const text = `select ${writeMeasures(measures, 't')} from ${from} where ${where}`
  const [row] = await runMeasures(read.sql, statement(text, values))
  return readMeasures(measures, row)
}

/** Measures the visible rows behind a relation to many, for each parent that has any. */
export async function measureChildren(
  read: Read,
  end: RelationEnd,
  parents: readonly unknown[],
  filter: Filter,
  measures: readonly Measure[],
): Promise<Map<string, Measured>> {
  if (measures.length === 0) return new Map()
  const values: Values = []
  const keys = bindParents(end, parents, values)
  const { from, parent, where } = placeChildren(read, end, filter, values)
  const isWanted = allOf([`${parent} = any(${keys})`, where])
  const text = `select ${parent} as key, ${writeMeasures(measures, 't')} from ${from} where ${isWanted} group by 1`
  const rows = await runMeasures(read.sql, statement(text, values))
  return new Map(rows.map((row) => [String(row.key), readMeasures(measures, row)]))
}
