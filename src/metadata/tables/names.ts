// Names of indexes and constraints: each tells all that matters of what it names, so that names can be compared instead.
import { joinName } from '../../database/identifiers.ts'

/** `unique_live` covers the rows that are not deleted, `unique` all of them; `search` is for full-text search. */
export type IndexKind = 'index' | 'unique' | 'unique_live' | 'search'

/** No definition has a name with two underscores in a row, so these tell the parts apart, and our names from others. */
const ours = /^(index|unique|unique_live|search|reference|key)__/

export function nameIndex(kind: IndexKind, table: string, columns: readonly string[]): string {
  return nameParts(kind, table, ...columns)
}

export function nameKey(table: string, columns: readonly string[]): string {
  return nameParts('key', table, ...columns)
}

export function nameReference(table: string, column: string, toTable: string, toColumn: string): string {
  return nameParts('reference', table, column, toTable, toColumn)
}

/** Whether rows may be refused because of the index. */
export function isUnique(kind: IndexKind): boolean {
  return kind === 'unique' || kind === 'unique_live'
}

/** Whether an index or constraint was made by us; what an operator added by hand is left alone. */
export function isOurs(name: string): boolean {
  return ours.test(name)
}

function nameParts(first: string, ...rest: readonly string[]): string {
  return joinName(first, ...rest.map((part) => `_${part}`))
}
