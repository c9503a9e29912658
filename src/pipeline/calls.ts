// What one request asked of webhooks so far: so that a transaction which is run again asks nothing twice, and the whole has an end.
import { fail } from '../errors.ts'
import type { Outside, Verdict } from './outside.ts'

/** The answers by question, how many were asked, for how many milliseconds, and whether a slot is ours. */
export type Calls = {
  readonly answers: Map<string, Verdict>
  count: number
  spent: number
  hasSlot: boolean
}

/** How long a write waits for others that wait for answers. */
const longestWait = 5_000

/** Thrown out of a transaction that must let its connection go before it can wait for a slot. */
export const noSlot = Symbol('no slot')

/** Nothing was asked yet. */
export function startCalls(): Calls {
  return { answers: new Map(), count: 0, spent: 0, hasSlot: false }
}

/** Counts calls that are about to be made, and tells how long they may take. */
export function countCalls(calls: Calls, { limits }: Outside, count: number): number {
  calls.count += count
  if (calls.count > limits.calls)
    throw fail(
      'LIMIT_EXCEEDED',
      `One mutation may call at most ${limits.calls} webhooks that it waits for, and this one needs ${calls.count} or more; write fewer records at a time`,
    )
  const left = limits.callsTimeout - calls.spent
  if (left > 0) return Math.min(limits.callTimeout, left)
  throw fail('WEBHOOK_REFUSED', `The webhooks took more than ${limits.callsTimeout / 1000} s in all`)
}

/** Takes a slot, or throws `noSlot`. */
export function needSlot(calls: Calls, { slots }: Outside): void {
  if (calls.hasSlot) return
  if (!slots.tryTake()) throw noSlot
  calls.hasSlot = true
}

/** Waits for a slot outside of any transaction. */
export async function awaitSlot(calls: Calls, outside: Outside | undefined): Promise<void> {
  calls.hasSlot = (await outside?.slots.take(longestWait)) ?? false
  if (!calls.hasSlot)
    throw fail(
      'LIMIT_EXCEEDED',
      'Too many writes wait for the answers of webhooks; nothing was changed, so try again',
      undefined,
      { retryAfter: longestWait / 1000 },
    )
}

/** Gives the slot back. What was answered is kept only for a run of the same request on other definitions. */
export function endCalls(calls: Calls, outside: Outside | undefined, willRunAgain: boolean): void {
  if (calls.hasSlot) outside?.slots.release()
  calls.hasSlot = false
  if (willRunAgain) return
  calls.answers.clear()
  calls.count = 0
  calls.spent = 0
}
