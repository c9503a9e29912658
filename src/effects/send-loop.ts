// Sends deliveries as they fall due: many at once, few to the same endpoint, and hands back what a stop leaves unfinished.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { attempt, type Post } from './attempt.ts'
import { type Claimed, claim } from './claim.ts'
import { type Loop, startLoop } from './loop.ts'

export type SendOptions = Post &
  Readonly<{
    pollEvery: number
    /** How long a stop waits for answers, in milliseconds; by default 5 s. */
    patience?: number
    log: (error: unknown) => void
  }>

/** At once, for each app and instance: in all, and to one endpoint. */
const mostAtOnce = 32
const mostPerEndpoint = 4
const usualPatience = 5_000

/** Starts to send; a stop waits a little for what is under way, and hands the rest back to whoever comes next. */
export function startSending(options: SendOptions): Loop {
  const { pollEvery, patience = usualPatience, log } = options
  const running = new Map<Promise<void>, Claimed>()
  const ending = new AbortController()
  const begin = (claimed: Claimed): void => {
    const work = attempt(options, claimed, ending.signal)
      .catch(log)
      .finally(() => {
        running.delete(work)
        loop.wake()
      })
    running.set(work, claimed)
  }
  const turn = async (): Promise<boolean> => {
    const claimed = await claimSome(options, [...running.values()])
    for (const each of claimed) begin(each)
    return claimed.length > 0
  }
  const loop = startLoop({ turn, pollEvery, log })
  const stop = async (): Promise<void> => {
    await loop.stop()
    await Promise.race([Promise.all(running.keys()), sleep(patience, undefined, { ref: false })])
    ending.abort()
    await Promise.all(running.keys())
  }
  return { wake: loop.wake, stop }
}

async function claimSome(
  { pool, readRegistry }: Post,
  running: readonly Claimed[],
): Promise<readonly Claimed[]> {
  const places = mostAtOnce - running.length
  if (places <= 0) return []
  const busy = new Map<string, number>()
  for (const { endpoint } of running) busy.set(endpoint, (busy.get(endpoint) ?? 0) + 1)
  const held = [...readRegistry().webhooks.values()].filter(({ active }) => !active).map(({ id }) => id)
  return await claim(pool, { lease: randomUUID(), places, perEndpoint: mostPerEndpoint, busy, held })
}
