// What an app does by itself while a process has it open: deliveries, steps of workflows, sweeping of files.
import type { Config } from '../config.ts'
import { askEndpoints } from '../effects/ask.ts'
import type { Post } from '../effects/attempt.ts'
import { startDeliveries } from '../effects/deliveries.ts'
import { createSlots } from '../effects/slots.ts'
import { startWorkflows } from '../effects/workflows/runner.ts'
import type { Files } from '../files/files.ts'
import type { Log } from '../log.ts'
import type { Outside } from '../pipeline/outside.ts'
import { startSweeper } from './sweeper.ts'

export type Work = Readonly<{
  outside: Outside
  wakeSending(): void
  wakeWorkflows(): void
}>

/** `url` names the app's database, where a connection of its own listens. */
export type WorkOptions = Readonly<{ post: Post; files: Files; url: string; config: Config; log: Log }>

/** Starts all of it; what was started is stopped by `undo`, also when a later part fails to start. */
export async function startWork(
  { post, files, url, config, log }: WorkOptions,
  undo: (() => Promise<void>)[],
): Promise<Work> {
  const { pollEvery } = config
  const deliveries = await startDeliveries({
    ...post,
    url,
    pollEvery,
    slots: countSlots(config),
    limits: config.limits,
    log: (error) => log.error({ error: String(error) }, 'deliveries had a problem'),
  })
  undo.push(deliveries.stop)
  const { outside } = deliveries
  undo.push(startSweeper(files, config.files.sweepEvery, log))
  const workflows = startWorkflows({ ...post, outside, pollEvery, log })
  undo.push(workflows.stop)
  return { outside, wakeSending: deliveries.send, wakeWorkflows: workflows.wake }
}

/** All of it is left to other processes; writes can still ask webhooks. */
export function leaveWork({ post, config }: WorkOptions): Work {
  const wake = (): void => undefined
  const outside: Outside = {
    wake,
    ask: (sql, questions) => askEndpoints(post, sql, questions),
    slots: createSlots(countSlots(config)),
    limits: config.limits,
  }
  return { outside, wakeSending: wake, wakeWorkflows: wake }
}

/** The other half of the connections is for everybody else. */
function countSlots({ limits }: Config): number {
  return Math.max(1, Math.floor(limits.pool / 2))
}
