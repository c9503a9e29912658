// Runs the workflows of an app on this process: takes whatever is due, step by step, beside all other processes.
import { type Pool, run, type Sql } from '../../database/connect.ts'
import { inSavepoint, inTransaction, isRivalled } from '../../database/transaction.ts'
import type { Log } from '../../log.ts'
import type { Registry } from '../../metadata/registry.ts'
import { startCalls } from '../../pipeline/calls.ts'
import type { Outside } from '../../pipeline/outside.ts'
import type { WriteContext } from '../../pipeline/write-context.ts'
import { startLoop } from '../loop.ts'
import { startContext } from './actions.ts'
import { isUnforeseen, putDownFailure } from './failure.ts'
import { holdDue, type Instance } from './instance.ts'
import { keepSchedules, startDue } from './schedules.ts'
import { passSignal } from './signals.ts'
import { takeStep } from './take-step.ts'

/** Workflows at work. `wake` tells that there may be something to do; `stop` resolves when the steps at hand are over. */
export type RunningWorkflows = Readonly<{ wake(): void; stop(): Promise<void> }>

/** `pollEvery` is in milliseconds: so soon is found what another process left, or what has become due. */
export type WorkflowOptions = Readonly<{
  pool: Pool
  readRegistry(): Registry
  /** How what steps write reaches webhooks. */
  outside: Outside
  pollEvery: number
  log: Log
}>

/** So many steps are taken at once by one process. */
const workers = 2

/** Begins to take steps. */
export function startWorkflows(options: WorkflowOptions): RunningWorkflows {
  const { pollEvery, log } = options
  const turn = createTurn(options)
  const report = (error: unknown): void => log.error({ error: String(error) }, 'a workflow could not go on')
  const loops = Array.from({ length: workers }, () => startLoop({ turn, pollEvery, log: report }))
  return {
    wake: () => {
      for (const loop of loops) loop.wake()
    },
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop()))
    },
  }
}

function createTurn(options: WorkflowOptions): () => Promise<boolean> {
  const { pool, readRegistry, outside } = options
  let known: Registry | undefined
  return async () => {
    const registry = readRegistry()
    if (registry !== known) {
      known = registry
      await keepSchedules(pool, registry.flows.scheduled)
    }
    if (!(await isAnyDue(pool))) return false
    const isPassed = await inTransaction(pool, (sql) => passSignal(sql, registry))
    const started = await startDue(pool, registry.flows.scheduled)
    const isTaken = await takeNext(options, registry)
    // What the step wrote may be for webhooks.
    if (isTaken) outside.wake()
    return isPassed || started > 0 || isTaken
  }
}

async function isAnyDue(pool: Pool): Promise<boolean> {
  const places = [
    '_workflow_signals',
    "_workflow_instances where due_at <= now() and state = 'running'",
    '_workflow_schedules where due_at <= now()',
  ]
  const text = `select ${places.map((place) => `exists (select 1 from ${place})`).join(' or ')} as "isAny"`
  const [row] = await run<{ isAny: boolean }>(pool, { text, values: [] })
  return row?.isAny === true
}

/**
 * Takes one step of the instance that has been due longest; false when there is none. The hold on its row is the lease: it
 * ends with the transaction, or with the connection of a process that dies, and what the step did ends with it.
 */
async function takeNext({ pool, outside, log }: WorkflowOptions, registry: Registry): Promise<boolean> {
  const base = { pool, registry, outside, calls: startCalls() }
  let held: Instance | undefined
  let hasActed = false
  try {
    await inTransaction(pool, async (sql) => {
      held = await holdDue(sql)
      if (held !== undefined) hasActed = await takeOrPutDown(sql, startContext(base, held), held, log)
    })
  } catch (error) {
    if (held) await putOff(pool, held)
    throw error
  }
  if (hasActed) outside.wake()
  return held !== undefined
}

/** Takes a step, or puts down that it failed; where a rival was in the way the whole transaction is to be tried again. */
async function takeOrPutDown(
  sql: Sql,
  context: WriteContext,
  instance: Instance,
  log: Log,
): Promise<boolean> {
  try {
    return await inSavepoint(sql, (inner) => takeStep(context, inner, instance))
  } catch (error) {
    if (isRivalled(error)) throw error
    if (isUnforeseen(error)) log.error({ instance: instance.id, error: String(error) }, 'a step failed')
    await putDownFailure(sql, instance, error)
    return false
  }
}

/** Lets others go first, when not even the failure could be put down. */
async function putOff(pool: Pool, { id }: Instance): Promise<void> {
  const text =
    "update _workflow_instances set due_at = now() + interval '5 seconds' where id = $1::uuid and due_at <= now()"
  await run(pool, { text, values: [id] })
}
