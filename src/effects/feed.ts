// Tells those who follow an entity that something was written, by whatever instance; nothing is asked while nobody follows.
import { type Limits, usualLimits } from '../config/limits.ts'
import type { Pool } from '../database/connect.ts'
import { fail } from '../errors.ts'
import { findLastPlace, findStirred, type Place } from '../pipeline/reads/changes.ts'
import { startLoop } from './loop.ts'

/** One who follows; `wait` resolves once something may have happened to the entity since the last `mark`. */
export type Follower = Readonly<{
  mark(): void
  wait(): Promise<void>
  leave(): void
  /** Whether the feed ended, and not only this follower left. */
  isOver(): boolean
  /** Set when the follower left, or the feed ended. */
  signal: AbortSignal
}>

export type Feed = Readonly<{
  /** Begins to follow an entity; more than a client or an app may have at once is LIMIT_EXCEEDED. */
  follow(entity: string, client: string): Follower
  /** Says that this instance has written something. */
  wake(): void
  stop(): Promise<void>
}>

/** `pollEvery` is in milliseconds: how long what other instances write may stay unnoticed. */
export type FeedOptions = Readonly<{
  pool: Pool
  pollEvery: number
  limits?: FeedLimits
  log: (error: unknown) => void
}>
type FeedLimits = Pick<Limits, 'clientSubscriptions' | 'appSubscriptions'>

/** Whoever waits looks again after this many milliseconds, whatever is told. */
const mostWait = 5_000

type Waiting = { readonly entity: string; readonly client: string; isStirred: boolean; stir(): void }

export function startFeed({ pool, pollEvery, limits = usualLimits, log }: FeedOptions): Feed {
  const followers = new Set<Waiting>()
  const ending = new AbortController()
  let place: Place | undefined

  const turn = async (): Promise<boolean> => {
    if (followers.size === 0) {
      place = undefined
      return false
    }
    const stirred = await findStirred(pool, place ?? (await findLastPlace(pool)))
    const isFirst = place === undefined
    place = stirred.place
    for (const each of followers) if (isFirst || stirred.entities.includes(each.entity)) each.stir()
    return false
  }
  const loop = startLoop({ turn, pollEvery, log })

  const follow = (entity: string, client: string): Follower => {
    checkRoom(followers, client, limits)
    const leaving = new AbortController()
    const signal = AbortSignal.any([leaving.signal, ending.signal])
    const waiting = startWaiting(entity, client)
    signal.addEventListener('abort', () => waiting.stir(), { once: true })
    followers.add(waiting)
    loop.wake()
    return {
      signal,
      mark: () => {
        waiting.isStirred = false
      },
      wait: () => waitFor(waiting, signal),
      leave() {
        followers.delete(waiting)
        leaving.abort()
      },
      isOver: () => ending.signal.aborted,
    }
  }
  return {
    follow,
    wake: () => {
      if (followers.size > 0) loop.wake()
    },
    async stop() {
      ending.abort()
      await loop.stop()
    },
  }
}

function checkRoom(
  followers: ReadonlySet<Waiting>,
  client: string,
  { clientSubscriptions, appSubscriptions }: FeedLimits,
): void {
  const own = [...followers].filter((each) => each.client === client).length
  if (own >= clientSubscriptions)
    throw fail(
      'LIMIT_EXCEEDED',
      `You have ${own} subscriptions open; at most ${clientSubscriptions} are allowed at once`,
    )
  if (followers.size >= appSubscriptions)
    throw fail(
      'LIMIT_EXCEEDED',
      `This app has ${followers.size} subscriptions open here, as many as it may; try again later`,
    )
}

function startWaiting(entity: string, client: string): Waiting {
  const waiting: Waiting = {
    entity,
    client,
    isStirred: false,
    stir() {
      waiting.isStirred = true
    },
  }
  return waiting
}

async function waitFor(waiting: Waiting, signal: AbortSignal): Promise<void> {
  if (waiting.isStirred || signal.aborted) return
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, mostWait)
    waiting.stir = () => {
      waiting.isStirred = true
      clearTimeout(timer)
      resolve()
    }
  })
}
