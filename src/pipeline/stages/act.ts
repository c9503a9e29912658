// One act: everything that one call of the pipeline does in its transaction, and what its records share.
import { randomUUID } from 'node:crypto'
import { nameViewer } from '../../auth/viewer.ts'
import { type Row, run, type Sql } from '../../database/connect.ts'
import type { RelationEnd } from '../../metadata/registry.ts'
import { holdRights } from '../../metadata/rights.ts'
import type { Value } from '../../metadata/value.ts'
import type { Calls } from '../calls.ts'
import type { Actor, WriteContext } from '../write-context.ts'
import type { Write } from './writes.ts'

export type Act = Readonly<{
  context: WriteContext
  sql: Sql
  /** Marks the rows that this act deletes softly, so that they can be restored together. */
  deletion: string
  /** Records that this act deletes, by entity and key, so that circles end. */
  deleted: Set<string>
  /** Dead rows that this act removes for good, likewise. */
  purged: Set<string>
  /** How many writes of the system led to this one. */
  depth: number
  /** Deleted records that must not be referred to when the act ends. */
  restricts: Restrict[]
  /** What of this act is to be delivered after the commit: webhooks by their ids, and actions of transitions. */
  told: Set<string>
  /** What was stored, of entities whose webhooks are asked at the end. */
  written: Write[]
  /** What webhooks were asked, also by runs of this act that came to nothing. */
  calls: Calls
  /** The names of the workflows that this act started. */
  started: string[]
  /** The start of the transaction on the database's clock, RFC 3339; read when somebody first asks. */
  readNow(): Promise<string>
  /** Whether the caller's rights are still those of the registry, and stay so until the commit; asked once, refused by an error. */
  holdRights(): Promise<void>
}>

/** Records that were deleted although live ones may refer to them by a relation of kind restrict. */
export type Restrict = Readonly<{ end: RelationEnd; writes: readonly Write[] }>

export function startAct(context: WriteContext, sql: Sql, calls: Calls): Act {
  let now: Promise<string> | undefined
  let rights: Promise<void> | undefined
  return {
    context,
    sql,
    deletion: randomUUID(),
    deleted: new Set(),
    purged: new Set(),
    depth: 0,
    restricts: [],
    told: new Set(),
    written: [],
    calls,
    started: [],
    readNow() {
      now ??= readNow(sql)
      return now
    },
    holdRights() {
      rights ??= holdRights(sql, context.registry.revision)
      return rights
    },
  }
}

async function readNow(sql: Sql): Promise<string> {
  const [row] = await run<{ now: string }>(sql, { text: 'select now()::timestamptz(3) as now', values: [] })
  if (row === undefined) throw new Error('PostgreSQL does not tell the time')
  return row.now
}

/** How a record is named in sets of records. */
export function nameRecord(entity: string, key: unknown): string {
  return `${entity} ${String(key)}`
}

/** Whom a row of the audit log names: the caller, or the part of the system that acted in the caller's wake. */
export function nameActor({ viewer }: Pick<WriteContext, 'viewer'>, actor: Actor): string {
  return actor === 'viewer' ? nameViewer(viewer) : actor
}

/** The value of a row's key. */
export function keyOf(write: Write, row: Row = write.row): Value {
  return row[write.entity.key.field] as Value
}
