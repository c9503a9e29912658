// Who may read a file: its uploader, and whoever may read a cell of a record that refers to it.
import { isAdmin, type Viewer } from '../../auth/viewer.ts'
import { run, type Sql } from '../../database/connect.ts'
import type { OwnedFile } from '../../files/file-rows.ts'
import type { Field } from '../../metadata/field.ts'
import type { Registry, RegistryEntity } from '../../metadata/registry.ts'
import { findSight } from '../rights/sight.ts'
import { readable } from '../rights/visible.ts'
import { allOf, bind, column, sqlType, statement, type Values } from '../statement.ts'
import { groupBy } from './writes.ts'

/** Where files are looked at, and by whom. */
export type FileReader = Readonly<{ sql: Sql; registry: Registry; viewer: Viewer }>

/** Whether the viewer may read the file. */
export async function mayReadFile(reader: FileReader, file: OwnedFile): Promise<boolean> {
  return (await findReadableFiles(reader, [file])).length > 0
}

/** Those of the files that the viewer may read. */
export async function findReadableFiles(
  reader: FileReader,
  files: readonly OwnedFile[],
): Promise<readonly OwnedFile[]> {
  const { viewer } = reader
  if (isAdmin(viewer)) return files
  const isOwn = ({ uploader }: OwnedFile) => viewer.id !== undefined && uploader === viewer.id
  const others = files.filter((file) => !isOwn(file)).map(({ id }) => id)
  const shown = others.length === 0 ? new Set() : await findShown(reader, others)
  return files.filter((file) => isOwn(file) || shown.has(file.id))
}

type Use = { file_id: string; table_name: string; column_name: string }

/** The files that some cell shows to the viewer. */
async function findShown(reader: FileReader, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const uses = await run<Use>(reader.sql, {
    text: 'select distinct file_id, table_name, column_name from _file_uses where file_id = any($1::uuid[])',
    values: [ids],
  })
  const tables = new Map([...reader.registry.entities.values()].map((entity) => [entity.table, entity]))
  const shown = new Set<string>()
  for (const group of groupBy(uses, (use) => `${use.table_name} ${use.column_name}`).values()) {
    const [first] = group
    const entity = tables.get(first?.table_name ?? '')
    const field = entity?.fieldsByName.get(first?.column_name ?? '')
    const wanted = group.map((use) => use.file_id).filter((id) => !shown.has(id))
    if (entity === undefined || field === undefined || wanted.length === 0) continue
    for (const id of await findShownBy(reader, entity, field, wanted)) shown.add(id)
  }
  return shown
}

/** Deleted records show their files to those who may still read them. The cell is asked too: it may be for some rows only. */
async function findShownBy(
  { sql, viewer }: FileReader,
  entity: RegistryEntity,
  field: Field,
  ids: readonly string[],
): Promise<readonly string[]> {
  const isOpen = findSight(viewer.roles, entity).read?.has(field.name)
  if (field.type !== 'file' || field.hidden || field.secret || !isOpen) return []
  const values: Values = []
  const { from, where } = readable(viewer, entity, 't', values, { liveness: 'all' })
  const isUse = allOf([
    `u.table_name = ${bind(values, entity.table, 'text')}`,
    `u.column_name = ${bind(values, field.name, 'text')}`,
    `u.file_id = any(${bind(values, ids, 'uuid[]')})`,
    `${column('t', entity.key.field)} = u.record_id::${sqlType(entity.keyField.type)}`,
    `${column('t', field.name)} ->> 'id' = u.file_id::text`,
    where,
  ])
  const text = `select distinct u.file_id from _file_uses u cross join ${from} where ${isUse}`
  const rows = await run<{ file_id: string }>(sql, statement(text, values))
  return rows.map((row) => row.file_id)
}
