// Makes computed fields anew where they read rows that were written without them: a child alone, a record others look at.
import { type Row, run } from '../../database/connect.ts'
import { quoteName } from '../../database/identifiers.ts'
import { fail } from '../../errors.ts'
import { entityOf, type RegistryEntity, type RelationEnd } from '../../metadata/registry.ts'
import type { Value } from '../../metadata/value.ts'
import { joinPath } from '../../reader.ts'
import { writeSource } from '../reads/reading.ts'
import { isLive } from '../rights/visible.ts'
import { allOf, bind, column, sqlType, statement, type Values } from '../statement.ts'
import { type Act, nameRecord } from './act.ts'
import { holdInOrder, selectWhole } from './lock.ts'
import type { CarryOut } from './road.ts'
import { groupBy, listWrites, makeWrite, type Write } from './writes.ts'

/** One write may lead to another this many times over. */
const mostDepth = 10
/** This many records may depend on the records of one write. */
const mostDependents = 1_000

/** Records by their keys, and the values that their columns are about to have. */
type Held = Readonly<{
  entity: RegistryEntity
  keys: readonly unknown[]
  changes: readonly Write['changes'][]
}>

/** Locks the records that depend on these before these themselves, the topmost first: whoever writes below one parent takes turns. */
export async function holdDependents(act: Act, roots: readonly Write[]): Promise<void> {
  for (const [entity, group] of groupBy(roots, (write) => write.entity)) {
    const keys = group.map(({ key }) => key).filter((key) => key != null)
    await holdAbove(act, { entity, keys, changes: group.map(({ changes }) => changes) }, mostDepth)
  }
}

async function holdAbove(act: Act, held: Held, depth: number): Promise<void> {
  for (const end of listParentEnds(held.entity)) {
    const other = entityOf(act.context.registry, end.other)
    if (depth > 0 && listParentEnds(other).length > 0) {
      const rows = await readParents(act, held, end, '')
      const keys = rows.map(({ key }) => key)
      if (keys.length > 0) await holdAbove(act, { entity: other, keys, changes: [] }, depth - 1)
    }
    await readParents(act, held, end, holdInOrder(other))
  }
}

function listParentEnds({ behaviour }: RegistryEntity): readonly RelationEnd[] {
  return behaviour.dependents.filter((end) => !end.isList)
}

async function readParents(
  act: Act,
  { entity, keys, changes }: Held,
  end: RelationEnd,
  hold: string,
): Promise<readonly Row[]> {
  const other = entityOf(act.context.registry, end.other)
  const values: Values = []
  const given = changes.map((each) => each.get(end.localColumn)).filter((key) => key != null)
  const parent = column('t', end.remoteColumn)
  const own = `select ${column('c', end.localColumn)} from ${quoteName(entity.table)} c where ${column('c', entity.key.field)} = any(${bind(values, keys, `${sqlType(entity.keyField.type)}[]`)})`
  const isParent = `(${parent} = any(${bind(values, given, `${sqlType(end.parentType)}[]`)}) or ${parent} in (${own}))`
  const text = `select ${column('t', other.key.field)} as key from ${quoteName(other.table)} t where ${allOf([isParent, isLive(other, 't')])} ${hold}`
  return await run(act.sql, statement(text, values))
}

/** Sends the records whose computed fields read what was just stored down the road, unless they went it in the same tree. */
export async function recomputeDependents(
  act: Act,
  roots: readonly Write[],
  carryOut: CarryOut,
): Promise<void> {
  const stored = listWrites(roots).filter((write) => write.isStored)
  for (const group of groupBy(stored, (write) => write.entity).values())
    for (const end of group[0]?.entity.behaviour.dependents ?? []) {
      const dependents = await findDependents(act, end, group)
      if (dependents.length > 0) await carryOut(goDeeper(act), dependents)
    }
}

function goDeeper(act: Act): Act {
  if (act.depth < mostDepth) return { ...act, depth: act.depth + 1 }
  throw fail('LIMIT_EXCEEDED', `One write led to another more than ${mostDepth} times over`)
}

async function findDependents(
  act: Act,
  end: RelationEnd,
  writes: readonly Write[],
): Promise<readonly Write[]> {
  const paths = new Map(
    writes.flatMap((write) => listKeys(end, write).map((key) => [String(key), write.path])),
  )
  if (paths.size === 0) return []
  const other = entityOf(act.context.registry, end.other)
  const values: Values = []
  const keys = bind(values, [...paths.keys()], 'text[]')
  const { from, parent } = writeSource(other, end, 't')
  const isOther = `${parent} = any(${keys}::${sqlType(end.parentType)}[])`
  const source = selectWhole(other).replace(
    `from ${quoteName(other.table)} t`,
    `, ${parent} as "$via" from ${from}`,
  )
  const text = `${source} where ${allOf([isOther, isLive(other, 't')])} order by ${column('t', other.key.field)} limit ${mostDependents + 1} for update of t`
  const rows = await run(act.sql, statement(text, values))
  if (rows.length > mostDependents) throw tooMany(end)
  return rows
    .filter((row) => !act.deleted.has(nameRecord(other.name, row[other.key.field])))
    .map((row) => makeDependent(act, end, other, row, paths.get(String(row.$via)) ?? ''))
}

function tooMany({ other }: RelationEnd): Error {
  return fail(
    'LIMIT_EXCEEDED',
    `More than ${mostDependents} records of ${other} have computed fields that depend on this`,
  )
}

function makeDependent(act: Act, end: RelationEnd, other: RegistryEntity, row: Row, path: string): Write {
  const { $via: _, ...old } = row
  return {
    ...makeWrite('update', other, joinPath(path, act.context.nameEnd(end)), 'system:recompute'),
    key: row[other.key.field] as Value,
    old,
  }
}

/** The values by which a relation leads on, before and after; a parent of the same tree has seen its children already. */
function listKeys(end: RelationEnd, { old, row, action, parent }: Write): readonly unknown[] {
  const keys = [old?.[end.localColumn], action === 'delete' ? null : row[end.localColumn]]
  const isOwn = parent !== undefined && parent.end.relation === end.relation && parent.end.side !== end.side
  const own = isOwn ? parent.write.row[parent.end.localColumn] : undefined
  return keys.filter((key) => key != null && (own === undefined || String(key) !== String(own)))
}
