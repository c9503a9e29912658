// One keep-alive HTTP/1.1 connection over a plain socket: the cheapest client, because it shares its cores with the servers.
import { connect, type Socket } from 'node:net'

export type Reply = Readonly<{ status: number; body: Buffer }>
export type Connection = Readonly<{ ask(request: Buffer): Promise<Reply>; close(): void }>

const nothing: Buffer = Buffer.alloc(0)
const endOfHead = Buffer.from('\r\n\r\n')
const endOfChunks = Buffer.from('0\r\n\r\n')

/** Connects to a server on this machine; one request may be under way at a time. */
export async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return { ask: createAsk(socket), close: () => void socket.destroy() }
}

function createAsk(socket: Socket): (request: Buffer) => Promise<Reply> {
  let received = nothing
  let resolve: ((reply: Reply) => void) | undefined
  let reject: ((error: Error) => void) | undefined
  const refuse = (message: string): void => reject?.(new Error(message))
  socket.on('data', (bytes: Buffer) => {
    received = received.length === 0 ? bytes : Buffer.concat([received, bytes])
    const reply = readReply(received)
    if (reply === undefined) return
    received = nothing
    resolve?.(reply)
  })
  socket.on('error', (error) => refuse(error.message))
  socket.on('close', () => refuse('The server closed the connection'))
  return (request) =>
    new Promise((onReply, onError) => {
      resolve = onReply
      reject = onError
      socket.write(request)
    })
}

/** The reply, once all of its bytes are there. */
export function readReply(bytes: Buffer): Reply | undefined {
  const end = bytes.indexOf(endOfHead)
  if (end < 0) return undefined
  const head = bytes.toString('latin1', 0, end).toLowerCase()
  const status = Number(head.slice(9, 12))
  const body = bytes.subarray(end + endOfHead.length)
  const place = head.indexOf('\r\ncontent-length:')
  if (place < 0)
    return body.subarray(-endOfChunks.length).equals(endOfChunks)
      ? { status, body: joinChunks(body) }
      : undefined
  const length = Number.parseInt(head.slice(place + 17), 10)
  return body.length < length ? undefined : { status, body }
}

function joinChunks(body: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf('\r\n', at)
    const size = Number.parseInt(body.toString('latin1', at, end), 16)
    if (!(size > 0)) break
    parts.push(body.subarray(end + 2, end + 2 + size))
    at = end + size + 4
  }
  return Buffer.concat(parts)
}
