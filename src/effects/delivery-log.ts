// What administrators see of deliveries and do with them: search, try again, and the figures of how far behind they are.
import { type Row, run, type Sql } from '../database/connect.ts'
import { fail } from '../errors.ts'
import { describe } from '../reader.ts'

export const deliveryStates = ['waiting', 'delivered', 'dead'] as const
export type DeliveryState = (typeof deliveryStates)[number]

/** A narrowing; null and undefined do not narrow. */
type Wish<T> = T | null | undefined

/** Which deliveries are wanted: `since` at or after, `until` before (RFC 3339). */
export type DeliveryFilter = Readonly<{
  webhook?: Wish<string>
  url?: Wish<string>
  entity?: Wish<string>
  recordId?: Wish<string>
  states?: Wish<readonly DeliveryState[]>
  since?: Wish<string>
  until?: Wish<string>
}>

/** One message to one endpoint; times are RFC 3339. `position` is its place in the order of commits. */
export type Delivery = Readonly<{
  position: string
  id: string
  webhook: string | null
  endpoint: string
  entity: string
  recordId: string
  action: string
  body: string
  state: DeliveryState
  attempts: number
  dueAt: string
  createdAt: string
  finishedAt: string | null
  status: number | null
  error: string | null
}>

/** One try; `reply` is the beginning of what was answered, without values of the server's variables. */
export type DeliveryAttempt = Readonly<{
  at: string
  milliseconds: number
  status: number | null
  error: string | null
  reply: string | null
}>

const columns = `d.position, d.id, d.webhook, d.endpoint, d.entity, d.record_id as "recordId", d.action, d.body, d.state, d.attempts,
  d.due_at as "dueAt", d.created_at as "createdAt", d.finished_at as "finishedAt", d.status, d.error`

/** A place for each wish, null where there is none: one text for all of them. */
const conditions = `($1::text is null or d.webhook = $1) and ($2::text is null or d.endpoint = $2)
  and ($3::text is null or d.entity = $3) and ($4::text is null or d.record_id = $4)
  and ($5::text[] is null or d.state = any($5)) and ($6::timestamptz is null or d.created_at >= $6)
  and ($7::timestamptz is null or d.created_at < $7)`

function listWishes({ webhook, url, entity, recordId, states, since, until }: DeliveryFilter): unknown[] {
  return [webhook, url, entity, recordId, states, since, until].map((wish) => wish ?? null)
}

/** The newest deliveries that the filter wants, at most `size`; only those before the position, where there is one. */
export async function findDeliveries(
  sql: Sql,
  filter: DeliveryFilter,
  { size, before }: Readonly<{ size: number; before?: Wish<string> }>,
): Promise<Readonly<{ deliveries: readonly Delivery[]; hasMore: boolean }>> {
  const text = `select ${columns} from _deliveries d where ${conditions} and ($8::bigint is null or d.position < $8)
    order by d.position desc limit $9::int`
  const rows = await run<Delivery & Row>(sql, {
    text,
    values: [...listWishes(filter), before ?? null, size + 1],
  })
  return { deliveries: rows.slice(0, size), hasMore: rows.length > size }
}

/** The tries of a delivery, the first one first. */
export async function findAttempts(sql: Sql, id: string): Promise<readonly DeliveryAttempt[]> {
  const text =
    'select at, milliseconds, status, error, reply from _delivery_attempts where delivery = $1 order by id'
  return await run<DeliveryAttempt & Row>(sql, { text, values: [id] })
}

const again =
  "state = 'waiting', attempts = 0, due_at = now(), lease = null, finished_at = null, error = null, status = null"

/** Sends a delivery once more, under the same id: a dead one from the beginning, a waiting one without further pause. */
export async function retryDelivery(sql: Sql, id: string): Promise<Delivery> {
  const text = `update _deliveries d set ${again} where d.id::text = $1 and (d.lease is null or d.due_at < now()) returning ${columns}`
  const [row] = await run<Delivery & Row>(sql, { text, values: [id] })
  if (row) return row
  const known = await run(sql, {
    text: 'select 1 as found from _deliveries where id::text = $1',
    values: [id],
  })
  if (known.length === 0) throw fail('NOT_FOUND', `There is no delivery with the id ${describe(id)}`)
  throw fail('CONFLICT', 'The delivery is being sent at this moment; look at what comes of it first')
}

/** Sends again what the filter wants, under the same ids; those that are waiting already are left alone. Returns how many. */
export async function replayDeliveries(sql: Sql, filter: DeliveryFilter, most: number): Promise<number> {
  const text = `update _deliveries t set ${again} where t.position in (
      select d.position from _deliveries d where ${conditions} and d.state <> 'waiting'
      order by d.position limit $8::int for update skip locked)
    returning 1`
  return (await run(sql, { text, values: [...listWishes(filter), most] })).length
}
