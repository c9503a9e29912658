// Clears the way for rows that leave their table for good: deleted rows that point at them, and their links.
import { type Row, run } from '../../database/connect.ts'
import { quoteName } from '../../database/identifiers.ts'
import { entityOf, type RegistryEntity, type RelationEnd } from '../../metadata/registry.ts'
import { bind, column, sqlType, statement, type Values } from '../statement.ts'
import { type Act, nameRecord } from './act.ts'
import { writeRecord, writeWithNews } from './announce.ts'
import { releaseFiles } from './file-uses.ts'
import { listReturned } from './rows.ts'

/** Removes the dead rows that point at the records, and those that point at them in turn. */
export async function purgeDead(act: Act, entity: RegistryEntity, keys: readonly unknown[]): Promise<void> {
  for (const end of entity.ends) {
    const other = entityOf(act.context.registry, end.other)
    if (end.side !== 'source' || end.join || !other.softDelete) continue
    const found = await findDead(act, end, other, keys)
    const dead = found.filter((key) => !act.purged.has(nameRecord(other.name, key)))
    if (dead.length === 0) continue
    for (const key of dead) act.purged.add(nameRecord(other.name, key))
    await purgeDead(act, other, dead)
    await unlinkAll(act, other, dead)
    await purgeRows(act, other, dead)
  }
}

async function findDead(
  act: Act,
  end: RelationEnd,
  other: RegistryEntity,
  keys: readonly unknown[],
): Promise<readonly unknown[]> {
  const values: Values = []
  const parent = bind(values, keys, `${sqlType(end.parentType)}[]`)
  const text = `select ${column('t', other.key.field)} as key from ${quoteName(other.table)} t where ${column('t', end.remoteColumn)} = any(${parent}) and ${column('t', 'deleted_at')} is not null`
  const rows = await run<Row & { key: unknown }>(act.sql, statement(text, values))
  return rows.map((row) => row.key)
}

async function purgeRows(act: Act, entity: RegistryEntity, keys: readonly unknown[]): Promise<void> {
  const values: Values = []
  const isOne = `${column('t', entity.key.field)} = any(${bind(values, keys, `${sqlType(entity.keyField.type)}[]`)})`
  const changing = `delete from ${quoteName(entity.table)} as t where ${isOne} returning ${listReturned(entity)}, ${writeRecord(entity, 't')} as "$old"`
  const happening = { entity, action: 'purge', actor: 'system:purge', changed: [] } as const
  const rows = await run(act.sql, statement(writeWithNews(act, happening, changing, values), values))
  await releaseFiles(act, entity, rows)
}

/** Removes the join rows of records, from both sides of their relations. */
export async function unlinkAll(act: Act, entity: RegistryEntity, keys: readonly unknown[]): Promise<void> {
  for (const { join, parentType } of entity.ends) {
    if (join === undefined) continue
    const values: Values = []
    const text = `delete from ${quoteName(join.table)} j where ${column('j', join.localKey)} = any(${bind(values, keys, `${sqlType(parentType)}[]`)})`
    await run(act.sql, statement(text, values))
  }
}
