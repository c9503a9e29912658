// What the pipeline is handed to reach the rest of the world with; it knows neither addresses nor connections.
import type { Limits } from '../config/limits.ts'
import type { Sql } from '../database/connect.ts'
import type { ReadyWebhook } from '../metadata/webhooks.ts'

/** A call that a write waits for: whom, the message, and for how many milliseconds at most. */
export type Question = Readonly<{ webhook: ReadyWebhook; id: string; body: string; timeout: number }>

/** What was answered; `refusal` says why not, in words for the caller, and is absent where the write may go on. */
export type Verdict = Readonly<{ refusal?: string }>

/** How many transactions may wait for answers at a time: each holds a connection meanwhile. */
export type Slots = Readonly<{
  /** Takes a slot if one is free. */
  tryTake(): boolean
  /** Waits for a slot, at most so many milliseconds; false when there was none. */
  take(timeout: number): Promise<boolean>
  release(): void
}>

export type Outside = Readonly<{
  /** Says that events wait to be delivered; called after the commit that left some. */
  wake(): void
  /** Calls all at once and waits; no answer is a refusal. The transaction looks up what they are signed with. */
  ask(sql: Sql, questions: readonly Question[]): Promise<readonly Verdict[]>
  slots: Slots
  limits: Pick<Limits, 'calls' | 'callTimeout' | 'callsTimeout'>
}>
