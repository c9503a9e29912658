// How long a message that was not taken waits before it is tried again.
import type { Limits } from '../config/limits.ts'
import type { Retry } from '../metadata/webhook.ts'

const growth = 5
const step = 12
/** A pause is so much shorter or longer than planned, by chance, so that many do not come back at once. */
const jitter = 0.2

/** A try that failed: the number of tries so far, and how long the receiver asked to be let alone. */
export type Failure = Readonly<{ attempts: number; retryAfter?: number }>

/**
 * Milliseconds to the next try. The pause behind the first one makes the others: 5 s make 5 s, 25 s, 2 min ... or 1 min,
 * 2 min, 3 min ... No pause is longer than the longest, whatever a receiver asks for.
 */
export function choosePause(
  { backoff }: Retry,
  { firstPause: first, longestPause: longest }: Pick<Limits, 'firstPause' | 'longestPause'>,
  { attempts, retryAfter = 0 }: Failure,
): number {
  const planned = backoff === 'linear' ? first * step * attempts : first * growth ** (attempts - 1)
  const spread = planned * (1 - jitter + Math.random() * 2 * jitter)
  return Math.round(Math.min(longest, Math.max(spread, retryAfter)))
}
