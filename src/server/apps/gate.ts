// Lets as many requests of an app work at once as its connections can serve; others wait for a moment, or are refused.
import { fail } from '../../errors.ts'

/** A request that was let in; `leave` ends it, once. One that `hasAnswered` holds no place any more, though it may go on. */
export type Guest = Readonly<{ hasAnswered(): boolean }>
type Waiting = Readonly<{ until: number; enter(): void; refuse(): void }>

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
  const inside = createPlaces()
  const waiting: Waiting[] = []
  let timer: NodeJS.Timeout | undefined

  const look = (): void => {
    for (let busy = inside.countBusy(); busy < most && waiting.length > 0; busy++) waiting.shift()?.enter()
    const now = performance.now()
    while (waiting[0] && waiting[0].until <= now) waiting.shift()?.refuse()
    if (waiting.length > 0) return
    clearInterval(timer)
    timer = undefined
  }
  const letIn = (guest: Guest): (() => void) => {
    const leave = inside.add(guest)
    return () => {
      if (leave() && waiting.length > 0) look()
    }
  }
  const enter = async (guest: Guest): Promise<() => void> => {
    if (waiting.length === 0 && (inside.count() < most || inside.countBusy() < most)) return letIn(guest)
    if (waiting.length >= mostWaiting) throw refuse(app)
    return await new Promise<() => void>((resolve, reject) => {
      const until = performance.now() + mostWait
      waiting.push({
        until,
        enter: () => resolve(letIn(guest)),
        refuse: () => reject(refuse(app)),
      })
      timer ??= setInterval(look, lookEvery)
    })
  }
  return { enter, count: () => inside.count() + waiting.length }
}

type Places = Readonly<{
  /** Takes a place; what is returned leaves it, and tells whether that was the first time. */
  add(guest: Guest): () => boolean
  count(): number
  countBusy(): number
}>

/**
 * Who is inside. An array whose places are used again: a Set makes a new table every few requests, each old one leads to
 * the next, and so the collector of young objects would keep every request until the whole heap is looked through.
 */
function createPlaces(): Places {
  const places: (Guest | undefined)[] = []
  const free: number[] = []
  return {
    add(guest) {
      const place = free.pop() ?? places.length
      places[place] = guest
      return () => {
        if (places[place] !== guest) return false
        places[place] = undefined
        free.push(place)
        return true
      }
    },
    count: () => places.length - free.length,
    countBusy: () => places.filter((guest) => guest?.hasAnswered() === false).length,
  }
}

function refuse(app: string) {
  const message = `The app ${JSON.stringify(app)} has more requests at work than its connections can serve; try again later`
  return fail('LIMIT_EXCEEDED', message, undefined, { retryAfter: 1 })
}
