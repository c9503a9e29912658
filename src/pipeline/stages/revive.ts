// Brings deleted records back, with those that went in the same act, before anything else looks at them.
import { type Row, run } from '../../database/connect.ts'
import { entityOf, type RegistryEntity, type RelationEnd } from '../../metadata/registry.ts'
import type { Value } from '../../metadata/value.ts'
import { allOf, column, statement, type Values } from '../statement.ts'
import { type Act, nameRecord } from './act.ts'
import { holdInOrder, selectWhole } from './lock.ts'
import { isChild } from './restrict.ts'
import { reviveRows } from './rows.ts'
import { groupBy, makeWrite, type Write } from './writes.ts'

/** Revives the records and, as children of theirs, what a cascade took along, to any depth; each goes on down the road. */
export async function revive(act: Act, roots: readonly Write[]): Promise<void> {
  const seen = new Set(roots.map(nameOf))
  for (let level = roots.filter(({ action }) => action === 'restore'); level.length > 0; ) {
    const marks = new Map(level.map((write) => [nameOf(write), write.old?._deletion]))
    await reviveRows(act, level)
    const taken: Write[] = []
    for (const group of groupBy(level, (write) => write.entity).values())
      for (const end of group[0]?.entity.ends ?? [])
        taken.push(...(await attachTaken(act, end, group, { marks, seen })))
    level = taken
  }
}

function nameOf({ entity, key }: Write): string {
  return nameRecord(entity.name, key)
}

/** The acts that deleted the records of a level, and the records that are on their way back already. */
type Return = Readonly<{ marks: ReadonlyMap<string, unknown>; seen: Set<string> }>

async function attachTaken(
  act: Act,
  end: RelationEnd,
  parents: readonly Write[],
  { marks, seen }: Return,
): Promise<readonly Write[]> {
  const other = entityOf(act.context.registry, end.other)
  if (end.side !== 'source' || end.relation.onDelete !== 'cascade' || !other.softDelete) return []
  const byKey = new Map(parents.map((parent) => [String(parent.key), parent]))
  const taken: Write[] = []
  for (const row of await findDead(act, end, other, parents)) {
    const parent = byKey.get(String(row[end.remoteColumn]))
    const name = nameRecord(other.name, row[other.key.field])
    if (parent === undefined || marks.get(nameOf(parent)) !== row._deletion || seen.has(name)) continue
    seen.add(name)
    taken.push(attach(parent, end, other, row))
  }
  return taken
}

async function findDead(
  act: Act,
  end: RelationEnd,
  other: RegistryEntity,
  parents: readonly Write[],
): Promise<readonly Row[]> {
  const values: Values = []
  const where = allOf([isChild(end, parents, values), `${column('t', 'deleted_at')} is not null`])
  return await run(act.sql, statement(`${selectWhole(other)} where ${where} ${holdInOrder(other)}`, values))
}

function attach(parent: Write, end: RelationEnd, other: RegistryEntity, row: Row): Write {
  const write: Write = {
    ...makeWrite('restore', other, parent.path, 'system:restore'),
    key: row[other.key.field] as Value,
    old: row,
    parent: { write: parent, end },
  }
  const relation = parent.relations.find((each) => each.end === end)
  if (relation) relation.children.push(write)
  else
    parent.relations.push({
      end,
      path: parent.path,
      mode: 'diff',
      rows: [],
      children: [write],
      links: [],
      unlinks: [],
    })
  return write
}
