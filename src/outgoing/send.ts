// Sends one request to the outside: no redirects, no private addresses, an end in time, and of the reply only its beginning.
import { lookup as lookUp } from 'node:dns'
import { Agent, buildConnector, type Dispatcher } from 'undici'
import { usualLimits } from '../config/limits.ts'
import { AppError, fail } from '../errors.ts'
import { checkLookUp, findUrlProblem, isPublic } from './addresses.ts'
import { fillHeaders, redact, type Variables } from './headers.ts'

/** Which addresses may be reached, and what the places in headers stand for. */
export type Reach = Readonly<{
  /** Opens http and private addresses; for development. */
  allowPrivate: boolean
  variables: Variables
  /** Bytes of a reply that are kept. */
  mostReply?: number
}>

/** One request; a body is JSON. `headers` may have places for variables, `signed` goes along as it is. */
export type Request = Readonly<{
  url: string
  method: Method
  headers: Readonly<Record<string, string>>
  signed: Readonly<Record<string, string>>
  body: string
  /** Milliseconds for everything, from the look-up of the name to the end of the reply. */
  timeout: number
  signal?: AbortSignal
  /** What must not be seen in the reply, beside the values of variables. */
  hidden?: string
}>
export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
export type Method = (typeof methods)[number]

/** What came of it. A reply is text without the values of variables, no longer than what is kept; `retryAfter` is in milliseconds. */
export type Outcome = Readonly<{ milliseconds: number }> &
  (
    | Readonly<{ kind: 'answered'; status: number; text: string; retryAfter?: number }>
    | Readonly<{ kind: 'failed' /** A sentence. */; reason: string }>
  )

export type Sender = Readonly<{
  send(request: Request): Promise<Outcome>
  /** Ends all connections; requests under way fail. */
  close(): Promise<void>
}>

const connectTimeout = 5_000

/** Makes a sender with connections of its own, each checked when it is opened. `resolve` is how names are looked up. */
export function createSender(reach: Reach, resolve: typeof lookUp = lookUp): Sender {
  const agent = new Agent({ connect: createConnector(reach, resolve), pipelining: 1, connections: 64 })
  return {
    async send(request) {
      const started = performance.now()
      const tell = <T>(outcome: T) => ({ ...outcome, milliseconds: Math.round(performance.now() - started) })
      try {
        return tell({ kind: 'answered' as const, ...(await exchange(agent, reach, request)) })
      } catch (error) {
        return tell({ kind: 'failed' as const, reason: tellReason(error, request) })
      }
    },
    close: () => agent.destroy(),
  }
}

/** A literal address is never looked up, so what was connected to is looked at too. */
function createConnector({ allowPrivate }: Reach, resolve: typeof lookUp): buildConnector.connector {
  if (allowPrivate) return buildConnector({ timeout: connectTimeout })
  const connect = buildConnector({ timeout: connectTimeout, lookup: checkLookUp(resolve) })
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error) return callback(error, null)
      if (isPublic(socket.remoteAddress ?? '')) return callback(null, socket)
      socket.destroy()
      callback(fail('FORBIDDEN', `${options.hostname} leads to a private address`), null)
    })
}

type Answer = Readonly<{ status: number; text: string; retryAfter?: number }>

async function exchange(agent: Agent, reach: Reach, request: Request): Promise<Answer> {
  const { url, method, body, timeout, signal } = request
  const problem = findUrlProblem(url, reach.allowPrivate)
  if (problem !== undefined) throw fail('FORBIDDEN', `The address ${problem}`)
  const { origin, pathname, search } = new URL(url)
  const ending = AbortSignal.timeout(timeout)
  const reply = await agent.request({
    origin,
    path: `${pathname}${search}`,
    method,
    headers: {
      ...fillHeaders(request.headers, reach.variables),
      'content-type': 'application/json',
      'user-agent': 'metaloom',
      ...request.signed,
    },
    ...(method === 'GET' ? {} : { body }),
    signal: signal ? AbortSignal.any([signal, ending]) : ending,
  })
  const text = await readBeginning(reply.body, reach.mostReply ?? usualLimits.replyBytes)
  const retryAfter = readRetryAfter(reply.headers['retry-after'])
  return {
    status: reply.statusCode,
    text: redact(text, [...Object.values(reach.variables), request.hidden ?? '']),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  }
}

/** The status is the answer; a body that is long, slow or broken takes nothing from it. */
async function readBeginning(body: Dispatcher.ResponseData['body'], most: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      chunks.push(chunk)
      size += chunk.length
      if (size >= most) break
    }
  } catch {
    body.destroy()
  }
  return Buffer.concat(chunks).subarray(0, most).toString().replaceAll('\0', '')
}

/** Seconds, or a date. */
function readRetryAfter(value: string | readonly string[] | undefined): number | undefined {
  if (typeof value !== 'string') return undefined
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now())
}

/** A sentence for administrators. */
function tellReason(error: unknown, { timeout }: Request): string {
  if (!(error instanceof Error)) return 'The endpoint could not be reached'
  if (error instanceof AppError) return error.message
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  if (error.name === 'TimeoutError') return `The endpoint did not answer within ${timeout / 1000} s`
  if (error.name === 'AbortError') return 'The request was given up'
  return `The endpoint could not be reached (${code})`
}
