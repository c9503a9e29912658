// A new name for something that stays what it is, and how the rows of definitions are told by their names.
import type { DefinitionRow, List } from '../definition-kinds.ts'

/** A relation is renamed from its source, where its name is. */
export type Rename = Readonly<{ from: string; to: string }> &
  (
    | Readonly<{ kind: 'entity' }>
    | Readonly<{ kind: 'field'; entity: string }>
    | Readonly<{ kind: 'relation'; source: string }>
  )

/** A column of keys that holds a renamed name, and the values of the rows that do. */
type Renamed = Readonly<{ column: string; where: Readonly<Record<string, string>> }>

/** The columns of a list's key that hold the name. */
export function listRenamed(list: List, key: readonly string[], rename: Rename): readonly Renamed[] {
  switch (rename.kind) {
    case 'entity': {
      const columns = key.filter((column) =>
        column === 'name' ? list === 'entities' : isEntityColumn(column),
      )
      return columns.map((column) => ({ column, where: { [column]: rename.from } }))
    }
    case 'field': {
      const isHere = key.includes('entity') && key.includes('field')
      return isHere ? [{ column: 'field', where: { entity: rename.entity, field: rename.from } }] : []
    }
    case 'relation':
      return list === 'relations'
        ? [{ column: 'name', where: { source: rename.source, name: rename.from } }]
        : []
  }
}

function isEntityColumn(column: string): boolean {
  return column === 'entity' || column === 'source'
}

/** The row under the new name, as far as its key has the name. */
export function renameRow(
  list: List,
  key: readonly string[],
  row: DefinitionRow,
  rename: Rename,
): DefinitionRow {
  const hits = listRenamed(list, key, rename).filter(({ where }) =>
    Object.entries(where).every(([column, value]) => row[column] === value),
  )
  return { ...row, ...Object.fromEntries(hits.map(({ column }) => [column, rename.to])) }
}

/** The way back. */
export function invertRename(rename: Rename): Rename {
  return { ...rename, from: rename.to, to: rename.from }
}
