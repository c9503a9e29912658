// Reads all live rows of an app in the form that sample data has, so that a document can carry them elsewhere.
import { type Row, run, type Sql } from '../database/connect.ts'
import { quoteName } from '../database/identifiers.ts'
import { fail } from '../errors.ts'
import type { SampleRows } from '../metadata/document.ts'
import { entityOf, type Registry, type RegistryEntity } from '../metadata/registry.ts'
import type { JoinRelation } from '../metadata/relation.ts'
import { column, selectList } from './statement.ts'

/** More rows than this belong into a backup, not into a document. */
const mostRows = 100_000

/** The rows of every entity and join table that has any, in order of their keys; nulls and secrets are left out. */
export async function dump(sql: Sql, registry: Registry): Promise<SampleRows> {
  const data: Record<string, readonly Row[]> = {}
  let left = mostRows
  for (const [name, text] of writeReads(registry)) {
    const rows = await run(sql, { text: `${text} limit $1`, values: [left + 1] })
    if (rows.length > left)
      throw fail(
        'LIMIT_EXCEEDED',
        `The app has more than ${mostRows} rows; export it without data and copy those with pg_dump`,
      )
    left -= rows.length
    if (rows.length > 0) data[name] = rows.map(dropNulls)
  }
  return data
}

function writeReads(registry: Registry): readonly (readonly [string, string])[] {
  const entities = [...registry.entities.values()].map(
    (entity) => [entity.name, readEntityRows(entity)] as const,
  )
  const joins = registry.definitions.relations
    .filter((relation) => relation.type === 'many_to_many')
    .map((relation) => [relation.joinTable, readJoinRows(registry, relation)] as const)
  return [...entities, ...joins]
}

function readEntityRows(entity: RegistryEntity): string {
  const columns = new Map(
    entity.fields.filter((field) => !field.secret).map((field) => [field.name, field.name]),
  )
  const live = entity.softDelete ? ` where ${column('t', 'deleted_at')} is null` : ''
  return `select ${selectList('t', columns)} from ${quoteName(entity.table)} t${live} order by ${column('t', entity.key.field)}`
}

/** Pairs of which one side is deleted lead nowhere in another app. */
function readJoinRows(
  registry: Registry,
  { joinTable, source, target, sourceJoinKey, targetJoinKey }: JoinRelation,
): string {
  const isLive = (entity: RegistryEntity, key: string): string => {
    const live = entity.softDelete ? ` and ${column('e', 'deleted_at')} is null` : ''
    return `exists (select 1 from ${quoteName(entity.table)} e where ${column('e', entity.key.field)} = ${column('t', key)}${live})`
  }
  const columns = new Map([sourceJoinKey, targetJoinKey].map((name) => [name, name]))
  const where = `${isLive(entityOf(registry, source), sourceJoinKey)} and ${isLive(entityOf(registry, target), targetJoinKey)}`
  return `select ${selectList('t', columns)} from ${quoteName(joinTable)} t where ${where} order by 1, 2`
}

function dropNulls(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))
}
