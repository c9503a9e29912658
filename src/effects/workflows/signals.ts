// Passes on what writers left word of: events for which instances wait, and records that were deleted.
import { run, type Sql } from '../../database/connect.ts'
import type { Registry } from '../../metadata/registry.ts'
import { findOwnRecord } from '../../pipeline/reads/own-record.ts'
import type { Instance } from './instance.ts'
import { cancelGone } from './take-step.ts'

type Signal = Readonly<{
  kind: 'event' | 'deleted'
  event: string | null
  entity: string
  recordId: string
}>

/** Passes on the oldest signal, in the transaction of the caller; false when there is none. */
export async function passSignal(sql: Sql, registry: Registry): Promise<boolean> {
  const oldest = 'select id from _workflow_signals order by id limit 1 for update skip locked'
  const text = `delete from _workflow_signals where id = (${oldest}) returning kind, event, entity, record_id as "recordId"`
  const [signal] = await run<Signal>(sql, { text, values: [] })
  if (signal?.kind === 'event') await passEvent(sql, signal)
  if (signal?.kind === 'deleted') await passDeletion(sql, registry, signal)
  return signal !== undefined
}

/** Steps that wait for the event go on; an instance that has failed hears of it too, for when it is tried again. */
async function passEvent(sql: Sql, { event, entity, recordId }: Signal): Promise<void> {
  const isWaiting =
    "s.state = 'waiting' and s.event = $1::text and (s.about_any or (i.entity = $2::text and i.record_id = $3::text))"
  const held = `select i.id from _workflow_instances i where i.state in ('running', 'failed') and exists (select 1 from _workflow_steps s where s.instance_id = i.id and ${isWaiting}) order by i.id for update of i`
  const values = [event, entity, recordId]
  const instances = await run<{ id: string }>(sql, { text: held, values })
  if (instances.length === 0) return
  const woken = `update _workflow_steps s set outcome = 'event', due_at = now() from _workflow_instances i where i.id = s.instance_id and i.id = any($4::uuid[]) and ${isWaiting} and (s.due_at is null or s.due_at > now())`
  const due =
    "update _workflow_instances set due_at = now() where id = any($1::uuid[]) and state = 'running' and attempts = 0"
  const ids = instances.map(({ id }) => id)
  await run(sql, { text: woken, values: [...values, ids] })
  await run(sql, { text: due, values: [ids] })
}

/** Those about a record that is there again meanwhile go on. */
async function passDeletion(sql: Sql, registry: Registry, { entity: name, recordId }: Signal): Promise<void> {
  const entity = registry.entities.get(name)
  if (entity && (await findOwnRecord(sql, entity, recordId)) !== undefined) return
  const text =
    "select i.id, i.entity from _workflow_instances i where i.entity = $1::text and i.record_id = $2::text and i.state in ('running', 'failed') and i.trigger ->> 'type' <> 'record_deleted' order by i.id for update"
  const instances = await run<Pick<Instance, 'id' | 'entity'>>(sql, { text, values: [name, recordId] })
  for (const instance of instances) await cancelGone(sql, instance)
}
