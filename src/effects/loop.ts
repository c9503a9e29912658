// A loop that works until nothing is left, sleeps until it is woken or its poll comes, and ends when told.
import { setTimeout as sleep } from 'node:timers/promises'

/** A loop at work. `stop` resolves when the turn at hand is over. */
export type Loop = Readonly<{ wake(): void; stop(): Promise<void> }>

/** `turn` does some work and tells whether there may be more; `pollEvery` is in milliseconds. */
export type LoopOptions = Readonly<{
  turn(signal: AbortSignal): Promise<boolean>
  pollEvery: number
  log: (error: unknown) => void
}>

/** Starts to turn. A turn that fails is logged, and tried again with the next poll. */
export function startLoop(options: LoopOptions): Loop {
  const ending = new AbortController()
  let rest = new AbortController()
  const wake = (): void => rest.abort()
  const keepTurning = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      rest = new AbortController()
      const hasMore = await options.turn(ending.signal).catch((error: unknown) => {
        options.log(error)
        return false
      })
      if (!hasMore) await sleep(options.pollEvery, undefined, { signal: rest.signal }).catch(() => undefined)
    }
  }
  const ended = keepTurning()
  const stop = async (): Promise<void> => {
    ending.abort()
    wake()
    await ended
  }
  return { wake, stop }
}
