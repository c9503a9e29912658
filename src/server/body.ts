// Reads the body of a request up to a limit.
import type { IncomingMessage } from 'node:http'
import { fail } from '../errors.ts'

/** The whole body; one that is longer than `most` bytes is LIMIT_EXCEEDED as soon as that is known. */
export async function readBody(request: IncomingMessage, most: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLong(most)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > most) throw tooLong(most)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function tooLong(most: number): Error {
  return fail('LIMIT_EXCEEDED', `The body of a request may have at most ${most} bytes`)
}
