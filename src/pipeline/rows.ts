// The statements that change one row of an entity and return the columns asked for.
import { randomUUID } from 'node:crypto'
import { type Row, run, type Sql } from '../database/connect.ts'
import { quoteName } from '../database/identifiers.ts'
import type { Field } from '../metadata/field.ts'
import type { RegistryEntity } from '../metadata/registry.ts'
import type { Value } from '../metadata/value.ts'
import { notFound } from './lock.ts'
import { bind, type Columns, column, selectList, sqlType, statement, type Values } from './statement.ts'
import type { Changes } from './values.ts'

type Setting = Readonly<{ column: string; value: string }>

/** Inserts a row; columns that are not among the changes get PostgreSQL's default. */
export async function insertRow(
  sql: Sql,
  entity: RegistryEntity,
  changes: Changes,
  columns: Columns,
): Promise<Row> {
  const values: Values = []
  const settings = [...writeChanges(entity, changes, values), ...writeAuto(entity, ['create', 'update'])]
  const target = `insert into ${quoteName(entity.table)} as t`
  const names = settings.map((setting) => setting.column).join(', ')
  const source =
    settings.length === 0
      ? 'default values'
      : `(${names}) values (${settings.map((setting) => setting.value).join(', ')})`
  const [row] = await run(sql, statement(`${target} ${source} returning ${selectList('t', columns)}`, values))
  if (row === undefined) throw new Error(`The insert into ${entity.table} returned no row`)
  return row
}

/** Changes a row that is locked; its version grows by one, unless there is nothing to change. */
export async function updateRow(
  sql: Sql,
  entity: RegistryEntity,
  key: Value,
  changes: Changes,
  columns: Columns,
): Promise<Row> {
  if (changes.size === 0) return readRow(sql, entity, key, columns)
  const values: Values = []
  const version = { column: '"_version"', value: 't."_version" + 1' }
  const settings = [...writeChanges(entity, changes, values), ...writeAuto(entity, ['update']), version]
  const set = settings.map((setting) => `${setting.column} = ${setting.value}`).join(', ')
  const where = writeKey(entity, key, values)
  const text = `update ${quoteName(entity.table)} as t set ${set} where ${where} returning ${selectList('t', columns)}`
  return onlyRow(await run(sql, statement(text, values)), entity, key)
}

async function readRow(sql: Sql, entity: RegistryEntity, key: Value, columns: Columns): Promise<Row> {
  const values: Values = []
  const where = writeKey(entity, key, values)
  const text = `select ${selectList('t', columns)} from ${quoteName(entity.table)} as t where ${where}`
  return onlyRow(await run(sql, statement(text, values)), entity, key)
}

/** Deletes a row that is locked, softly where the entity says so, and returns its columns as they were. */
export async function deleteRow(
  sql: Sql,
  entity: RegistryEntity,
  key: Value,
  columns: Columns,
): Promise<Row> {
  const values: Values = []
  const where = writeKey(entity, key, values)
  const act = entity.softDelete ? bind(values, randomUUID(), 'uuid') : ''
  const start = entity.softDelete
    ? `update ${quoteName(entity.table)} as t set "deleted_at" = now(), "_deletion" = ${act}`
    : `delete from ${quoteName(entity.table)} as t`
  return onlyRow(
    await run(sql, statement(`${start} where ${where} returning ${selectList('t', columns)}`, values)),
    entity,
    key,
  )
}

function onlyRow(rows: readonly Row[], entity: RegistryEntity, key: Value): Row {
  const [row] = rows
  if (row === undefined) throw notFound(entity.name, key)
  return row
}

function writeKey(entity: RegistryEntity, key: Value, values: Values): string {
  return `${column('t', entity.key.field)} = ${bind(values, key, sqlType(entity.keyField.type))}`
}

function writeChanges(entity: RegistryEntity, changes: Changes, values: Values): readonly Setting[] {
  return entity.fields
    .filter((field) => changes.has(field.name))
    .map((field) => ({
      column: quoteName(field.name),
      value: bind(values, changes.get(field.name), sqlType(field.type)),
    }))
}

function writeAuto(entity: RegistryEntity, kinds: readonly string[]): readonly Setting[] {
  return entity.fields
    .filter((field: Field) => field.auto !== undefined && kinds.includes(field.auto))
    .map((field) => ({ column: quoteName(field.name), value: `now()::${sqlType(field.type)}` }))
}
