// The rows that hold definitions: how they are read, and how those that changed are written.
import { type Row, run, type Sql } from '../database/connect.ts'
import { quoteName } from '../database/identifiers.ts'
import type { Problem } from '../errors.ts'
import { type Changed, findDifference, keyOf, type RowChanges } from './definition-diff.ts'
import { type DefinitionRow, type Kind, kinds, type List, lists, mapDefinitions } from './definition-kinds.ts'
import type { Definitions, Quarantined } from './registry.ts'
import { listRenamed, type Rename } from './rename/rename.ts'

/** What the tables hold at one revision; rows that do not read are set apart. */
export type Stored = Readonly<{
  revision: number
  definitions: Definitions
  quarantined: readonly Quarantined[]
}>

type StoredRow = Row & Readonly<Record<keyof Definitions, readonly DefinitionRow[]>> & { revision: number }
type AnyKind = Pick<Kind<unknown, never>, 'table' | 'key' | 'columns'>

function columnsOf({ key, columns }: AnyKind): readonly string[] {
  return [...key, ...columns, 'definition']
}

function writeSelect(kind: AnyKind): string {
  const pairs = columnsOf(kind).map((column) => `'${column}', t.${quoteName(column)}`)
  const rows = `json_agg(json_build_object(${pairs.join(', ')}) order by t.position)`
  return `coalesce((select ${rows} from ${quoteName(kind.table)} t), '[]')`
}

const readText = `select m.revision, ${lists.map((list) => `${writeSelect(kinds[list])} as ${quoteName(list)}`).join(', ')} from _metadata m`

/** Reads everything in one statement, so that it belongs to one revision. */
export async function readStored(sql: Sql): Promise<Stored> {
  const [row] = await run<StoredRow>(sql, { text: readText, values: [] })
  if (row === undefined) throw new Error('The table _metadata has no row; it was emptied by hand')
  const quarantined: Quarantined[] = []
  const definitions = mapDefinitions((list) => readRows(kinds[list], row[list], quarantined))
  return { revision: row.revision, definitions, quarantined }
}

function readRows<Read, Stored>(
  kind: Kind<Read, Stored>,
  rows: readonly DefinitionRow[],
  quarantined: Quarantined[],
): readonly Stored[] {
  return rows.flatMap((row) => {
    const problems: Problem[] = []
    const read = kind.read(row.definition, '', problems)
    const stored = read && kind.complete(read, row)
    if (stored) problems.push(...findMismatches(kind, stored, row))
    if (stored && problems.length === 0) return [stored]
    quarantined.push({ kind: kind.kind, name: kind.nameRow(row), messages: problems.map(tell) })
    return []
  })
}

/** A definition must say of itself what its row says of it. */
function findMismatches<Stored>(
  kind: Kind<unknown, Stored>,
  stored: Stored,
  row: DefinitionRow,
): readonly Problem[] {
  const said = kind.write(stored)
  return [...kind.key, ...kind.columns]
    .filter((column) => said[column] !== row[column])
    .map((column) => ({ path: column, message: `must be ${String(row[column])}, as the row is named` }))
}

function tell({ path, message }: Problem): string {
  return path === '' ? message : `${path} ${message}`
}

/** Writes the rows that differ and removes those that are gone. */
export async function writeStored(
  sql: Sql,
  before: Definitions,
  after: Definitions,
  renames: readonly Rename[],
): Promise<RowChanges> {
  for (const rename of renames) await renameKeys(sql, rename)
  const changes: Changed[] = []
  const orders: Partial<Record<List, readonly string[]>> = {}
  for (const list of lists) {
    const { written, gone, changed, order } = findDifference(list, { before, after, renames })
    if (gone.length > 0) await run(sql, { text: writeDelete(kinds[list]), values: [gone] })
    if (written.length > 0)
      await run(sql, { text: writeInsert(kinds[list]), values: [JSON.stringify(written)] })
    changes.push(...changed)
    if (gone.length > 0) orders[list] = order
  }
  return { changes, orders }
}

/** A row that goes by another name stays the row it is, and in its place. */
async function renameKeys(sql: Sql, rename: Rename): Promise<void> {
  for (const list of lists) {
    const { table, key } = kinds[list]
    for (const { column, where } of listRenamed(list, key, rename)) {
      const conditions = Object.keys(where).map((name, index) => `${quoteName(name)} = $${index + 2}`)
      const text = `update ${quoteName(table)} set ${quoteName(column)} = $1 where ${conditions.join(' and ')}`
      await run(sql, { text, values: [rename.to, ...Object.values(where)] })
    }
  }
}

function writeName({ key }: AnyKind): string {
  return key.map((column) => `t.${quoteName(column)}::text`).join(` || '.' || `)
}

function writeDelete(kind: AnyKind): string {
  return `delete from ${quoteName(kind.table)} t where ${writeName(kind)} = any($1::text[])`
}

/** Removes what rows of these entities hold beside the definitions: they were set apart. Tells whether there were any. */
export async function clearOthers(
  sql: Sql,
  entities: readonly string[],
  definitions: Definitions,
): Promise<boolean> {
  let isAny = false
  for (const list of lists) {
    if (entities.length === 0 || !kinds[list].isOwned) continue
    const text = `delete from ${quoteName(kinds[list].table)} t
      where t.entity = any($1::text[]) and ${writeName(kinds[list])} <> all($2::text[]) returning t.entity`
    const gone = await run(sql, { text, values: [entities, listKeys(list, definitions)] })
    isAny ||= gone.length > 0
  }
  return isAny
}

function listKeys<K extends keyof Definitions>(list: K, definitions: Definitions): readonly string[] {
  return keysOf(kinds[list], definitions[list])
}

function keysOf<Stored>(
  kind: Pick<Kind<never, Stored>, 'key' | 'write'>,
  items: readonly Stored[],
): readonly string[] {
  return items.map((item) => keyOf(kind, kind.write(item)))
}

/** A row that was quarantined is repaired by writing over it. */
function writeInsert(kind: AnyKind): string {
  const columns = columnsOf(kind)
  const rest = columns.filter((column) => !kind.key.includes(column))
  const names = (list: readonly string[], prefix = '') =>
    list.map((column) => `${prefix}${quoteName(column)}`).join(', ')
  const updates = rest.map((column) => `${quoteName(column)} = excluded.${quoteName(column)}`).join(', ')
  return `insert into ${quoteName(kind.table)} (${names(columns)})
    select ${names(columns, 'r.')} from json_populate_recordset(null::${quoteName(kind.table)}, $1::text::json) with ordinality r
    order by r.ordinality
    on conflict (${names(kind.key)}) do update set ${updates}, changed_at = now()`
}
