// The record that something in the system is about, such as a workflow: the system's own look at it, and who may see it.
import type { Viewer } from '../../auth/viewer.ts'
import { isAdmin } from '../../auth/viewer.ts'
import { type Row, run, type Sql } from '../../database/connect.ts'
import { quoteName, quoteText } from '../../database/identifiers.ts'
import type { Registry, RegistryEntity } from '../../metadata/registry.ts'
import type { Value } from '../../metadata/value.ts'
import { isLive, visible } from '../rights/visible.ts'
import {
  allOf,
  bind,
  type Columns,
  column,
  selectList,
  sqlType,
  statement,
  type Values,
} from '../statement.ts'

/** The live record with that key, without its secrets; for the system's own look, never for an answer. */
export async function findOwnRecord(sql: Sql, entity: RegistryEntity, key: string): Promise<Row | undefined> {
  const names = [...entity.fields.filter(({ secret }) => !secret).map(({ name }) => name), '_version']
  const columns: Columns = new Map(names.map((name) => [name, name]))
  const values: Values = []
  const isOne = `${column('t', entity.key.field)} = ${bind(values, key, sqlType(entity.keyField.type))}`
  const where = allOf([isOne, isLive(entity, 't')])
  const text = `select ${selectList('t', columns)} from ${quoteName(entity.table)} t where ${where}`
  const [row] = await run(sql, statement(text, values))
  return row
}

/** A key that was kept as text, in the form that plans have. */
export function readOwnKey({ keyField }: RegistryEntity, key: string): Value {
  return keyField.type === 'int' ? Number(key) : key
}

/**
 * The condition under which the viewer may see the record that the columns `entity` and `record_id` of `alias` name, also
 * a deleted one. Where they name none, or one of an entity that is gone, only administrators may.
 */
export function seesRecord(
  viewer: Viewer,
  { entities }: Registry,
  names: readonly string[],
  alias: string,
  values: Values,
): string {
  if (isAdmin(viewer)) return 'true'
  const cases = names.flatMap((name) => {
    const entity = entities.get(name)
    if (entity === undefined) return []
    const key = `${column('t', entity.key.field)} = ${alias}.record_id::${sqlType(entity.keyField.type)}`
    const where = allOf([key, visible(viewer, entity, 't', values, 'all')])
    return [`when ${quoteText(name)} then exists (select 1 from ${quoteName(entity.table)} t where ${where})`]
  })
  return cases.length === 0 ? 'false' : `case ${alias}.entity ${cases.join(' ')} else false end`
}
