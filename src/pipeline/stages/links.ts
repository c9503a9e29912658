// The links of many_to_many relations: which rows of the join table come and go with a record.
import { type Row, run } from '../../database/connect.ts'
import { quoteName } from '../../database/identifiers.ts'
import type { Problem } from '../../errors.ts'
import { entityOf, type RegistryEntity, type RelationEnd } from '../../metadata/registry.ts'
import type { Value } from '../../metadata/value.ts'
import { isVisibleTo } from '../rights/visible.ts'
import { allOf, bind, column, sqlType, statement, type Values } from '../statement.ts'
import type { Act } from './act.ts'
import { keyOf } from './act.ts'
import { makeChild, type Owned, tellForeign } from './child.ts'
import { notFound, selectWhole } from './lock.ts'
import { runSighted } from './sighted.ts'
import { groupBy, listWrites, type Write } from './writes.ts'

type Join = NonNullable<RelationEnd['join']>

/** Makes writes of the rows that are new or change, and notes whom to link and whom to let go. */
export async function expandLinks(
  act: Act,
  other: RegistryEntity,
  group: readonly Owned[],
  problems: Problem[],
): Promise<void> {
  const linked = await holdLinks(act, other, group)
  const targets = await holdTargets(act, other, group)
  for (const owned of group) expandOwned(other, owned, linked, targets, problems)
}

function expandOwned(
  other: RegistryEntity,
  owned: Owned,
  linked: ReadonlyMap<string, readonly Value[]>,
  targets: ReadonlyMap<string, Row>,
  problems: Problem[],
): void {
  const { write, relation } = owned
  const current = (write.old && linked.get(String(write.key))) ?? []
  for (const row of relation.rows) {
    const { kind, key } = row
    const target = targets.get(String(key))
    if (kind === 'add' || isChanging(owned, row)) relation.children.push(makeChild(other, owned, row))
    else if (kind === 'keep' && target) relation.links.push(target)
    else if (kind === 'remove' && key !== undefined && current.some((each) => String(each) === String(key)))
      relation.unlinks.push(key)
    else if (kind === 'keep') problems.push({ path: row.path, message: notFound(other.name, key).message })
    else problems.push(tellForeign(other, write.entity, row))
  }
  if (relation.mode !== 'replace') return
  const named = new Set(relation.rows.map(({ key }) => String(key)))
  relation.unlinks.push(...current.filter((key) => !named.has(String(key))))
}

function isChanging({ relation }: Owned, row: Owned['relation']['rows'][number]): boolean {
  return row.kind === 'keep' && relation.mode !== 'append' && row.changes.size + row.relations.length > 0
}

/** The links that the nested rows let go, or all of a parent's where they replace them; the other keys by the parent's. */
async function holdLinks(
  act: Act,
  other: RegistryEntity,
  group: readonly Owned[],
): Promise<ReadonlyMap<string, readonly Value[]>> {
  const [first] = group
  const old = group.filter(({ write }) => write.old !== undefined)
  const gone = old.flatMap(({ relation }) =>
    relation.rows.flatMap(({ kind, key }) => (kind === 'remove' ? [key] : [])),
  )
  const replacing = old.filter(({ relation }) => relation.mode === 'replace').map(({ write }) => write.key)
  const join = first?.relation.end.join
  if (first === undefined || join === undefined || gone.length + replacing.length === 0) return new Map()
  const { end } = first.relation
  const values: Values = []
  const local = column('j', join.localKey)
  const remote = column('j', join.remoteKey)
  const bindParents = (keys: readonly unknown[]) => bind(values, keys, `${sqlType(end.parentType)}[]`)
  const where = allOf([
    `${local} = any(${bindParents(old.map(({ write }) => write.key))})`,
    `(${local} = any(${bindParents(replacing)}) or ${remote} = any(${bind(values, gone, keysOf(other))}))`,
    isVisibleTo(act.context.viewer, first.write.actor, other, 't', values),
  ])
  const from = `${quoteName(join.table)} j join ${quoteName(other.table)} t on ${column('t', end.remoteColumn)} = ${remote}`
  const text = `select ${local} as local, ${remote} as remote from ${from} where ${where} order by 1, 2 for update of j`
  const rows = await run<{ local: Value; remote: Value }>(act.sql, statement(text, values))
  const found = groupBy(rows, (row) => String(row.local))
  return new Map([...found].map(([key, links]) => [key, links.map((link) => link.remote)]))
}

