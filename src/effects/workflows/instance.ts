// An instance of a workflow as the database keeps it, and what its workflow comes to with the entities of now.
import { type Row, run, type Sql } from '../../database/connect.ts'
import { fail, failAll, type Problem } from '../../errors.ts'
import type { Flow } from '../../metadata/flow.ts'
import type { Registry } from '../../metadata/registry.ts'
import { readWorkflow } from '../../metadata/workflow.ts'
import { buildFlow, prepareGround } from '../../metadata/workflows/build.ts'

/** An instance takes no more steps than this. */
export const mostSteps = 1_000

export type InstanceState = 'running' | 'completed' | 'failed' | 'cancelled'

/** One run of a workflow; what it is doing stands in its steps. */
export type Instance = Readonly<{
  id: string
  workflow: string
  /** The definition that it began with, as it was written. */
  definition: unknown
  /** Absent where it is about no record. */
  entity: string | null
  recordId: string | null
  trigger: Row
  /** Null until the first step is taken. */
  context: Row | null
  /** How many steps it has taken, and how often in a row the one at hand has failed. */
  steps: number
  attempts: number
  requestId: string
  /** How many workflows started each other up to this one, itself among them. */
  hops: number
  startedAt: string
}>

const columns =
  'i.id, i.workflow, i.definition, i.entity, i.record_id as "recordId", i.trigger, i.context, i.steps, i.attempts, i.request_id as "requestId", i.hops, i.started_at as "startedAt"'

/** Holds the running instance that has been due longest; undefined when none is that nobody else holds. */
export async function holdDue(sql: Sql): Promise<Instance | undefined> {
  const text = `select ${columns} from _workflow_instances i where i.due_at <= now() and i.state = 'running' order by i.due_at limit 1 for update skip locked`
  const [instance] = await run<Instance>(sql, { text, values: [] })
  return instance
}

/** Notes that a step was taken; the next one is due when the first of the open steps is. */
export async function settleInstance(sql: Sql, { id }: Instance): Promise<void> {
  const due =
    "(select min(s.due_at) from _workflow_steps s where s.instance_id = i.id and s.state in ('ready', 'waiting'))"
  const text = `update _workflow_instances i set due_at = case when i.state = 'running' then ${due} end, steps = i.steps + 1, attempts = 0, error = case when i.state = 'running' then null else i.error end, version = i.version + 1 where i.id = $1::uuid`
  await run(sql, { text, values: [id] })
}

/** Ends an instance, and what of its steps was still open. */
export async function endInstance(
  sql: Sql,
  { id }: Pick<Instance, 'id'>,
  state: 'completed' | 'cancelled',
): Promise<void> {
  const closed =
    "update _workflow_steps set state = 'cancelled', due_at = null, ended_at = now() where instance_id = $1::uuid and state in ('ready', 'waiting')"
  const text = `with closed as (${closed}) update _workflow_instances set state = $2, due_at = null, error = null, ended_at = now(), version = version + 1 where id = $1::uuid`
  await run(sql, { text, values: [id, state] })
}

const flows = new WeakMap<Registry, Map<string, Flow>>()

/** What the definition that an instance keeps comes to; CONFLICT when it does not fit the entities, which may be about to change. */
export function findFlow(registry: Registry, { definition }: Pick<Instance, 'definition'>): Flow {
  const known = flows.get(registry) ?? new Map<string, Flow>()
  flows.set(registry, known)
  const name = JSON.stringify(definition)
  const flow = known.get(name) ?? makeFlow(registry, definition)
  known.set(name, flow)
  return flow
}

function makeFlow(registry: Registry, definition: unknown): Flow {
  const problems: Problem[] = []
  const workflow = readWorkflow(definition, '', problems)
  if (workflow === undefined) throw failAll('CONFLICT', problems)
  const ground = prepareGround(registry.definitions.rules, registry.entities)
  const flow = buildFlow(ground, workflow, (path, message) => {
    problems.push({ path, message })
    return undefined
  })
  const [first] = problems
  if (first === undefined) return flow
  const found = `${first.path} ${first.message}`
  throw fail('CONFLICT', `The definition that it began with does not fit the entities: ${found}`)
}
