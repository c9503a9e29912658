// Lays what a plan does over the stored related rows, so that rules see the records as they are going to be.
import type { Row } from '../../database/connect.ts'
import type { Load } from '../../metadata/behaviour.ts'
import { entityOf, type Registry, type RegistryEntity } from '../../metadata/registry.ts'
import { isLoaded } from './related.ts'
import type { Relation, Write } from './writes.ts'

/** What `related.<name>` is for a record: a list for a relation to many, a row or null for one to one. */
export function overlay(
  registry: Registry,
  write: Write,
  load: Load,
  stored: readonly Row[],
): readonly Row[] | Row | null {
  const other = entityOf(registry, load.end.other)
  const rows = changeRows(other, write, load, stored).filter((row) => isLoaded(other, load, row))
  return load.end.isList ? rows : (rows[0] ?? null)
}

function changeRows(other: RegistryEntity, write: Write, load: Load, stored: readonly Row[]): readonly Row[] {
  const relation = write.relations.find(({ end }) => end === load.end)
  if (relation)
    return relation.end.join
      ? changeLinked(other, relation, stored)
      : changeOwn(other, write, relation, stored)
  return isOwnParent(write, load) && write.parent ? [write.parent.write.row] : stored
}

/** Whether the load leads from a child to the parent that it is written with. */
function isOwnParent({ parent }: Write, { end }: Load): boolean {
  return (
    parent !== undefined &&
    parent.end.relation === end.relation &&
    parent.end.side !== end.side &&
    !end.isList
  )
}

function changeOwn(
  other: RegistryEntity,
  write: Write,
  relation: Relation,
  stored: readonly Row[],
): readonly Row[] {
  const rows = new Map(stored.map((row) => [String(row[other.key.field]), row]))
  const added: Row[] = []
  for (const child of relation.children) {
    const key = child.old && String(child.old[other.key.field])
    if (key === undefined) added.push(child.row)
    else if (child.action === 'delete' || child.changes.get(relation.end.remoteColumn) === null)
      rows.delete(key)
    else rows.set(key, child.row)
  }
  return write.action === 'create' ? added : [...rows.values(), ...added]
}

function changeLinked(other: RegistryEntity, relation: Relation, stored: readonly Row[]): readonly Row[] {
  const rows = new Map(stored.map((row) => [String(row[other.key.field]), row]))
  for (const key of relation.unlinks) rows.delete(String(key))
  for (const row of relation.links) rows.set(String(row[other.key.field]), row)
  const added: Row[] = []
  for (const child of relation.children)
    if (child.old === undefined) added.push(child.row)
    else rows.set(String(child.old[other.key.field]), child.row)
  return [...rows.values(), ...added]
}
