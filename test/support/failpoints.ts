// Points of a nested write at which a process ends itself; it finds them in what it is about to send to PostgreSQL.
import { Socket } from 'node:net'

/** The points, by the statement at which each lies; those that end in "was sent" lie behind it. */
const points = {
  "before the parent's insert": /insert into "invoices"/,
  "after the parent's insert": /insert into "invoice_items"/,
  "after the children's insert": /insert into "tax_lines"/,
  'before the commit': /^commit/,
  'when the commit was sent': /^commit/,
} as const

export type Failpoint = keyof typeof points
export const failpoints = Object.keys(points) as readonly Failpoint[]

/** What is known of a connection to PostgreSQL: its prepared statements, and whether the fatal write runs on it. */
type Connection = { readonly texts: Map<string, string>; isFatal: boolean }

/** Ends this process by SIGKILL at the point in its nested write number `count`, counted from 1. */
export function armFailpoint(point: Failpoint, count: number): void {
  const connections = new WeakMap<Socket, Connection>()
  const send = Socket.prototype.write as (this: Socket, chunk: unknown, done?: unknown) => boolean
  let begun = 0
  Socket.prototype.write = function (this: Socket, chunk: unknown, done?: unknown): boolean {
    const buffer = chunk instanceof Uint8Array ? Buffer.from(chunk) : Buffer.alloc(0)
    if (isStartup(buffer)) connections.set(this, { texts: new Map(), isFatal: false })
    const connection = connections.get(this)
    if (connection === undefined || isStartup(buffer)) return send.call(this, chunk, done)
    for (const text of listExecuted(buffer, connection.texts)) {
      if (points["before the parent's insert"].test(text)) connection.isFatal = ++begun === count
      if (!connection.isFatal || !points[point].test(text)) continue
      if (point === 'when the commit was sent') return send.call(this, chunk, end)
      end()
    }
    return send.call(this, chunk, done)
  }
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
