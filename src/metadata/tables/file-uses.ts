// The steps by which the list of cells that refer to files follows tables and columns that are renamed or dropped.
import { quoteText } from '../../database/identifiers.ts'
import { makeDdl, type Step } from './step.ts'

/** Files have the type jsonb; of other columns no cell is listed. */
export const fileColumnType = 'jsonb'

export function renameTableUses(from: string, to: string): Step {
  const sql = `update _file_uses set table_name = ${quoteText(to)} where table_name = ${quoteText(from)}`
  return makeDdl('change table', sql, to)
}

export function renameColumnUses(table: string, from: string, to: string): Step {
  const isColumn = `table_name = ${quoteText(table)} and column_name = ${quoteText(from)}`
  return makeDdl(
    'change table',
    `update _file_uses set column_name = ${quoteText(to)} where ${isColumn}`,
    table,
  )
}

/** The sweep finds out which files are referred to by no other cell. */
export function dropTableUses(table: string): Step {
  return makeDdl('change table', `delete from _file_uses where table_name = ${quoteText(table)}`, table)
}

export function dropColumnUses(table: string, column: string): Step {
  const isColumn = `table_name = ${quoteText(table)} and column_name = ${quoteText(column)}`
  return makeDdl('change table', `delete from _file_uses where ${isColumn}`, table)
}
