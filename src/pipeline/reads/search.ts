// Full-text search: the condition on a row, and how well the row fits. Words are understood as web search engines do.
import { searchColumn } from '../../metadata/tables/search.ts'
import { bind, column } from '../statement.ts'
import type { Reading } from './reading.ts'

/** What is searched for, in a text search configuration of PostgreSQL. */
export type Search = Readonly<{ language: string; words: string }>

/** The condition that the row of the reading is found. */
export function writeSearch(search: Search, reading: Reading): string {
  return `${column(reading.alias, searchColumn)} @@ ${writeQuery(search, reading)}`
}

/** How well the row of the reading fits; more is better. */
export function writeRank(search: Search, reading: Reading): string {
  return `ts_rank(${column(reading.alias, searchColumn)}, ${writeQuery(search, reading)})::double precision`
}

function writeQuery({ language, words }: Search, { values }: Reading): string {
  return `websearch_to_tsquery(${bind(values, language, 'regconfig')}, ${bind(values, words, 'text')})`
}
