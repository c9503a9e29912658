// What happens to instances of workflows, put down in the transaction in which it happens.
import { run, type Sql } from '../../database/connect.ts'

/**
 * What can happen. `done` is a step that was taken, `asked` an approval that begins to wait; `postponed` is a step that failed
 * and is tried again, `failed` one that is not.
 */
export type Happening =
  | 'started'
  | 'done'
  | 'asked'
  | 'approved'
  | 'rejected'
  | 'timed_out'
  | 'postponed'
  | 'failed'
  | 'retried'
  | 'cancelled'
  | 'completed'

/** One entry; the actor is `system:workflow` unless it was somebody's own word. */
export type Entry = Readonly<{
  instanceId: string
  what: Happening
  step?: string
  message?: string
  actor?: string
  userId?: string
}>

export async function note(sql: Sql, entry: Entry): Promise<void> {
  const { instanceId, what, step = null, message = null, actor = 'system:workflow', userId = null } = entry
  const text =
    'insert into _workflow_history (instance_id, what, step, message, actor, user_id) values ($1::uuid, $2::text, $3::text, $4::text, $5::text, $6::text)'
  await run(sql, { text, values: [instanceId, what, step, message, actor, userId] })
}
