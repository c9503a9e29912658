// How far a replica must have come for any query: what is older than some seconds is read by everybody.
import type { Position } from '../../database/position.ts'

/** Milliseconds that a replica may lie behind, and between two looks at the primary. */
const mostLag = 5_000
const lookEvery = 1_000

type Floor = Readonly<{ read(): Position; stop(): void }>

/** Notes where the primary is, now and then. While it does not answer, what was known last holds. */
export function startFloor(readPrimary: () => Promise<Position>): Floor {
  const seen: { at: number; position: Position }[] = []
  let floor: Position = 0n
  const look = async (): Promise<void> => {
    const at = performance.now()
    seen.push({ at, position: await readPrimary() })
    while (seen[0] && seen[0].at <= performance.now() - mostLag) floor = seen.shift()?.position ?? floor
  }
  const timer = setInterval(() => void look().catch(() => undefined), lookEvery)
  timer.unref()
  return { read: () => floor, stop: () => clearInterval(timer) }
}
