// Requests as bytes, made before the clock runs, each with the reply that it must get.
import { type Connection, openConnection, type Reply } from './connection.ts'
import type { Address } from './target.ts'

/** A whole HTTP request; `length` is the size of the right reply's body, once that was checked. */
export type Exchange = { readonly request: Buffer; readonly body: string; length: number }

const errors = Buffer.from('"errors"')

export function makeRequest({ port, path, headers }: Address, body: string): Buffer {
  const lines = [
    `POST ${path} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    'content-type: application/json',
    'accept: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

/** Throws unless the reply is a success without errors, and as long as it was when its content was checked. */
export function checkReply({ status, body }: Reply, length: number): void {
  const isRight = status === 200 && !body.includes(errors) && (length === 0 || body.length === length)
  if (isRight) return
  const found = `${status} with ${body.length} bytes: ${body.toString('utf8', 0, 500)}`
  throw new Error(`Expected status 200, no errors and ${length || 'some'} bytes, found ${found}`)
}

/** Asks once, outside any measurement, and returns `data.answer`. */
export async function askOnce(address: Address, body: string): Promise<unknown> {
  const connection = await openConnection(address.port)
  try {
    return await askOver(connection, makeRequest(address, body))
  } finally {
    connection.close()
  }
}

async function askOver(connection: Connection, request: Buffer): Promise<unknown> {
  const reply = await connection.ask(request)
  checkReply(reply, 0)
  return readAnswer(reply)
}

export function readAnswer({ body }: Reply): unknown {
  return (JSON.parse(body.toString()) as { data: { answer: unknown } }).data.answer
}
