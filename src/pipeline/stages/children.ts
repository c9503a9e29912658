// Finds the records behind nested rows, level by level: each becomes a write of its own, or a link of a many_to_many.
import type { Row } from '../../database/connect.ts'
import { failAll, type Problem } from '../../errors.ts'
import { entityOf, type RegistryEntity, type RelationEnd } from '../../metadata/registry.ts'
import { isVisibleTo } from '../rights/visible.ts'
import { allOf, bind, column, sqlType, statement, type Values } from '../statement.ts'
import type { Act } from './act.ts'
import { makeChild, makeRemoval, type Owned, tellForeign } from './child.ts'
import { checkGate } from './gate.ts'
import { expandLinks } from './links.ts'
import { findTwice, holdInOrder, lockRows, selectWhole } from './lock.ts'
import { runSighted } from './sighted.ts'
import { groupBy, listWrites, type Write } from './writes.ts'

/** Makes the children of all writes, at any depth, and holds those that exist; NOT_FOUND for a row that is not its parent's. */
export async function expandRelations(act: Act, roots: readonly Write[]): Promise<void> {
  for (let level = roots; level.some((write) => write.relations.length > 0); ) {
    const owned = level.flatMap((write) => write.relations.map((relation) => ({ write, relation })))
    const problems: Problem[] = []
    for (const group of groupBy(owned, ({ relation }) => relation.end).values())
      await expandGroup(act, group, problems)
    if (problems.length > 0) throw failAll('NOT_FOUND', problems)
    level = owned.flatMap(({ relation }) => relation.children)
    checkGate(act, level)
    await lockRows(act, level)
  }
  const twice = findTwice(listWrites(roots))
  if (twice.length > 0) throw failAll('BAD_USER_INPUT', twice)
}

async function expandGroup(act: Act, group: readonly Owned[], problems: Problem[]): Promise<void> {
  const [first] = group
  if (first === undefined) return
  const { end } = first.relation
  const other = entityOf(act.context.registry, end.other)
  if (end.join) return expandLinks(act, other, group, problems)
  const stored = await holdStored(act, end, other, group)
  for (const owned of group) expandDirect(other, owned, stored, problems)
}

/** The stored children that the nested rows name, or all of a parent's where they replace them; keyed by parent and own key. */
async function holdStored(
  act: Act,
  end: RelationEnd,
  other: RegistryEntity,
  group: readonly Owned[],
): Promise<ReadonlyMap<string, Row>> {
  const old = group.filter(({ write }) => write.old !== undefined)
  const ids = old.flatMap(({ relation }) =>
    relation.rows.flatMap((row) => (row.kind !== 'add' && row.key != null ? [row.key] : [])),
  )
  const replacing = old.filter(({ relation }) => relation.mode === 'replace').map(({ write }) => write.key)
  if (ids.length + replacing.length === 0) return new Map()
  const values: Values = []
  const parent = column('t', end.remoteColumn)
  const bindParents = (keys: readonly unknown[]) => bind(values, keys, `${sqlType(end.parentType)}[]`)
  const isNamed = `${column('t', other.key.field)} = any(${bind(values, ids, `${sqlType(other.keyField.type)}[]`)})`
  const where = allOf([
    `${parent} = any(${bindParents(old.map(({ write }) => write.key))})`,
    `(${parent} = any(${bindParents(replacing)}) or ${isNamed})`,
    isVisibleTo(act.context.viewer, old[0]?.write.actor ?? 'viewer', other, 't', values),
  ])
  const actor = old[0]?.write.actor ?? 'viewer'
  const rows = await runSighted(
    act,
    { entity: other, actor, actions: ['read', 'update', 'delete'] },
    statement(`${selectWhole(other)} where ${where} ${holdInOrder(other)}`, values),
  )
  return new Map(rows.map((row) => [nameChild(row[end.remoteColumn], row[other.key.field]), row]))
}

function nameChild(parent: unknown, key: unknown): string {
  return `${String(parent)} ${String(key)}`
}

function expandDirect(
  other: RegistryEntity,
  owned: Owned,
  stored: ReadonlyMap<string, Row>,
  problems: Problem[],
): void {
  const { write, relation } = owned
  const kept = new Set<Row>()
  for (const row of relation.rows) {
    if (row.kind === 'add') {
      relation.children.push(makeChild(other, owned, row))
      continue
    }
    const found = write.old && stored.get(nameChild(write.key, row.key))
    if (found === undefined) problems.push(tellForeign(other, write.entity, row))
    else {
      kept.add(found)
      if (row.kind === 'remove') relation.children.push(makeRemoval(other, owned, row.path, found))
      else if (relation.mode !== 'append') relation.children.push(makeChild(other, owned, row, found))
    }
  }
  if (relation.mode !== 'replace') return
  for (const row of stored.values())
    if (String(row[relation.end.remoteColumn]) === String(write.key) && !kept.has(row))
      relation.children.push(makeRemoval(other, owned, relation.path, row))
}
