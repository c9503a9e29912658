// All replicas of a process, and the readers that apps have on them: which may answer a query is decided here.
import type { Edition } from '../../api/edition.ts'
import type { Config } from '../../config.ts'
import { connect, type Pool } from '../../database/connect.ts'
import { withDatabase } from '../../database/databases.ts'
import { type Place, type Position, readPosition, readPrimary } from '../../database/position.ts'
import type { Log } from '../../log.ts'
import { startFloor } from './floor.ts'
import { type Replica, watchReplica } from './replica.ts'

/** A replica that may answer: its pool, and a signal that is aborted when it is lost. */
export type Reading = Readonly<{ pool: Pool; signal: AbortSignal }>

/** The replicas of one app. */
export type Reader = Readonly<{
  /** One that has the definitions of the edition and all up to the position; undefined when the primary has to answer. */
  find(edition: Edition, after: Position): Reading | undefined
  stop(): Promise<void>
}>

export type Replicas = Readonly<{
  /** Opens the replicas of the app with this database; `primary` is its pool. No connection is made before it is needed. */
  open(url: string, primary: Pool): Reader
  stop(): Promise<void>
}>

type ReplicasOptions = Readonly<{ url: string; primary: Pool; config: Config; log: Log }>

/** Watches the replicas that are configured, of which `url` names the platform's database; undefined when there are none. */
export function startReplicas({ url, primary, config, log }: ReplicasOptions): Replicas | undefined {
  if (config.replicas.length === 0) return undefined
  const { prepare, limits } = config
  const floor = startFloor(
    () => readPrimary(primary),
    (error) =>
      log.warn({ error: String(error) }, 'no replica is used: the primary does not tell where it is'),
  )
  const replicas = config.replicas.map((each) => {
    const place = new URL(each).host
    const tell = (problem: string | undefined): void => {
      if (problem === undefined) log.info({ replica: place }, 'a replica answers')
      else log.warn({ replica: place, error: problem }, 'a replica is not used')
    }
    return watchReplica({ url: onReplica(each, url), prepare, tell })
  })
  return {
    open(own, pool) {
      const seats = replicas.map((replica) => {
        const open = () => connect(onReplica(replica.url, own), { max: limits.pool, prepare, limits })
        return createSeat(replica, open)
      })
      const know = createKnowledge(pool)
      let turn = 0
      return {
        find(edition, after) {
          const [defined, oldest] = [know(edition), floor.read()]
          if (defined === undefined || oldest === undefined) return undefined
          const position = [defined, after, oldest.position].reduce((one, other) =>
            one > other ? one : other,
          )
          const least = { position, line: oldest.line }
          for (let tries = 0; tries < seats.length; tries++) {
            const reading = seats[turn++ % seats.length]?.read(least)
            if (reading) return reading
          }
          return undefined
        },
        stop: async () => void (await Promise.all(seats.map((seat) => seat.stop()))),
      }
    },
    async stop() {
      floor.stop()
      await Promise.all(replicas.map((replica) => replica.stop()))
    },
  }
}

/** The database of the same name on the replica. */
function onReplica(replica: string, url: string): string {
  return withDatabase(replica, decodeURIComponent(new URL(url).pathname.slice(1)))
}

type Seat = Readonly<{ read(least: Place): Reading | undefined; stop(): Promise<void> }>

/** The pool of an app on a replica; when that was lost and is back the pool is a new one, since old connections may hang. */
function createSeat(replica: Replica, open: () => Pool): Seat {
  let current: Reading | undefined
  const drop = async (timeout: number): Promise<void> => {
    await current?.pool.end({ timeout }).catch(() => undefined)
  }
  return {
    read(least) {
      const state = replica.read()
      if (state?.line !== least.line || state.position < least.position) return undefined
      if (current?.signal !== state.signal) {
        void drop(0)
        current = { pool: open(), signal: state.signal }
      }
      return current
    },
    stop: () => drop(1),
  }
}

/** From which position on the definitions of an edition are there: asked once it is there, so that it lies behind them. */
function createKnowledge(primary: Pool) {
  const known = new WeakMap<Edition, Position | 'asked'>()
  const ask = async (edition: Edition): Promise<void> => {
    known.set(edition, 'asked')
    try {
      known.set(edition, await readPosition(primary))
    } catch {
      // The next query asks again.
      known.delete(edition)
    }
  }
  return (edition: Edition): Position | undefined => {
    const found = known.get(edition)
    if (found === undefined) void ask(edition)
    return typeof found === 'bigint' ? found : undefined
  }
}
