// Deletes records, and first does to those that refer to them what each relation says: on_delete.
import { type Row, run } from '../../database/connect.ts'
import { quoteName } from '../../database/identifiers.ts'
import { entityOf, type RegistryEntity, type RelationEnd } from '../../metadata/registry.ts'
import type { OnDelete } from '../../metadata/relation.ts'
import type { Value } from '../../metadata/value.ts'
import { isLive } from '../rights/visible.ts'
import { allOf, bind, column, sqlType, statement, type Values } from '../statement.ts'
import { type Act, nameRecord } from './act.ts'
import { writeRecord, writeWithNews } from './announce.ts'
import { holdInOrder, selectWhole } from './lock.ts'
import { purgeDead, unlinkAll } from './purge.ts'
import { tellRefusal } from './refusal.ts'
import { checkRestrict, isChild } from './restrict.ts'
import type { CarryOut } from './road.ts'
import { listReturned } from './rows.ts'
import { groupBy, listWrites, makeWrite, type Write } from './writes.ts'

/** Deletes the records, softly where their entity says so; what leans on them goes its own whole road before. */
export async function removeRows(act: Act, roots: readonly Write[], carryOut: CarryOut): Promise<void> {
  const deletes = listWrites(roots).filter(({ action, entity, key }) => {
    const isNew = action === 'delete' && !act.deleted.has(nameRecord(entity.name, key))
    if (isNew) act.deleted.add(nameRecord(entity.name, key))
    return isNew
  })
  for (const group of groupBy(deletes, ({ entity, actor }) => `${entity.name} ${actor}`).values()) {
    await followRelations(act, group, carryOut)
    await deleteRows(act, group)
  }
}

async function followRelations(act: Act, writes: readonly Write[], carryOut: CarryOut): Promise<void> {
  for (const end of writes[0]?.entity.ends ?? []) {
    if (end.side !== 'source') continue
    const restrict = { end, writes }
    if (end.relation.onDelete !== 'restrict') {
      if (end.join === undefined) await carryOut(act, await findLeaning(act, end, writes))
    } else if (end.join) await checkRestrict(act, restrict)
    else act.restricts.push(restrict)
  }
}

/** What becomes of the live children of deleted records: they go too, or lose their key. */
async function findLeaning(act: Act, end: RelationEnd, writes: readonly Write[]): Promise<readonly Write[]> {
  const other = entityOf(act.context.registry, end.other)
  const values: Values = []
  const where = allOf([isChild(end, writes, values), isLive(other, 't')])
  const text = `${selectWhole(other)} where ${where} ${holdInOrder(other)}`
  const rows = await run(act.sql, statement(text, values))
  const paths = new Map(writes.map((write) => [String(write.key), write.path]))
  return rows
    .filter((row) => !act.deleted.has(nameRecord(other.name, row[other.key.field])))
    .map((row) => makeFollower(other, end, row, paths.get(String(row[end.remoteColumn])) ?? ''))
}

function makeFollower(other: RegistryEntity, end: RelationEnd, row: Row, path: string): Write {
  const isFreed = (['set_null', 'detach'] as readonly OnDelete[]).includes(end.relation.onDelete)
  return {
    ...makeWrite(isFreed ? 'update' : 'delete', other, path, 'system:cascade'),
    changes: new Map<string, Value>(isFreed ? [[end.remoteColumn, null]] : []),
    key: row[other.key.field] as Value,
    old: row,
  }
}

async function deleteRows(act: Act, writes: readonly Write[]): Promise<void> {
  const [first] = writes
  if (first === undefined) return
  const { entity, actor } = first
  if (!entity.softDelete) {
    const keys = writes.map(({ key }) => key)
    await purgeDead(act, entity, keys)
    await unlinkAll(act, entity, keys)
  }
  const values: Values = []
  const keys = bind(
    values,
    writes.map(({ key }) => key),
    `${sqlType(entity.keyField.type)}[]`,
  )
  const isOne = `${column('t', entity.key.field)} = any(${keys})`
  const removing = entity.softDelete ? bury(act, entity, isOne, values) : erase(entity, isOne)
  const changing = `${removing} returning ${listReturned(entity)}, ${writeRecord(entity, 't')} as "$old"`
  const text = writeWithNews(act, { entity, action: 'delete', actor, changed: [] }, changing, values)
  await run(act.sql, statement(text, values)).catch((error: unknown) => {
    throw tellRefusal(act.context, writes, error)
  })
  for (const write of writes) write.isStored = true
}

/** The version grows, so that whoever hears of it knows that this came after all before. */
function bury(act: Act, entity: RegistryEntity, isOne: string, values: Values): string {
  const set = `"deleted_at" = now(), "_deletion" = ${bind(values, act.deletion, 'uuid')}, "_version" = t."_version" + 1`
  return `update ${quoteName(entity.table)} as t set ${set} where ${isOne}`
}

function erase(entity: RegistryEntity, isOne: string): string {
  return `delete from ${quoteName(entity.table)} as t where ${isOne}`
}
