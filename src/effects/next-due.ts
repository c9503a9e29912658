// When the next work of an app is due that nobody asks for: an app that is closed is opened again then.
import { type Pool, run } from '../database/connect.ts'

/** Each yields the time of its next work as `at`, or null. Deliveries to those held back wait for somebody, not for a time. */
const sources = [
  `select case when exists (
      select from _outbox where taken_at is null and (hooks is not null or kind = 'webhook')) then now() end as at`,
  `select min(due_at) as at from _deliveries where state = 'waiting' and endpoint <> all($1::text[])`,
  `select min(due_at) as at from _workflow_instances where due_at is not null and state = 'running'`,
  'select min(due_at) as at from _workflow_schedules',
  'select case when exists (select from _workflow_signals) then now() end as at',
]

/** The time of the next work, which may have passed; undefined when there is none. `held` are webhooks that are switched off. */
export async function findNextDue(pool: Pool, held: readonly string[]): Promise<Date | undefined> {
  const text = `select min(at)::timestamptz(3) as at from (${sources.join(' union all ')}) due`
  const [row] = await run<{ at: string | null }>(pool, { text, values: [held] })
  return row?.at ? new Date(row.at) : undefined
}
