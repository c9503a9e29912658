// What becomes of one nested row: a write of its own below that of its parent.
import type { Row } from '../../database/connect.ts'
import type { Problem } from '../../errors.ts'
import type { RegistryEntity } from '../../metadata/registry.ts'
import type { Value } from '../../metadata/value.ts'
import { makeWrite, type Nested, type Relation, type Write } from './writes.ts'

/** A relation under way with the record that it belongs to. */
export type Owned = Readonly<{ write: Write; relation: Relation }>

/** The problem of a row that is not one of its parent's. */
export function tellForeign(other: RegistryEntity, parent: RegistryEntity, { path, key }: Nested): Problem {
  return {
    path,
    message: `There is no ${other.name} with the id ${JSON.stringify(key)} in this ${parent.name}`,
  }
}

/** The write of a child: of a new one, or of the row that was found. */
export function makeChild(
  other: RegistryEntity,
  { write, relation }: Owned,
  row: Nested,
  found?: Row,
): Write {
  return {
    ...makeWrite(row.kind === 'add' ? 'create' : 'update', other, row.path, write.actor),
    changes: new Map(row.changes),
    relations: [...row.relations],
    parent: { write, end: relation.end },
    ...(row.key === undefined ? {} : { key: row.key }),
    ...(found ? { old: found } : {}),
  }
}

/** A child that is taken out is deleted when its parent owns it, and else let go. */
export function makeRemoval(
  other: RegistryEntity,
  { write, relation }: Owned,
  path: string,
  found: Row,
): Write {
  const isOwned = relation.end.relation.ownership === 'source'
  return {
    ...makeWrite(isOwned ? 'delete' : 'update', other, path, write.actor),
    changes: new Map<string, Value>(isOwned ? [] : [[relation.end.remoteColumn, null]]),
    parent: { write, end: relation.end },
    key: found[other.key.field] as Value,
    old: found,
  }
}
