// An event as it waits in the outbox for those who deliver: how it is read, and what conditions see of it.
import { type Row, run, type Sql } from '../database/connect.ts'
import type { Environment } from '../metadata/expression/expression.ts'
import { isObject } from '../reader.ts'

/** What happened to a record or an account, for the webhooks in `hooks`; or a call that an action asks for, as its definition says. */
export type OutboxEvent = Readonly<{
  id: string
  kind: 'record' | 'event' | 'webhook'
  at: string
  entity: string
  recordId: string
  version: number
  /** `{ action, old, record }`, `{ event, account, sealed }`, or `{ definition, record }` of a call; rows without secrets. */
  payload: Row
  /** `user:<id>`, `anonymous` or `system:<what>`; `userId` is who caused it. */
  actor: string
  userId: string | null
  /** Who caused it, as expressions see a user; null where nobody noted it. */
  viewer: Row | null
  hops: number
  hooks: readonly string[]
  /** The edition that wrote it. */
  revision: number
}>

/** The first events that wait, in the order of their commits; `areHeld` tells that others wait for older transactions. */
export type Waiting = Readonly<{ events: readonly OutboxEvent[]; areHeld: boolean }>

const text = `select o.id, o.kind, o.at, o.entity, o.record_id as "recordId", o.version, o.payload, o.actor, o.user_id as "userId",
    o.viewer, o.hops, coalesce(o.hooks, '{}') as hooks, coalesce(o.revision, 0) as revision,
    o.transaction < _outbox_horizon() as "isSettled"
  from _outbox o where o.taken_at is null and (o.hooks is not null or o.kind = 'webhook')
  order by o.transaction, o.id limit $1::int`

/** Reads at most so many events; none is left out that a transaction still running could put before them. */
export async function findWaiting(sql: Sql, most: number): Promise<Waiting> {
  const rows = await run<OutboxEvent & { isSettled: boolean }>(sql, { text, values: [most] })
  const events = rows.filter(({ isSettled }) => isSettled)
  return { events, areHeld: events.length < rows.length }
}

/** The row under a key of the payload; null where there is none. */
export function rowOf({ payload }: OutboxEvent, key: 'record' | 'old'): Row | null {
  const row = payload[key]
  return isObject(row) ? row : null
}

/** What the names in the condition of a webhook stand for; `changes` are those of the payload. */
export function describeEvent(event: OutboxEvent, changes: Row): Environment {
  const { payload, viewer, userId, entity, at } = event
  return {
    record: rowOf(event, 'record') ?? {},
    old: rowOf(event, 'old'),
    user: viewer ?? { id: userId, email: null, roles: [], attributes: {} },
    action: payload.action,
    now: at,
    related: {},
    entity,
    changes,
  }
}
