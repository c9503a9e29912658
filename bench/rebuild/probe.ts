// Finds how long the event loop stood still while something ran.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'

/** A histogram that was just reset sees no lateness before its timer has fired once. */
const settling = 20

/**
 * Milliseconds. `time` from start to end; `gap` the longest time between two turns of the event loop, seen by
 * setImmediate; `delay` the longest lateness of a 1 ms timer, seen by perf_hooks.
 */
export type Stall = Readonly<{ time: number; gap: number; delay: number }>

export async function probe(work: () => Promise<void>): Promise<Stall> {
  const delays = monitorEventLoopDelay({ resolution: 1 })
  delays.enable()
  await wait(settling)
  delays.reset()
  await wait(settling)
  const turns = watchTurns()
  const start = performance.now()
  await work()
  const time = performance.now() - start
  const gap = await turns.stop()
  await wait(settling)
  delays.disable()
  return { time, gap, delay: delays.max / 1e6 }
}

function watchTurns(): Readonly<{ stop(): Promise<number> }> {
  let longest = 0
  let isOn = true
  let last = performance.now()
  let finish: (() => void) | undefined
  const turn = (): void => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    if (isOn) setImmediate(turn)
    else finish?.()
  }
  setImmediate(turn)
  return {
    stop: async () => {
      isOn = false
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      return longest
    },
  }
}