function keysOf(entity: RegistryEntity): string {
  return `${sqlType(entity.keyField.type)}[]`
}

/** The live, visible records that are to be linked, held in one order: as they are, or to be changed when one of them is. */
async function holdTargets(
  act: Act,
  other: RegistryEntity,
  group: readonly Owned[],
): Promise<ReadonlyMap<string, Row>> {
  const rows = group.flatMap(({ relation }) => relation.rows.filter(({ kind }) => kind === 'keep'))
  const keys = rows.flatMap(({ key }) => (key === undefined ? [] : [key]))
  const isChange = group.some((owned) => owned.relation.rows.some((row) => isChanging(owned, row)))
  if (keys.length === 0) return new Map()
  const values: Values = []
  const key = column('t', other.key.field)
  const where = allOf([
    `${key} = any(${bind(values, keys, keysOf(other))})`,
    isVisibleTo(act.context.viewer, group[0]?.write.actor ?? 'viewer', other, 't', values),
  ])
  const text = `${selectWhole(other)} where ${where} order by ${key} ${isChange ? 'for update' : 'for share'} of t`
  const actor = group[0]?.write.actor ?? 'viewer'
  const sighted = { entity: other, actor, actions: ['read', 'update'] } as const
  const found = await runSighted(act, sighted, statement(text, values), keys)
  return new Map(found.map((row) => [String(row[other.key.field]), row]))
}

/** Writes the join rows of all relations of the records, once the records of both sides are stored. */
export async function writeLinks(act: Act, roots: readonly Write[]): Promise<void> {
  const owned = listWrites(roots).flatMap((write) => write.relations.map((relation) => ({ write, relation })))
  for (const group of groupBy(owned, ({ relation }) => relation.end).values()) {
    const end = group[0]?.relation.end
    if (end?.join === undefined) continue
    const other = entityOf(act.context.registry, end.other)
    const types = [`${sqlType(end.parentType)}[]`, keysOf(other)] as const
    await removeLinks(
      act,
      end.join,
      types,
      listPairs(group, ({ relation }) => relation.unlinks),
    )
    await addLinks(
      act,
      end.join,
      types,
      listPairs(group, (each) => listLinked(other, each)),
    )
  }
}

type Pairs = Readonly<{ local: readonly Value[]; remote: readonly Value[] }>

function listPairs(group: readonly Owned[], listKeys: (owned: Owned) => readonly Value[]): Pairs {
  const pairs = group.flatMap((owned) => listKeys(owned).map((key) => [keyOf(owned.write), key] as const))
  return { local: pairs.map(([local]) => local), remote: pairs.map(([, remote]) => remote) }
}

function listLinked(other: RegistryEntity, { relation }: Owned): readonly Value[] {
  return [
    ...relation.links.map((row) => row[other.key.field] as Value),
    ...relation.children.map((child) => keyOf(child)),
  ]
}

async function removeLinks(act: Act, join: Join, types: readonly string[], pairs: Pairs): Promise<void> {
  if (pairs.local.length === 0) return
  const values: Values = []
  const keys = bindPairs(values, types, pairs)
  const text = `delete from ${quoteName(join.table)} j using ${keys} where ${column('j', join.localKey)} = u.local and ${column('j', join.remoteKey)} = u.remote`
  await run(act.sql, statement(text, values))
}

async function addLinks(act: Act, join: Join, types: readonly string[], pairs: Pairs): Promise<void> {
  if (pairs.local.length === 0) return
  const values: Values = []
  const keys = bindPairs(values, types, pairs)
  const columns = `${quoteName(join.localKey)}, ${quoteName(join.remoteKey)}`
  const text = `insert into ${quoteName(join.table)} (${columns}) select local, remote from ${keys} order by 1, 2 on conflict do nothing`
  await run(act.sql, statement(text, values))
}

function bindPairs(
  values: Values,
  [localType = '', remoteType = '']: readonly string[],
  pairs: Pairs,
): string {
  return `unnest(${bind(values, pairs.local, localType)}, ${bind(values, pairs.remote, remoteType)}) as u(local, remote)`
}
