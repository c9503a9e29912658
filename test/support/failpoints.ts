// Points of a write, and of what follows it, at which a process ends itself; it finds them in what it is about to send.
import { Socket } from 'node:net'

/** Where one lies: behind the n-th `start` on a connection to PostgreSQL, at `at`; or at a request by HTTP. */
type Place = Readonly<{ start: RegExp; at: RegExp; isSent?: true } | { request: RegExp }>

const insert = /insert into "invoices"/
/** What the action of a step of a workflow writes. */
const letter = /insert into "letters"/
/** Those that end in "was sent" lie behind their statement, all others before it. */
const places = {
  "before the parent's insert": { start: insert, at: insert },
  "after the parent's insert": { start: insert, at: /insert into "invoice_items"/ },
  "after the children's insert": { start: insert, at: /insert into "tax_lines"/ },
  'before the commit': { start: insert, at: /^commit/ },
  'when the commit was sent': { start: insert, at: /^commit/, isSent: true },
  'before events become deliveries': { start: /insert into _deliveries/, at: /insert into _deliveries/ },
  'after the claim': { request: /^POST \/hook/ },
  'after the answer of the receiver': {
    start: /insert into _delivery_attempts/,
    at: /insert into _delivery_attempts/,
  },
  "before the action's write": { start: letter, at: letter },
  "after the action's write": { start: letter, at: /insert into _workflow_history/ },
  'before the next step is due': { start: letter, at: /update _workflow_instances/ },
  'before the commit of the step': { start: letter, at: /^commit/ },
  'when the commit of the step was sent': { start: letter, at: /^commit/, isSent: true },
} as const satisfies Readonly<Record<string, Place>>

export type Failpoint = keyof typeof places

/** The points of a nested write. */
export const writeFailpoints: readonly Failpoint[] = [
  "before the parent's insert",
  "after the parent's insert",
  "after the children's insert",
  'before the commit',
  'when the commit was sent',
]
/** The points between a write and the end of its delivery. */
export const deliveryFailpoints: readonly Failpoint[] = [
  'before events become deliveries',
  'after the claim',
  'after the answer of the receiver',
]

/** The points of a step of a workflow. */
export const stepFailpoints: readonly Failpoint[] = [
  "before the action's write",
  "after the action's write",
  'before the next step is due',
  'before the commit of the step',
  'when the commit of the step was sent',
]

/** What is known of a connection to PostgreSQL: its prepared statements, and whether the fatal one runs on it. */
type Connection = { readonly texts: Map<string, string>; isFatal: boolean }

/** Ends this process by SIGKILL when it comes to the point for the `count`-th time, counted from 1, behind its first write. */
export function armFailpoint(point: Failpoint, count: number): void {
  const place: Place = places[point]
  const connections = new WeakMap<Socket, Connection>()
  const send = Socket.prototype.write as (this: Socket, chunk: unknown, ...rest: unknown[]) => boolean
  let begun = 0
  let hasWritten = false
  Socket.prototype.write = function (this: Socket, chunk: unknown, ...rest: unknown[]): boolean {
    const buffer = readChunk(chunk)
    if (isStartup(buffer)) connections.set(this, { texts: new Map(), isFatal: false })
    const connection = connections.get(this)
    if (hasWritten && isRequest(place, buffer) && ++begun === count) end()
    if (connection === undefined || isStartup(buffer)) return send.call(this, chunk, ...rest)
    for (const text of listExecuted(buffer, connection.texts)) {
      hasWritten ||= insert.test(text) || letter.test(text)
      if ('request' in place || !hasWritten) continue
      if (place.start.test(text)) connection.isFatal = ++begun === count
      if (!connection.isFatal || !place.at.test(text)) continue
      if (place.isSent) return send.call(this, chunk, end)
      end()
    }
    return send.call(this, chunk, ...rest)
  }
}

function isRequest(place: Place, buffer: Buffer): boolean {
  return 'request' in place && place.request.test(buffer.toString('latin1', 0, 100))
}

function readChunk(chunk: unknown): Buffer {
  if (typeof chunk === 'string') return Buffer.from(chunk)
  return chunk instanceof Uint8Array ? Buffer.from(chunk) : Buffer.alloc(0)
}

function end(): void {
  process.kill(process.pid, 'SIGKILL')
}

/** A connection opens with its length and the version 3.0 of the protocol. */
function isStartup(buffer: Buffer): boolean {
  return buffer.length > 8 && buffer.readInt32BE(4) === 0x30000
}

/** The SQL texts that a run of messages executes; notes those that it prepares. */
function listExecuted(buffer: Buffer, texts: Map<string, string>): readonly string[] {
  const executed: string[] = []
  for (let at = 0; at + 5 <= buffer.length; at += 1 + buffer.readInt32BE(at + 1)) {
    const kind = String.fromCharCode(buffer.readUInt8(at))
    const [first = '', second = ''] = buffer
      .toString('utf8', at + 5, at + 1 + buffer.readInt32BE(at + 1))
      .split('\0')
    if (kind === 'P') texts.set(first, second)
    else if (kind === 'Q') executed.push(first)
    else if (kind === 'B') executed.push(texts.get(second) ?? '')
  }
  return executed
}
