// Takes one step of an instance, and the way to the next, in the transaction of the caller, who holds the instance.
import { type Row, run, type Sql } from '../../database/connect.ts'
import { fail } from '../../errors.ts'
import type { Environment } from '../../metadata/expression/expression.ts'
import type { FlowStep } from '../../metadata/flow.ts'
import { findOwnRecord } from '../../pipeline/reads/own-record.ts'
import type { WriteContext } from '../../pipeline/write-context.ts'
import { performActions } from './actions.ts'
import { type Happening, note } from './history.ts'
import { endInstance, findFlow, type Instance, mostSteps, settleInstance } from './instance.ts'
import { enter, findDueStep, leave, type OpenStep, type Walk } from './walk.ts'

type StepOf<K extends FlowStep['kind']> = Extract<FlowStep, { kind: K }>

/** Takes the step that is due, and tells whether it wrote anything; throws what went wrong, and then all of it must be undone. */
export async function takeStep(context: WriteContext, sql: Sql, instance: Instance): Promise<boolean> {
  const walk = { sql, instance, flow: findFlow(context.registry, instance) }
  if (instance.steps >= mostSteps)
    throw fail('LIMIT_EXCEEDED', `takes more than ${mostSteps} steps; it may go in a circle`)
  const record = await findRecord(context, sql, instance)
  if (record === undefined) {
    await cancelGone(sql, instance)
    return false
  }
  if (instance.context === null) await begin(walk, record)
  const hasActed = instance.context !== null && (await takeDue(context, walk, record))
  await settleInstance(sql, instance)
  return hasActed
}

/** The record that the instance is about; null when it is about none, or about one that was deleted, undefined when that is gone. */
async function findRecord(
  { registry }: WriteContext,
  sql: Sql,
  { entity: name, recordId, trigger }: Instance,
): Promise<Row | null | undefined> {
  if (name === null || recordId === null) return null
  if (trigger.type === 'record_deleted') return null
  const entity = registry.entities.get(name)
  if (entity === undefined) throw fail('CONFLICT', `There is no entity ${name}; it may be about to come`)
  return await findOwnRecord(sql, entity, recordId)
}

/** A workflow has nothing more to do with a record that was deleted. */
export async function cancelGone(sql: Sql, instance: Pick<Instance, 'id' | 'entity'>): Promise<void> {
  await endInstance(sql, instance, 'cancelled')
  const message = `the ${instance.entity} was deleted`
  await note(sql, { instanceId: instance.id, what: 'cancelled', message })
}

/** Keeps what `context` is made of, and comes to the first step. Here `record` is the one that started the workflow. */
async function begin(walk: Walk, record: Row | null): Promise<void> {
  const { sql, flow, instance } = walk
  const environment = await describeWorld(walk, record)
  const context = flow.makeContext({ ...environment, record: instance.trigger.record ?? null })
  const text = 'update _workflow_instances set context = $2::text::jsonb where id = $1::uuid'
  await run(sql, { text, values: [instance.id, JSON.stringify(context)] })
  await enter(walk, flow.first, null)
}

/** What expressions see. */
async function describeWorld({ sql, instance }: Walk, record: Row | null): Promise<Environment> {
  const [row] = await run<{ now: string }>(sql, { text: 'select now()::timestamptz(3) as now', values: [] })
  const { trigger, context, startedAt } = instance
  return {
    trigger: { ...trigger, at: startedAt },
    context: context ?? {},
    record: trigger.type === 'record_deleted' ? (trigger.record ?? null) : record,
    user: trigger.user ?? null,
    now: row?.now,
  }
}

async function takeDue(context: WriteContext, walk: Walk, record: Row | null): Promise<boolean> {
  const open = await findDueStep(walk.sql, walk.instance)
  const step = open && walk.flow.steps.get(open.step)
  if (open === undefined || step === undefined) return false
  const environment = await describeWorld(walk, record)
  if (step.kind === 'action')
    await performActions({ context, sql: walk.sql, instance: walk.instance, environment }, step.actions)
  await takeWay(walk, open, step, environment)
  return step.kind === 'action'
}

