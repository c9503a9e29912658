// One try to deliver a message: to whom, whether it was taken, and what follows when it was not.
import type { Limits } from '../config/limits.ts'
import type { Row } from '../database/connect.ts'
import { isTraceId, tellWork, type Work } from '../log/work.ts'
import { readRevision } from '../metadata/store.ts'
import { type Retry, usualRetry } from '../metadata/webhook.ts'
import { type Method, methods, type Outcome, type Sender } from '../outgoing/send.ts'
import { signMessage } from '../outgoing/sign.ts'
import { isObject } from '../reader.ts'
import { unseal } from './account-event.ts'
import { type Claimed, type Fate, giveBack, settle } from './claim.ts'
import type { Home } from './dispatch.ts'
import { disableEndpoint, listSecrets } from './endpoint.ts'
import { choosePause } from './pauses.ts'

/** Hears of each try: whether the message was taken, refused, or did not get there. */
export type NoteAttempt = (outcome: 'taken' | 'refused' | 'failed') => void

/** What it takes to send. */
export type Post = Home &
  Readonly<{
    sender: Sender
    /** What the secrets of the endpoints are made of. */
    key: Buffer
    limits: Pick<Limits, 'attemptTimeout' | 'firstPause' | 'longestPause'>
    noteAttempt?: NoteAttempt
  }>

/** Whom to call, and how. */
export type Target = Readonly<{
  url: string
  method: Method
  headers: Readonly<Record<string, string>>
  retry: Retry
}>

/** Tries once and notes what came of it; a try that is given up because the server stops counts as none. */
export async function attempt(post: Post, claimed: Claimed, signal: AbortSignal): Promise<void> {
  const target = await findTarget(post, claimed)
  if (target === undefined) return await bury(post, claimed, 'The webhook was deleted')
  const opened = openBody(post, claimed)
  if (opened === undefined)
    return await bury(post, claimed, 'The token cannot be read: the secret of the server has changed')
  const { requestId } = claimed
  const trace = requestId !== null && isTraceId(requestId) ? { traceId: requestId } : {}
  const parcel = { target, id: claimed.id, signal, ...trace, ...opened }
  const outcome = await sendSigned(post, parcel, listSecrets(post.key, claimed))
  if (signal.aborted && outcome.kind === 'failed') return await giveBack(post.pool, claimed)
  post.noteAttempt?.(isTaken(outcome) ? 'taken' : outcome.kind === 'answered' ? 'refused' : 'failed')
  await settle(post.pool, claimed, decide(post, claimed, target, outcome), outcome)
  if (outcome.kind === 'answered' && outcome.status === gone)
    await disableEndpoint(post.pool, claimed.endpoint)
}

const gone = 410

/** Gives up what cannot be sent at all. */
async function bury({ pool }: Post, claimed: Claimed, error: string): Promise<void> {
  await settle(pool, claimed, { state: 'dead', error }, { kind: 'failed', reason: error, milliseconds: 0 })
}

/** A token goes to the receiver only, and out of no reply of theirs into our log. */
function openBody({ key }: Post, { body, sealed }: Claimed): Pick<Parcel, 'body' | 'hidden'> | undefined {
  if (sealed === null) return { body }
  try {
    const { body: whole, token } = unseal(key, body, sealed)
    return { body: whole, hidden: token }
  } catch {
    return undefined
  }
}

/** The newest definition counts; one that this instance does not know may be newer than its edition. */
async function findTarget(post: Post, { webhook, target }: Claimed): Promise<Target | undefined> {
  if (webhook === null) return readTarget(target ?? {})
  const known = post.readRegistry().webhooks.get(webhook)
  if (known) return known
  await post.reload(await readRevision(post.pool))
  return post.readRegistry().webhooks.get(webhook)
}

/** The definition of an action's call; it was checked when it was saved. */
function readTarget({ url, method, headers, retry }: Row): Target {
  const { max_attempts: most, backoff } = isObject(retry) ? retry : {}
  return {
    url: String(url),
    method: methods.find((each) => each === method) ?? 'POST',
    headers: isObject(headers) ? (headers as Record<string, string>) : {},
    retry: {
      maxAttempts: typeof most === 'number' && most >= 1 ? most : usualRetry.maxAttempts,
      backoff: backoff === 'linear' ? 'linear' : 'exponential',
    },
  }
}

/** A message and where it goes. */
export type Parcel = Readonly<{
  target: Pick<Target, 'url' | 'method' | 'headers'>
  id: string
  body: string
  signal?: AbortSignal
  /** What no log may show of the reply. */
  hidden?: string
  /** The trace of the request that led to it; where there is none, that of what runs around. */
  traceId?: string
}>

/** Signs with each of the secrets and sends, within so many milliseconds. */
export async function sendSigned(
  { sender, limits }: Pick<Post, 'sender' | 'limits'>,
  { target, id, body, signal, hidden, traceId }: Parcel,
  secrets: readonly Buffer[],
  timeout = limits.attemptTimeout,
): Promise<Outcome> {
  const { url, method, headers } = target
  const sent = method === 'GET' ? '' : body
  const timestamp = Math.floor(Date.now() / 1000)
  const signed = signMessage(secrets, { id, timestamp, body: sent })
  const facts = {
    'http.request.method': method,
    'server.address': URL.canParse(url) ? new URL(url).host : '',
    'messaging.message.id': id,
  }
  const work: Work = { kind: 'attempt', name: `webhook ${method}`, facts, traceId }
  return await tellWork(work, () =>
    sender.send({
      url,
      method,
      headers,
      signed: work.traceparent === undefined ? signed : { ...signed, traceparent: work.traceparent },
      body: sent,
      timeout,
      ...(signal ? { signal } : {}),
      ...(hidden === undefined ? {} : { hidden }),
    }),
  )
}

function decide({ limits }: Post, { attempts }: Claimed, { retry }: Target, outcome: Outcome): Fate {
  if (isTaken(outcome)) return { state: 'delivered' }
  const error = outcome.kind === 'failed' ? outcome.reason : `The endpoint answered ${outcome.status}`
  const isGone = outcome.kind === 'answered' && outcome.status === gone
  if (isGone || attempts >= retry.maxAttempts) return { state: 'dead', error }
  const wish = outcome.kind === 'answered' ? outcome.retryAfter : undefined
  const failure = { attempts, ...(wish === undefined ? {} : { retryAfter: wish }) }
  return { state: 'waiting', error, pause: choosePause(retry, limits, failure) }
}

/** Whether the receiver took the message: anything but 2xx means no. */
export function isTaken(outcome: Outcome): boolean {
  return outcome.kind === 'answered' && outcome.status >= 200 && outcome.status < 300
}
