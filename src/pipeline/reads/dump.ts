// Reads all live rows of an app in the form that sample data has, so that a document can carry them elsewhere.
import type { Pool, Row, Sql } from '../../database/connect.ts'
import { quoteName } from '../../database/identifiers.ts'
import { fail } from '../../errors.ts'
import type { SampleRows } from '../../metadata/document.ts'
import { entityOf, type Registry, type RegistryEntity } from '../../metadata/registry.ts'
import type { JoinRelation } from '../../metadata/relation.ts'
import { column, selectList } from '../statement.ts'

/** What does not fit belongs into a backup, not into a document; an import takes no more either. */
const mostDump = { rows: 100_000, bytes: 16_777_216 } as const
type DumpLimits = Readonly<{ rows: number; bytes: number }>
/** How many rows come over at a time. */
const batchSize = 500

/**
 * The rows of every entity and join table that has any, in order of their keys, all as they were at one moment; nulls and
 * secrets are left out. It stops with LIMIT_EXCEEDED as soon as they are too many or too long.
 */
export async function dump(
  pool: Pool,
  registry: Registry,
  limits: DumpLimits = mostDump,
): Promise<SampleRows> {
  return await pool.begin('isolation level repeatable read read only', async (sql) => {
    const data: Record<string, readonly Row[]> = {}
    let left = limits
    for (const [name, text] of writeReads(registry)) {
      const rows = await readAll(sql, text, left, limits)
      left = rows.left
      if (rows.found.length > 0) data[name] = rows.found
    }
    return data
  })
}

type Portion = Readonly<{ found: readonly Row[]; left: DumpLimits }>

/** A cursor, so that no more than a batch beyond the limits is ever held. */
async function readAll(sql: Sql, text: string, given: DumpLimits, limits: DumpLimits): Promise<Portion> {
  const found: Row[] = []
  let { rows, bytes } = given
  for await (const batch of sql.unsafe<Row[]>(text).cursor(batchSize))
    for (const each of batch) {
      const row = dropNulls(each)
      rows--
      bytes -= Buffer.byteLength(JSON.stringify(row))
      if (rows < 0 || bytes < 0) throw refuseSize(limits)
      found.push(row)
    }
  return { found, left: { rows, bytes } }
}

function refuseSize({ rows, bytes }: DumpLimits): Error {
  return fail(
    'LIMIT_EXCEEDED',
    `The app has more than ${rows} rows or ${bytes} bytes of them; export it without data and copy those with pg_dump`,
  )
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
