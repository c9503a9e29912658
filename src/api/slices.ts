// Long work in slices: between two of them requests get the time that they can use.
import { setImmediate as nextTurn } from 'node:timers/promises'

/** Milliseconds that a slice holds the event loop, and those that it gives way for at most while others have work. */
const sliceTime = 2
const mostPause = 6
/** A turn of the event loop that takes longer than so many milliseconds did work for others. */
const idleTurn = 0.2

/** Begins the first slice; what is returned is called between small pieces of the work, and waits once a slice is over. */
export function startSlice(): () => Promise<void> {
  let started = performance.now()
  return async () => {
    if (performance.now() - started < sliceTime) return
    const until = performance.now() + mostPause
    let turnStarted: number
    do {
      turnStarted = performance.now()
      await nextTurn()
      started = performance.now()
    } while (started - turnStarted > idleTurn && started < until)
  }
}
