// Says that a piece of work begins and ends, to whoever follows in this process; costs a look when nobody does.
import { tracingChannel } from 'node:diagnostics_channel'

/** Names are few: no ids, no values. `facts` tell the rest. */
export type Work = {
  readonly kind: 'request' | 'operation' | 'stage' | 'statement' | 'attempt'
  readonly name: string
  readonly facts: Readonly<Record<string, string | number>>
  /** Where it comes from, as the header `traceparent` of the request said; without one, what runs around it. */
  readonly parent?: string | undefined
  /** The trace that it belongs to where nothing runs around it: 32 hexadecimal digits. */
  readonly traceId?: string | undefined
  /** What it is called in a `traceparent` to others; set when it begins, if somebody follows. */
  traceparent?: string
}

/** Where followers subscribe; `start` can carry a value along to all that is done within. */
export const workChannel = tracingChannel<unknown, Work>('metaloom:work')

/** Whether anybody follows. */
export function isFollowed(): boolean {
  return workChannel.hasSubscribers
}

/** Does the work, and tells of it if anybody follows. */
export async function tellWork<T>(work: Work, run: () => Promise<T>): Promise<T> {
  return await (workChannel.hasSubscribers ? workChannel.tracePromise(run, work) : run())
}

/** Whether a text can be the id of a trace. */
export function isTraceId(text: string): boolean {
  return /^(?!0{32})[0-9a-f]{32}$/.test(text)
}

/** The id of the trace that a `traceparent` names; undefined where it is none as W3C has them. */
export function readTraceId(traceparent: unknown): string | undefined {
  const pattern = /^(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-|$)/
  return typeof traceparent === 'string' ? pattern.exec(traceparent)?.[1] : undefined
}
