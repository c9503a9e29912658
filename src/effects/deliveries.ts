// Everything that delivers events of one app: starts it, wakes it, stops it. Several processes may do so on one database.
import type { Limits } from '../config/limits.ts'
import { follow } from '../database/listen.ts'
import type { Outside } from '../pipeline/outside.ts'
import { askEndpoints } from './ask.ts'
import type { Post } from './attempt.ts'
import { cleanUp } from './clean-up.ts'
import { deliveriesChannel, dispatch } from './dispatch.ts'
import { startLoop } from './loop.ts'
import { startSending } from './send-loop.ts'
import { createSlots } from './slots.ts'

export type DeliveryOptions = Post &
  Readonly<{
    /** Of the app's database; a connection of its own listens there. */
    url: string
    /** How often to look without having been told, in milliseconds. */
    pollEvery: number
    /** How many transactions may wait for webhooks at a time. */
    slots: number
    limits: Limits
    log: (error: unknown) => void
  }>

export type Deliveries = Readonly<{
  /** What the pipeline is handed. */
  outside: Outside
  /** Says that deliveries are due that were not before. */
  send(): void
  /** Hands back what is not done with, and resolves when nothing is under way any more. */
  stop(): Promise<void>
}>

const cleanUpEvery = 60_000
/** The loops look for themselves; the follower need only say when it listens again. */
const followerPoll = 60_000

/** Starts to deliver. A write wakes its own process; that one tells the others when there is something to send. */
export async function startDeliveries(options: DeliveryOptions): Promise<Deliveries> {
  const { pool, url, pollEvery, log, sender, slots, limits } = options
  const sending = startSending(options)
  const dispatching = startLoop({ turn: (signal) => dispatch(options, signal), pollEvery, log })
  const cleaning = startLoop({ turn: () => cleanUp(pool), pollEvery: cleanUpEvery, log })
  const follower = await follow({
    url,
    channel: deliveriesChannel,
    onNotify: sending.wake,
    onPoll: sending.wake,
    pollEvery: followerPoll,
    log,
  })
  return {
    outside: {
      wake: dispatching.wake,
      ask: (sql, questions) => askEndpoints(options, sql, questions),
      slots: createSlots(slots),
      limits,
    },
    send: sending.wake,
    async stop() {
      await follower.stop()
      await Promise.all([cleaning.stop(), dispatching.stop()])
      await sending.stop()
      await sender.close()
    },
  }
}
