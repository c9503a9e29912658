// Turns the events of the outbox into deliveries, in the order of their commits: one process at a time, a batch a turn.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Pool, run, type Sql } from '../database/connect.ts'
import { inTransaction } from '../database/transaction.ts'
import type { Registry } from '../metadata/registry.ts'
import { disabledError } from './endpoint.ts'
import { findWaiting, type OutboxEvent } from './outbox-event.ts'
import { type NewDelivery, planDeliveries } from './plan-deliveries.ts'

/** Where it is announced that deliveries wait. */
export const deliveriesChannel = 'metaloom_deliveries'

/** What those who deliver are given. */
export type Home = Readonly<{
  pool: Pool
  readRegistry(): Registry
  /** Resolves when this instance serves the revision or a newer one. */
  reload(revision: number): Promise<void>
}>

const batch = 200
/** How long an event that waits for an older transaction is let alone, in milliseconds. */
const pause = 50

type Turn = Readonly<{ kind: 'idle' | 'held' | 'more' } | { kind: 'behind'; revision: number }>

/** One turn: whether there may be more to do. Definitions that this instance does not know yet are loaded first. */
export async function dispatch(home: Home, signal: AbortSignal): Promise<boolean> {
  const turn = await inTransaction(home.pool, (sql) => dispatchBatch(sql, home.readRegistry()))
  if (turn.kind === 'behind') await home.reload(turn.revision)
  if (turn.kind === 'held') await sleep(pause, undefined, { signal }).catch(() => undefined)
  return turn.kind !== 'idle'
}

async function dispatchBatch(sql: Sql, registry: Registry): Promise<Turn> {
  if (!(await takeTurn(sql))) return { kind: 'idle' }
  const { events, areHeld } = await findWaiting(sql, batch)
  const newest = Math.max(0, ...events.map(({ revision }) => revision))
  if (newest > registry.revision) return { kind: 'behind', revision: newest }
  if (events.length > 0) await store(sql, registry, events)
  if (events.length === batch) return { kind: 'more' }
  return { kind: areHeld ? 'held' : 'idle' }
}

/** Two at once would mix up the order; whoever comes second leaves the work to the first. */
async function takeTurn(sql: Sql): Promise<boolean> {
  const text = "select pg_try_advisory_xact_lock(hashtext('metaloom dispatch')) as mine"
  const [row] = await run<{ mine: boolean }>(sql, { text, values: [] })
  return row?.mine ?? false
}

async function store(sql: Sql, registry: Registry, events: readonly OutboxEvent[]): Promise<void> {
  const deliveries = events.flatMap((event) => planDeliveries(registry, event))
  if (deliveries.length > 0) await insert(sql, deliveries)
  const taken = 'update _outbox set taken_at = now() where id = any($1::bigint[])'
  await run(sql, { text: taken, values: [events.map(({ id }) => id)] })
}

/** The notification goes out with the batch, never with a write: PostgreSQL commits those that notify one after another. */
const insertText = `with given as (
    select * from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $13::text[])
      with ordinality as u(id, event, endpoint, webhook, target, entity, record_id, action, body, error, sealed, place)),
  judged as (
    select g.*, coalesce(g.error, case when e.disabled_at is not null then $11::text end) as verdict
    from given g left join _webhook_endpoints e on e.endpoint = g.endpoint),
  made as (
    insert into _deliveries (id, event, endpoint, webhook, target, entity, record_id, action, body, sealed, state, error, finished_at)
    select id, event, endpoint, webhook, target::jsonb, entity, record_id, action, body, sealed,
      case when verdict is null then 'waiting' else 'dead' end, verdict, case when verdict is not null then now() end
    from judged order by place on conflict (event, endpoint) do nothing)
  select pg_notify($12::text, '')`

async function insert(sql: Sql, deliveries: readonly NewDelivery[]): Promise<void> {
  const list = (read: (delivery: NewDelivery) => string | null) => deliveries.map(read)
  const values = [
    list(({ id }) => id),
    list(({ event }) => event),
    list(({ endpoint }) => endpoint),
    list(({ webhook }) => webhook),
    list(({ target }) => target && JSON.stringify(target)),
    list(({ entity }) => entity),
    list(({ recordId }) => recordId),
    list(({ action }) => action),
    list(({ body }) => body),
    list(({ error }) => error),
    disabledError,
    deliveriesChannel,
    list(({ sealed }) => sealed),
  ]
  await run(sql, { text: insertText, values })
}
