// The ways between the steps of an instance: entering one, leaving one, branches that meet. Who walks holds the instance.
import { run, type Sql } from '../../database/connect.ts'
import type { Flow } from '../../metadata/flow.ts'
import { end } from '../../metadata/workflows/step.ts'
import { note } from './history.ts'
import { endInstance, type Instance } from './instance.ts'

/** A step that an instance has come to; `parentId` is the parallel step of whose branch it is. */
export type OpenStep = Readonly<{
  id: string
  parentId: string | null
  step: string
  state: 'ready' | 'waiting'
  /** What was decided, or has come; null while nothing has. */
  outcome: string | null
}>

/** An instance on its way. */
export type Walk = Readonly<{ sql: Sql; flow: Flow; instance: Instance }>

const columns = 's.id, s.parent_id as "parentId", s.step, s.state, s.outcome'

/** The open step that has been due longest. */
export async function findDueStep(sql: Sql, { id }: Instance): Promise<OpenStep | undefined> {
  const text = `select ${columns} from _workflow_steps s where s.instance_id = $1::uuid and s.state in ('ready', 'waiting') and s.due_at <= now() order by s.due_at, s.number limit 1`
  const [step] = await run<OpenStep>(sql, { text, values: [id] })
  return step
}

/** Comes to a step, which is due at once. */
export async function enter(
  { sql, flow, instance }: Walk,
  step: string,
  parentId: string | null,
): Promise<void> {
  const text =
    "insert into _workflow_steps (instance_id, parent_id, step, kind, state, due_at) values ($1::uuid, $2::uuid, $3::text, $4::text, 'ready', now())"
  const kind = flow.steps.get(step)?.kind ?? 'action'
  await run(sql, { text, values: [instance.id, parentId, step, kind] })
}

/** Leaves a step for the next; at the end of a branch the branches meet, at the end of all the instance is complete. */
export async function leave(walk: Walk, open: OpenStep, outcome: string, next: string): Promise<void> {
  const { sql, instance } = walk
  const text =
    "update _workflow_steps set state = 'done', outcome = $2::text, due_at = null, ended_at = now() where id = $1::uuid"
  await run(sql, { text, values: [open.id, outcome] })
  if (next !== end) return await enter(walk, next, open.parentId)
  if (open.parentId !== null) return await meet(walk, open.parentId)
  await endInstance(sql, instance, 'completed')
  await note(sql, { instanceId: instance.id, what: 'completed' })
}

/** A branch has come to its end: the parallel step is left when it was the last, or when any one will do. */
async function meet(walk: Walk, parallelId: string): Promise<void> {
  const { sql, flow, instance } = walk
  const text = `select ${columns}, exists (select 1 from _workflow_steps b where b.parent_id = s.id and b.state in ('ready', 'waiting')) as "isOpen" from _workflow_steps s where s.id = $1::uuid`
  const [parallel] = await run<OpenStep & { isOpen: boolean }>(sql, { text, values: [parallelId] })
  const step = flow.steps.get(parallel?.step ?? '')
  if (parallel === undefined || step?.kind !== 'parallel') throw new Error('A branch has no parallel step')
  if (parallel.isOpen && step.mode === 'all') return
  if (parallel.isOpen) await closeBranches(sql, parallelId)
  await note(sql, { instanceId: instance.id, what: 'done', step: parallel.step })
  await leave(walk, parallel, 'done', step.next)
}

/** Calls off what is open in the branches of a parallel step, however deep. */
async function closeBranches(sql: Sql, parallelId: string): Promise<void> {
  const inner =
    'select id from _workflow_steps where parent_id = $1::uuid union all select s.id from _workflow_steps s join inner_steps p on s.parent_id = p.id'
  const text = `with recursive inner_steps as (${inner}) update _workflow_steps s set state = 'cancelled', due_at = null, ended_at = now() from inner_steps p where s.id = p.id and s.state in ('ready', 'waiting')`
  await run(sql, { text, values: [parallelId] })
}
