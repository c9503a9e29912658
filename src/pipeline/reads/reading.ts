// Where in a statement rows are read: whose rows, by whom, under which alias; and how a relation leads on from there.
import type { Viewer } from '../../auth/viewer.ts'
import { quoteName } from '../../database/identifiers.ts'
import type { Entity } from '../../metadata/entity.ts'
import { entityOf, type Registry, type RegistryEntity, type RelationEnd } from '../../metadata/registry.ts'
import { readable } from '../rights/visible.ts'
import { allOf, column, type Values } from '../statement.ts'

/** A row of the statement by its alias (`t`, and `t1`, `t2` behind relations), who reads it, and what was bound so far. */
export type Reading = Readonly<{ registry: Registry; viewer: Viewer; alias: string; values: Values }>

/** The outermost reading of a statement. */
export function startReading(
  { registry, viewer }: Readonly<{ registry: Registry; viewer: Viewer }>,
  values: Values,
): Reading {
  return { registry, viewer, alias: 't', values }
}

/** Where the rows behind a relation come from, and the column that says whose they are. */
export type Source = Readonly<{ from: string; parent: string }>

/** The other entity's rows under the alias, all of them, with the join table where there is one; for the system's own look. */
export function writeSource(entity: Entity, { join, remoteColumn }: RelationEnd, alias: string): Source {
  const table = `${quoteName(entity.table)} ${alias}`
  if (join === undefined) return { from: table, parent: column(alias, remoteColumn) }
  const link = alias.replace('t', 'j')
  return {
    from: `${quoteName(join.table)} ${link} join ${table} on ${column(alias, remoteColumn)} = ${column(link, join.remoteKey)}`,
    parent: column(link, join.localKey),
  }
}

/** The rest of a sub-select over the visible rows behind a relation, and the reading of those rows. */
export type Followed = Readonly<{ from: string; where: string; reading: Reading }>

/** The readable rows behind a relation under the alias: where they come from, whose they are, and the condition on them. */
export function readBehind(
  viewer: Viewer,
  entity: RegistryEntity,
  { join, remoteColumn }: RelationEnd,
  alias: string,
  values: Values,
): Source & Readonly<{ where: string }> {
  const { from, where } = readable(viewer, entity, alias, values)
  if (join === undefined) return { from, where, parent: column(alias, remoteColumn) }
  const link = alias.replace('t', 'j')
  const isLinked = `${column(alias, remoteColumn)} = ${column(link, join.remoteKey)}`
  return {
    from: `${quoteName(join.table)} ${link} join ${from} on ${isLinked}`,
    parent: column(link, join.localKey),
    where,
  }
}

/** Follows a relation from the row of a reading; only rows that are visible in their own right come out. */
export function followRelation(outer: Reading, end: RelationEnd): Followed {
  const entity = entityOf(outer.registry, end.other)
  const reading = { ...outer, alias: `t${Number(outer.alias.slice(1)) + 1}` }
  const { from, parent, where } = readBehind(outer.viewer, entity, end, reading.alias, outer.values)
  return { from, where: allOf([`${parent} = ${column(outer.alias, end.localColumn)}`, where]), reading }
}

/** Follows relations to one in a row; the sources stand beside each other, so all conditions are in `where`. */
export function followPath(outer: Reading, path: readonly RelationEnd[]): Followed {
  const sources: string[] = []
  const conditions: string[] = []
  let reading = outer
  for (const end of path) {
    const followed = followRelation(reading, end)
    sources.push(followed.from)
    conditions.push(followed.where)
    reading = followed.reading
  }
  return { from: sources.join(', '), where: allOf(conditions), reading }
}

/** How many visible rows there are behind a relation, as an expression. */
export function writeCount(outer: Reading, end: RelationEnd): string {
  const { from, where } = followRelation(outer, end)
  return `(select count(*) from ${from} where ${where})`
}
