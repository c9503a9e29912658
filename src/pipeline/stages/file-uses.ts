// Keeps the list of which cells refer to which files, and since when a file has been referred to by none.
import { isUuid } from '../../auth/uuid.ts'
import { type Row, run, type Sql } from '../../database/connect.ts'
import { quoteName } from '../../database/identifiers.ts'
import type { Field } from '../../metadata/field.ts'
import type { RegistryEntity } from '../../metadata/registry.ts'
import { isObject } from '../../reader.ts'
import { bind, column, statement, type Values } from '../statement.ts'
import type { Act } from './act.ts'
import { listWrites, type Write } from './writes.ts'

/** Notes the files of rows that came past the pipeline, as sample data does. */
export async function recordSeeded(sql: Sql, entity: RegistryEntity): Promise<void> {
  for (const field of listFileFields(entity)) {
    const values: Values = []
    const place = [bind(values, entity.table, 'text'), bind(values, field.name, 'text')]
    const isHeld = `f.id::text = ${column('t', field.name)} ->> 'id' and f.state = 'stored'`
    const cells = `select ${place[0]}, ${column('t', entity.key.field)}::text, ${place[1]}, f.id from ${quoteName(entity.table)} t join _files f on ${isHeld}`
    const text = `with come as (insert into _file_uses (table_name, record_id, column_name, file_id) ${cells} on conflict do nothing returning file_id)
      update _files set freed_at = null where id in (select file_id from come)`
    await run(sql, statement(text, values))
  }
}

/** A cell that refers to another file than before, or to none any more. */
type Cell = Readonly<{
  table: string
  record: string
  column: string
  old: string | null
  file: string | null
}>

/** The stage behind the storing: notes which files the records refer to now. Softly deleted records keep theirs. */
export async function recordUses(act: Act, roots: readonly Write[]): Promise<void> {
  await writeCells(
    act,
    listWrites(roots).flatMap((write) => (write.isStored ? listCells(write) : [])),
  )
}

/** Lets the files of rows go that leave their table for good. */
export async function releaseFiles(act: Act, entity: RegistryEntity, rows: readonly Row[]): Promise<void> {
  await writeCells(
    act,
    rows.flatMap((row) => compareCells(entity, row, {})),
  )
}

function listCells({ entity, action, old, row }: Write): readonly Cell[] {
  if (action !== 'delete') return compareCells(entity, old ?? {}, row)
  return entity.softDelete ? [] : compareCells(entity, old ?? {}, {})
}

function compareCells(entity: RegistryEntity, old: Row, row: Row): readonly Cell[] {
  const key = row[entity.key.field] ?? old[entity.key.field]
  const place = { table: entity.table, record: String(key) }
  return listFileFields(entity).flatMap((field) => {
    const [before, after] = [readId(old[field.name]), readId(row[field.name])]
    return before === after ? [] : [{ ...place, column: field.name, old: before, file: after }]
  })
}

const fileFields = new WeakMap<RegistryEntity, readonly Field[]>()

function listFileFields(entity: RegistryEntity): readonly Field[] {
  const found = fileFields.get(entity) ?? entity.fields.filter(({ type }) => type === 'file')
  fileFields.set(entity, found)
  return found
}

function readId(cell: unknown): string | null {
  return isObject(cell) && typeof cell.id === 'string' && isUuid(cell.id) ? cell.id : null
}

/** All files that come or go are held first, in one order: of two that let go of one file the second sees that it was the last. */
async function writeCells(act: Act, cells: readonly Cell[]): Promise<void> {
  if (cells.length === 0) return
  const ids = [...new Set(cells.flatMap(({ old, file }) => [old, file]))].filter((id) => id !== null)
  await run(act.sql, {
    text: 'select 1 from _files where id = any($1::uuid[]) order by id for no key update',
    values: [ids],
  })
  const values: Values = []
  const lists = [
    bind(
      values,
      cells.map(({ table }) => table),
      'text[]',
    ),
    bind(
      values,
      cells.map(({ record }) => record),
      'text[]',
    ),
    bind(
      values,
      cells.map(({ column }) => column),
      'text[]',
    ),
    bind(
      values,
      cells.map(({ file }) => file),
      'uuid[]',
    ),
  ]
  await run(act.sql, statement(writeUses(lists, bind(values, ids, 'uuid[]')), values))
}

/** One statement sees nothing of what its parts do, so it reckons with the cells that come and go itself. */
function writeUses(lists: readonly string[], ids: string): string {
  const isCell = (alias: string) =>
    `(${alias}.table_name, ${alias}.record_id, ${alias}.column_name) = (c.table_name, c.record_id, c.column_name)`
  return `with cells as (select * from unnest(${lists.join(', ')}) as c(table_name, record_id, column_name, file_id)),
    gone as (delete from _file_uses u using cells c where c.file_id is null and ${isCell('u')}),
    come as (insert into _file_uses (table_name, record_id, column_name, file_id)
      select c.table_name, c.record_id, c.column_name, f.id from cells c join _files f on f.id = c.file_id
      on conflict (table_name, record_id, column_name) do update set file_id = excluded.file_id)
    update _files f set freed_at = case when exists (select 1 from cells c where c.file_id = f.id)
      or exists (select 1 from _file_uses u where u.file_id = f.id and not exists (select 1 from cells c where ${isCell('u')}))
      then null else now() end where f.id = any(${ids})`
}
