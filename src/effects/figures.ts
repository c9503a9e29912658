// How far behind an app is, in numbers: one statement whose work is bounded, for administrators and for those who watch.
import { type Row, run, type Sql } from '../database/connect.ts'
import type { InstanceState } from './workflows/instance.ts'

/** Counts end at `mostCounted`; ages are in seconds. */
export type Figures = Readonly<{
  /** Events that are no deliveries yet, and for how long the first of them has waited. */
  eventsWaiting: number
  eventsLag: number
  /** Deliveries that are not done with; those of them that are due; and how long the first of those has been. */
  deliveriesWaiting: number
  deliveriesDue: number
  deliveriesLag: number
  /** Deliveries that were taken in the last days, and those that were given up. */
  deliveriesDelivered: number
  deliveriesDead: number
  /** Tries of the last hour, and those of them that were not taken. */
  attempts: number
  failures: number
  instances: Readonly<Record<InstanceState, number>>
  /** The connections that this process has to the database. */
  connections: Readonly<{ active: number; waiting: number; idle: number }>
}>

/** Nobody needs to know by how much a number is too high. */
export const mostCounted = 100_000

const isWaiting = "taken_at is null and (hooks is not null or kind = 'webhook')"
const count = (from: string): string =>
  `(select count(*)::int from (select from ${from} limit ${mostCounted}) c)`
const ofState = (state: InstanceState): string =>
  `'${state}', ${count(`_workflow_instances where state = '${state}'`)}`
const connectionsOf = (condition: string): string => `count(*) filter (where ${condition})`

const text = `select ${count(`_outbox where ${isWaiting}`)} as "eventsWaiting",
  coalesce((select extract(epoch from now() - at) from _outbox where ${isWaiting} order by transaction, id limit 1), 0)::float8 as "eventsLag",
  waiting.*, gone.dead as "deliveriesDead", greatest(gone.finished - gone.dead, 0) as "deliveriesDelivered", tried.*,
  json_build_object(${(['running', 'completed', 'failed', 'cancelled'] as const).map(ofState).join(', ')}) as instances,
  (select json_build_object('active', ${connectionsOf("state = 'active'")},
      'waiting', ${connectionsOf("state like 'idle in transaction%'")}, 'idle', ${connectionsOf("state = 'idle'")})
    from pg_stat_activity
    where datname = current_database() and application_name = current_setting('application_name')) as connections
  from (
    select count(*)::int as "deliveriesWaiting", count(*) filter (where due_at <= now())::int as "deliveriesDue",
      coalesce(extract(epoch from now() - min(due_at) filter (where due_at <= now())), 0)::float8 as "deliveriesLag"
    from (select due_at from _deliveries where state = 'waiting' limit ${mostCounted}) w) waiting, (
    select ${count("_deliveries where state <> 'waiting'")} as finished, ${count("_deliveries where state = 'dead'")} as dead) gone, (
    select count(*)::int as attempts, count(*) filter (where status is null or status not between 200 and 299)::int as failures
    from (select status from _delivery_attempts where at > now() - interval '1 hour' limit ${mostCounted}) a) tried`

/** The numbers of the app whose database it is. */
export async function findFigures(sql: Sql): Promise<Figures> {
  const [row] = await run<Figures & Row>(sql, { text, values: [] })
  if (row === undefined) throw new Error('PostgreSQL does not count the deliveries')
  return row
}
