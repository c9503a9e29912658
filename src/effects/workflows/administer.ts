// What administrators do to instances of workflows: call one off, or try a failed one again.
import type { Viewer } from '../../auth/viewer.ts'
import { type Pool, run, type Sql } from '../../database/connect.ts'
import { inTransaction } from '../../database/transaction.ts'
import { type AppError, fail } from '../../errors.ts'
import { readValue } from '../../metadata/value.ts'
import { nameActor } from '../../pipeline/stages/act.ts'
import { type Happening, note } from './history.ts'
import { endInstance, type InstanceState } from './instance.ts'

/** An instance, and who is at it. */
export type Errand = Readonly<{ id: string; viewer: Viewer }>

/** Calls an instance off, with all that was still open of it; CONFLICT when it has ended. */
export async function cancelInstance(pool: Pool, errand: Errand): Promise<void> {
  await inTransaction(pool, async (sql) => {
    const state = await holdInstance(sql, errand.id)
    if (state !== 'running' && state !== 'failed')
      throw fail(
        'CONFLICT',
        `The instance is ${state} and cannot be cancelled; only one that runs or failed can`,
      )
    await endInstance(sql, errand, 'cancelled')
    await noteErrand(sql, errand, 'cancelled')
  })
}

/** Lets a failed instance take its step again; CONFLICT when it has not failed. */
export async function retryInstance(pool: Pool, errand: Errand): Promise<void> {
  await inTransaction(pool, async (sql) => {
    const state = await holdInstance(sql, errand.id)
    if (state !== 'failed')
      throw fail('CONFLICT', `The instance is ${state} and cannot be tried again; only one that failed can`)
    const due =
      "select min(s.due_at) from _workflow_steps s where s.instance_id = i.id and s.state in ('ready', 'waiting')"
    const text = `update _workflow_instances i set state = 'running', attempts = 0, steps = 0, error = null, version = version + 1, due_at = case when i.context is null then now() else (${due}) end where i.id = $1::uuid`
    await run(sql, { text, values: [errand.id] })
    await noteErrand(sql, errand, 'retried')
  })
}

async function holdInstance(sql: Sql, id: string): Promise<InstanceState> {
  const reading = readValue({ type: 'uuid' }, id)
  if ('problem' in reading) throw refuseUnknown(id)
  const text = 'select state from _workflow_instances where id = $1::uuid for update'
  const [row] = await run<{ state: InstanceState }>(sql, { text, values: [reading.value] })
  if (row === undefined) throw refuseUnknown(id)
  return row.state
}

function refuseUnknown(id: string): AppError {
  return fail('NOT_FOUND', `There is no instance of a workflow with the id ${JSON.stringify(id)}`)
}

async function noteErrand(sql: Sql, { id, viewer }: Errand, what: Happening): Promise<void> {
  const user = viewer.id === undefined ? {} : { userId: viewer.id }
  await note(sql, { instanceId: id, what, actor: nameActor({ viewer }, 'viewer'), ...user })
}
