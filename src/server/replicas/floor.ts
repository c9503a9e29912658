// How far a replica must have come for any query, and in which log: what is older than some seconds is read by everybody.
import type { Place, Position } from '../../database/position.ts'

/** Milliseconds that a replica may lie behind, and between two looks at the primary. */
const mostLag = 5_000
const lookEvery = 1_000

export type Floor = Readonly<{
  /** Undefined before the primary was looked at. */
  read(): Place | undefined
  stop(): void
}>

/** Notes where the primary is, now and then. While it does not answer, what was known last holds; `tell` hears why, once. */
export function startFloor(readPrimary: () => Promise<Place>, tell: (error: unknown) => void): Floor {
  const seen: { at: number; position: Position }[] = []
  let floor: Place | undefined
  let isTold = false
  const look = async (): Promise<void> => {
    const at = performance.now()
    const { position, line } = await readPrimary()
    isTold = false
    // Another log has a count of its own.
    if (floor?.line !== line) {
      seen.length = 0
      floor = { position, line }
    }
    seen.push({ at, position })
    while (seen[0] && seen[0].at <= performance.now() - mostLag)
      floor = { position: seen.shift()?.position ?? position, line }
  }
  const lookSafely = (): void =>
    void look().catch((error: unknown) => {
      if (!isTold) tell(error)
      isTold = true
    })
  lookSafely()
  const timer = setInterval(lookSafely, lookEvery)
  timer.unref()
  return { read: () => floor, stop: () => clearInterval(timer) }
}
