// Lets as many requests of an app work at once as its connections can serve; others wait for a moment, or are refused.
import { fail } from '../../errors.ts'

/** A request that was let in; `leave` ends it, once. One that `hasAnswered` holds no place any more, though it may go on. */
export type Guest = Readonly<{ hasAnswered(): boolean }>
type Waiting = Readonly<{ guest: Guest; until: number; enter(): void; refuse(): void }>

export type Gate = Readonly<{
  /** Resolves when the request may work, to what it calls at its end. LIMIT_EXCEEDED when there is no place in time. */
  enter(guest: Guest): Promise<() => void>
  /** How many are inside or wait. */
  count(): number
}>

/** Milliseconds that a request waits for a place, how often places are counted meanwhile, and how many may wait. */
const mostWait = 2_000
const lookEvery = 20
const mostWaiting = 1_000

/** A gate for at most so many at once. */
export function createGate(app: string, most: number): Gate {
  const inside = new Set<Guest>()
  const waiting: Waiting[] = []
  let timer: NodeJS.Timeout | undefined

  const countBusy = (): number => [...inside].filter((guest) => !guest.hasAnswered()).length
  const look = (): void => {
    for (let busy = countBusy(); busy < most && waiting.length > 0; busy++) waiting.shift()?.enter()
    const now = performance.now()
    while (waiting[0] && waiting[0].until <= now) waiting.shift()?.refuse()
    if (waiting.length > 0) return
    clearInterval(timer)
    timer = undefined
  }
  const letIn = (guest: Guest): (() => void) => {
    inside.add(guest)
    return () => {
      if (inside.delete(guest) && waiting.length > 0) look()
    }
  }
  const enter = async (guest: Guest): Promise<() => void> => {
    if (waiting.length === 0 && (inside.size < most || countBusy() < most)) return letIn(guest)
    if (waiting.length >= mostWaiting) throw refuse(app)
    await new Promise<void>((resolve, reject) => {
      const until = performance.now() + mostWait
      waiting.push({
        guest,
        until,
        enter: () => {
          inside.add(guest)
          resolve()
        },
        refuse: () => reject(refuse(app)),
      })
      timer ??= setInterval(look, lookEvery)
    })
    return letIn(guest)
  }
  return { enter, count: () => inside.size + waiting.length }
}

function refuse(app: string) {
  const message = `The app ${JSON.stringify(app)} has more requests at work than its connections can serve; try again later`
  return fail('LIMIT_EXCEEDED', message, undefined, { retryAfter: 1 })
}
