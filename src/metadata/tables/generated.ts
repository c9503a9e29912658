// The steps for the column that PostgreSQL computes for search: it is made anew when what it is made of changes.
import { quoteName } from '../../database/identifiers.ts'
import type { RealTable } from './catalog.ts'
import type { Column } from './column.ts'
import { searchColumn } from './search.ts'
import { makeDdl, makeProblem, type Step } from './step.ts'
import type { Table } from './wanted.ts'

/** The end of a column's definition that says how it is computed; empty for others. */
export function writeGenerated({ generated }: Column): string {
  return generated === undefined ? '' : ` generated always as (${generated}) stored`
}

/** Whether nothing needs to be done: the index that tells how the column is computed is there. */
function isCurrent(wanted: Table, real: RealTable): boolean {
  const indexes = wanted.indexes.filter((index) => index.kind === 'search')
  return indexes.length > 0 && indexes.every((index) => real.indexes.has(index.name))
}

/** Before other columns change: the computed one goes, so that nothing leans on them. */
export function dropGenerated(wanted: Table, real: RealTable): readonly Step[] {
  const found = real.columns.get(searchColumn)
  if (found === undefined || isCurrent(wanted, real)) return []
  if (!found.generated)
    return [makeProblem(wanted.place, `names a table with a column ${searchColumn} of its own; name another`)]
  const sql = `alter table ${quoteName(real.name)} drop column ${quoteName(found.name)}`
  return [makeDdl('change table', sql, real.name)]
}

/** After other columns have changed: the computed one comes back. */
export function addGenerated(wanted: Table, real: RealTable): readonly Step[] {
  if (isCurrent(wanted, real)) return []
  return wanted.columns
    .filter((column) => column.generated !== undefined)
    .map((column) => {
      const sql = `alter table ${quoteName(real.name)} add column ${quoteName(column.name)} ${column.type}${writeGenerated(column)}`
      return makeDdl('change table', sql, real.name)
    })
}
