// Watches one replica: how far it has come, and whether it answers at all.
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '../../database/connect.ts'
import { type Place, readReplica } from '../../database/position.ts'

/** `signal` is aborted when it is lost; until it answers again there is no position. */
export type Replica = Readonly<{
  url: string
  read(): (Place & Readonly<{ signal: AbortSignal }>) | undefined
  stop(): Promise<void>
}>

type ReplicaOptions = Readonly<{ url: string; prepare: boolean; tell(problem: string | undefined): void }>

/** Milliseconds between two looks, and for how long it may be silent. */
const lookEvery = 100
const mostSilence = 1_000

/** Begins to watch; `tell` is called when it is lost, with why, and when it is back. */
export function watchReplica({ url, prepare, tell }: ReplicaOptions): Replica {
  const ending = new AbortController()
  let pool = connect(url, { max: 1, prepare })
  let place: Place | undefined
  let losing = new AbortController()
  let isTold = false

  const lose = (problem: string): void => {
    place = undefined
    losing.abort()
    if (!isTold) tell(problem)
    isTold = true
    // A connection that was cut without a word would never answer.
    void pool.end({ timeout: 0 }).catch(() => undefined)
    pool = connect(url, { max: 1, prepare })
  }
  const look = async (): Promise<void> => {
    const found = await within(mostSilence, readReplica(pool))
    if (found === undefined) throw new Error('it follows no other server')
    if (losing.signal.aborted) losing = new AbortController()
    if (isTold) tell(undefined)
    isTold = false
    place = found
  }
  const watch = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await look().catch((error: unknown) => {
        if (!ending.signal.aborted) lose(error instanceof Error ? error.message : String(error))
      })
      await sleep(lookEvery, undefined, { ref: false, signal: ending.signal }).catch(() => undefined)
    }
  }
  const watching = watch()
  return {
    url,
    read: () => place && { ...place, signal: losing.signal },
    async stop() {
      ending.abort()
      await pool.end({ timeout: 0 })
      await watching
    },
  }
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const ending = new AbortController()
  const silence = sleep(milliseconds, undefined, { ref: false, signal: ending.signal }).then(() => {
    throw new Error(`it has been silent for ${milliseconds} milliseconds`)
  })
  silence.catch(() => undefined)
  try {
    return await Promise.race([work, silence])
  } finally {
    ending.abort()
    work.catch(() => undefined)
  }
}
