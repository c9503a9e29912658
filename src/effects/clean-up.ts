// Removes what nobody needs any more: events that were handed out, and deliveries that are done with.
import { type Pool, run } from '../database/connect.ts'

/** How long each is kept, as PostgreSQL writes intervals. Subscriptions can be resumed for an hour, so events stay longer than that. */
const eventsStay = '2 hours'
const deliveredStay = '7 days'
const deadStay = '30 days'
const batch = 1_000

const texts = [
  `delete from _outbox where id in (
    select o.id from _outbox o
    where o.at < now() - interval '${eventsStay}' and (o.taken_at is not null or (o.hooks is null and o.kind <> 'webhook'))
    order by o.id limit ${batch} for update skip locked)`,
  `delete from _deliveries where position in (
    select d.position from _deliveries d
    where d.state <> 'waiting' and d.finished_at < now() - case d.state when 'dead' then interval '${deadStay}' else interval '${deliveredStay}' end
      and d.finished_at < now() - interval '${deliveredStay}'
    order by d.finished_at limit ${batch} for update skip locked)`,
]

/** One turn: removes a batch of each; true when there may be more. */
export async function cleanUp(pool: Pool): Promise<boolean> {
  const counts: number[] = []
  for (const text of texts) counts.push((await run(pool, { text: `${text} returning 1`, values: [] })).length)
  return counts.some((count) => count === batch)
}
