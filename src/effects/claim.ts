// Which deliveries are sent next, and what became of them: one statement each, by the database's clock.
import { type Row, run, type Sql } from '../database/connect.ts'
import type { Outcome } from '../outgoing/send.ts'

/** A delivery that is ours until the lease ends; `attempts` counts this one. */
export type Claimed = Readonly<{
  id: string
  endpoint: string
  webhook: string | null
  target: Row | null
  body: string
  sealed: string | null
  attempts: number
  lease: string
  /** Of the request that led to it, for as long as its event is kept. */
  requestId: string | null
  /** Which secrets of the endpoint are good: the one of this generation, and the one before it for a while. */
  generation: number
  hasPrevious: boolean
}>

/** What a process can take: how many at once and of one endpoint, how many of each it has already, whom it must leave alone. */
export type Room = Readonly<{
  lease: string
  places: number
  perEndpoint: number
  busy: ReadonlyMap<string, number>
  held: readonly string[]
}>

/** Longer than any attempt takes. Whoever dies with a claim is followed by another after this time. */
const leaseSeconds = 30

/** The endpoints with work are found one by one in the index, however much waits for each; one that is slow holds up nobody else. */
const claimText = `with recursive endpoints as (
    (select d.endpoint from _deliveries d where d.state = 'waiting' order by d.endpoint limit 1)
    union all
    select (select d.endpoint from _deliveries d where d.state = 'waiting' and d.endpoint > e.endpoint order by d.endpoint limit 1)
    from endpoints e where e.endpoint is not null),
  free as (
    select e.endpoint, $3::int - coalesce(u.count, 0) as places
    from endpoints e left join unnest($4::text[], $5::int[]) as u(endpoint, count) on u.endpoint = e.endpoint
    where e.endpoint is not null and e.endpoint <> all($6::text[])),
  picked as (
    select d.position from free f cross join lateral (
      select w.position, w.due_at from _deliveries w
      where w.endpoint = f.endpoint and w.state = 'waiting' and w.due_at <= now()
      order by w.due_at, w.position limit greatest(f.places, 0) for update skip locked) d
    order by d.due_at, d.position limit $2::int)
  update _deliveries t set lease = $1, attempts = t.attempts + 1, due_at = clock_timestamp() + interval '${leaseSeconds} s'
  from picked p where t.position = p.position
  returning t.position, t.id, t.endpoint, (select o.request_id from _outbox o where o.id = t.event) as "requestId", t.webhook, t.target, t.body, t.sealed, t.attempts, t.lease,
    coalesce((select e.generation from _webhook_endpoints e where e.endpoint = t.endpoint), 1) as generation,
    exists (select from _webhook_endpoints e where e.endpoint = t.endpoint and e.previous_until > now()) as "hasPrevious"`

/** Takes deliveries that are due, oldest first. */
export async function claim(sql: Sql, { lease, places, perEndpoint, busy, held }: Room): Promise<Claimed[]> {
  const values = [lease, places, perEndpoint, [...busy.keys()], [...busy.values()], held]
  const rows = await run<Claimed & { position: string }>(sql, { text: claimText, values })
  return rows.sort((one, other) => Number(one.position) - Number(other.position))
}

/** What becomes of a delivery: it waits for another try, in so many milliseconds, or is done with. */
export type Fate = Readonly<
  | { state: 'waiting'; pause: number; error: string }
  | { state: 'delivered' }
  | { state: 'dead'; error: string }
>

const settleText = `with settled as (
    update _deliveries set state = $3, status = $4, error = $5, lease = null,
      due_at = now() + $6::float8 * interval '1 ms', finished_at = case when $3 <> 'waiting' then now() end
    where id = $1 and lease = $2 returning id)
  insert into _delivery_attempts (delivery, milliseconds, status, error, reply)
  select id, $7, $4, $8, $9 from settled`

/** Notes how a try went and what follows; does nothing when the lease has ended and somebody else took it. */
export async function settle(sql: Sql, claimed: Claimed, fate: Fate, outcome: Outcome): Promise<void> {
  const { id, lease } = claimed
  const isAnswer = outcome.kind === 'answered'
  const values = [
    id,
    lease,
    fate.state,
    isAnswer ? outcome.status : null,
    fate.state === 'delivered' ? null : fate.error,
    fate.state === 'waiting' ? fate.pause : 0,
    outcome.milliseconds,
    isAnswer ? null : outcome.reason,
    isAnswer ? outcome.text : null,
  ]
  await run(sql, { text: settleText, values })
}

/** Hands a delivery back as if nobody had tried. */
export async function giveBack(sql: Sql, { id, lease }: Claimed): Promise<void> {
  const text = `update _deliveries set lease = null, attempts = attempts - 1, due_at = now()
    where id = $1 and lease = $2 and state = 'waiting'`
  await run(sql, { text, values: [id, lease] })
}