async function takeWay(walk: Walk, open: OpenStep, step: FlowStep, environment: Environment): Promise<void> {
  switch (step.kind) {
    case 'action':
      return await goOn(walk, open, { outcome: 'done', next: step.next })
    case 'condition': {
      const holds = step.holds(environment)
      return await goOn(walk, open, { outcome: String(holds), next: holds ? step.onTrue : step.onFalse })
    }
    case 'approval':
      return await takeApproval(walk, open, step, environment)
    case 'wait':
      return await takeWait(walk, open, step)
    case 'parallel':
      return await takeParallel(walk, open, step)
  }
}

type Way = Readonly<{ outcome: string; next: string; what?: Happening }>

/** Puts down what came of a step, and leaves it. */
async function goOn(walk: Walk, open: OpenStep, { outcome, next, what = 'done' }: Way): Promise<void> {
  const message = ['done', what].includes(outcome) ? {} : { message: outcome }
  await note(walk.sql, { instanceId: walk.instance.id, what, step: open.step, ...message })
  await leave(walk, open, outcome, next)
}

/** Asks, goes where a decision leads, or finds that nobody decided in time. */
async function takeApproval(
  walk: Walk,
  open: OpenStep,
  step: StepOf<'approval'>,
  environment: Environment,
): Promise<void> {
  if (open.outcome === 'approved') return await leave(walk, open, open.outcome, step.onApprove)
  if (open.outcome === 'rejected') return await leave(walk, open, open.outcome, step.onReject)
  if (open.state === 'waiting')
    return await goOn(walk, open, { outcome: 'timed_out', next: step.onTimeout, what: 'timed_out' })
  const decider = step.findDecider(environment)
  if (decider === undefined)
    throw fail(
      'VALIDATION_FAILED',
      `Nobody can decide ${open.step}: the place that should name a user is empty`,
    )
  const text = `update _workflow_steps set state = 'waiting', due_at = now() + make_interval(secs => $2::integer), decider_kind = $3::text, decider = $4::text, four_eyes = $5::boolean where id = $1::uuid`
  await run(walk.sql, {
    text,
    values: [open.id, step.timeout ?? null, decider.kind, decider.name, step.fourEyes],
  })
  await note(walk.sql, {
    instanceId: walk.instance.id,
    what: 'asked',
    step: open.step,
    message: `${decider.kind} ${decider.name}`,
  })
}

/** Begins to wait, or goes on when the time is over or the event has come. */
async function takeWait(
  walk: Walk,
  open: OpenStep,
  { until, next, onTimeout }: StepOf<'wait'>,
): Promise<void> {
  if ('seconds' in until) {
    if (open.state === 'waiting') return await goOn(walk, open, { outcome: 'done', next })
    return await waitFor(walk, open, { seconds: until.seconds })
  }
  if (open.outcome === 'event') return await goOn(walk, open, { outcome: 'done', next })
  if (open.state === 'waiting')
    return await goOn(walk, open, { outcome: 'timed_out', next: onTimeout, what: 'timed_out' })
  await waitFor(walk, open, { seconds: until.timeout, event: until.event, aboutAny: until.aboutAny })
}

async function waitFor(
  { sql }: Walk,
  { id }: OpenStep,
  {
    seconds,
    event,
    aboutAny = false,
  }: Readonly<{ seconds?: number | undefined; event?: string; aboutAny?: boolean }>,
): Promise<void> {
  const text = `update _workflow_steps set state = 'waiting', due_at = now() + make_interval(secs => $2::integer), event = $3::text, about_any = $4::boolean where id = $1::uuid`
  await run(sql, { text, values: [id, seconds ?? null, event ?? null, aboutAny] })
}

async function takeParallel(walk: Walk, open: OpenStep, { branches }: StepOf<'parallel'>): Promise<void> {
  const text = "update _workflow_steps set state = 'waiting', due_at = null where id = $1::uuid"
  await run(walk.sql, { text, values: [open.id] })
  for (const branch of branches) await enter(walk, branch, open.id)
}
