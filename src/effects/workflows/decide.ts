// Approves and rejects: one conditional statement decides, and whoever comes second is told what was decided.
import { isAdmin, type Viewer } from '../../auth/viewer.ts'
import { type Pool, run, type Sql } from '../../database/connect.ts'
import { inTransaction, isRivalled } from '../../database/transaction.ts'
import { fail } from '../../errors.ts'
import type { Registry } from '../../metadata/registry.ts'
import { readValue } from '../../metadata/value.ts'
import { seesRecord } from '../../pipeline/reads/own-record.ts'
import { nameActor } from '../../pipeline/stages/act.ts'
import { statement, type Values } from '../../pipeline/statement.ts'
import { note } from './history.ts'
import type { InstanceState } from './instance.ts'

/** Where a decision is made, and by whom. */
export type Desk = Readonly<{ pool: Pool; registry: Registry; viewer: Viewer }>

/** What somebody decides of a step that waits for approval. */
export type Decision = Readonly<{ stepId: string; outcome: 'approved' | 'rejected'; comment?: string }>

const mostComment = 10_000

/** Decides, once; gives the id of the instance. NOT_FOUND, FORBIDDEN, and CONFLICT when it is decided already. */
export async function decide(desk: Desk, decision: Decision): Promise<string> {
  const { comment = '' } = decision
  if (comment.length > mostComment || 'problem' in readValue({ type: 'text' }, comment)) {
    const message = `must be text of at most ${mostComment} characters`
    throw fail('BAD_USER_INPUT', `comment ${message}`, [{ path: 'comment', message }])
  }
  try {
    return await inTransaction(desk.pool, (sql) => decideIn(sql, desk, decision))
  } catch (error) {
    if (isRivalled(error)) throw fail('CONFLICT', 'The workflow is busy with another step; try again')
    throw error
  }
}

async function decideIn(sql: Sql, desk: Desk, decision: Decision): Promise<string> {
  const step = await holdStep(sql, desk, decision.stepId)
  checkDecider(desk.viewer, step)
  const isTaken = await takeDecision(sql, desk.viewer, decision)
  if (!isTaken) throw refuseLate(await readOutcome(sql, step))
  await note(sql, {
    instanceId: step.instanceId,
    what: decision.outcome,
    step: step.step,
    ...(decision.comment ? { message: decision.comment } : {}),
    actor: nameActor(desk, 'viewer'),
    ...(desk.viewer.id === undefined ? {} : { userId: desk.viewer.id }),
  })
  return step.instanceId
}

/** An approval, whoever has to decide it. */
type Approval = Readonly<{
  id: string
  instanceId: string
  step: string
  instanceState: InstanceState
  deciderKind: 'user' | 'role' | null
  decider: string | null
  fourEyes: boolean
  userId: string | null
}>

/** Reads an approval whose record the viewer may see, and holds its instance. */
async function holdStep(sql: Sql, { registry, viewer }: Desk, stepId: string): Promise<Approval> {
  const reading = readValue({ type: 'uuid' }, stepId)
  const id = 'value' in reading ? reading.value : null
  const named = `select i.entity from _workflow_steps s join _workflow_instances i on i.id = s.instance_id where s.id = $1::uuid`
  const names = await run<{ entity: string | null }>(sql, { text: named, values: [id] })
  const values: Values = [id]
  const entities = names.flatMap(({ entity }) => entity ?? [])
  const isSeen = seesRecord(viewer, registry, entities, 'i', values)
  const columns = `s.id, i.id as "instanceId", s.step, i.state as "instanceState", s.decider_kind as "deciderKind", s.decider, s.four_eyes as "fourEyes", i.user_id as "userId"`
  const text = `select ${columns} from _workflow_steps s join _workflow_instances i on i.id = s.instance_id where s.id = $1::uuid and s.decider is not null and ${isSeen} for update of i`
  const [step] = await run<Approval>(sql, statement(text, values))
  if (step === undefined)
    throw fail('NOT_FOUND', `There is no approval with the id ${JSON.stringify(stepId)}`)
  return step
}

/** Whether it is the viewer's to decide; administrators may decide everything but what they caused, where that counts. */
function checkDecider(viewer: Viewer, { deciderKind, decider, fourEyes, userId }: Approval): void {
  const name = decider ?? ''
  const isTheirs = deciderKind === 'role' ? viewer.roles.includes(name) : viewer.id?.toLowerCase() === name
  if (!isTheirs && !isAdmin(viewer))
    throw fail(
      'FORBIDDEN',
      `This is for ${deciderKind === 'role' ? `the role ${name}` : 'another user'} to decide`,
    )
  if (fourEyes && viewer.id !== undefined && viewer.id === userId)
    throw fail('FORBIDDEN', 'You caused this workflow, and somebody else must decide this step')
}

async function takeDecision(sql: Sql, { id }: Viewer, decision: Decision): Promise<boolean> {
  const decided = `update _workflow_steps s set state = 'ready', outcome = $2::text, comment = $3::text, decided_by = $4::text, due_at = now() from _workflow_instances i where s.id = $1::uuid and i.id = s.instance_id and i.state = 'running' and s.state = 'waiting' and s.kind = 'approval' and (s.due_at is null or s.due_at > now()) returning s.instance_id`
  const text = `with decided as (${decided}) update _workflow_instances i set due_at = case when i.attempts = 0 then now() else i.due_at end from decided d where i.id = d.instance_id returning i.id`
  const { stepId, outcome, comment = null } = decision
  return (await run(sql, { text, values: [stepId, outcome, comment, id ?? null] })).length > 0
}

type Outcome = Readonly<{ state: string; outcome: string | null; instanceState: InstanceState }>

async function readOutcome(sql: Sql, { id, instanceState }: Approval): Promise<Outcome> {
  const text = 'select state, outcome from _workflow_steps where id = $1::uuid'
  const [row] = await run<Outcome>(sql, { text, values: [id] })
  return { state: row?.state ?? 'done', outcome: row?.outcome ?? null, instanceState }
}

function refuseLate({ state, outcome, instanceState }: Outcome) {
  if (outcome !== null) {
    const told = outcome === 'timed_out' ? 'has run out of time' : `was ${outcome} already`
    return fail('CONFLICT', `This approval ${told}`)
  }
  if (instanceState === 'failed')
    return fail('CONFLICT', 'The workflow has failed in another step; an administrator can try it again')
  return fail(
    'CONFLICT',
    state === 'waiting' ? 'This approval has run out of time' : 'This approval was called off',
  )
}
