// Writes replies: those of GraphQL, pages and errors.
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GraphQLError } from 'graphql'

/** Sends a fetch Response, streamed as it comes and with the reader's pace. */
export async function send(response: ServerResponse, reply: Response): Promise<void> {
  response.statusCode = reply.status
  reply.headers.forEach((value, name) => {
    if (name === 'vary') addVary(response, value)
    else response.setHeader(name, value)
  })
  if (reply.body === null) return void response.end()
  const reader = reply.body.getReader()
  response.once('close', () => void reader.cancel().catch(() => undefined))
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (!response.write(part.value)) await once(response, 'drain')
  }
  response.end()
}

/** Adds to what a reply depends on. */
export function addVary(response: ServerResponse, value: string): void {
  response.appendHeader('vary', value)
}

/** Sends text, with its type. */
export function sendText(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(text)
}

/** Milliseconds for which a client that was refused may go on sending. */
const mostLingering = 5_000

/** Sends errors in the form of a GraphQL reply, in the media type asked for; what still comes of the body is passed over. */
export function sendErrors(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  errors: readonly GraphQLError[],
): void {
  const accepts = String(request.headers.accept ?? '')
  const type = accepts.includes('application/graphql-response+json')
    ? 'application/graphql-response+json'
    : 'application/json'
  const text = JSON.stringify({ errors })
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(text),
    ...(request.complete ? {} : { connection: 'close' }),
  })
  if (request.complete || request.destroyed) return void response.end(text)
  response.write(text)
  linger(request, response)
}

/** A connection that closed while the client still sends would take the reply with it. */
function linger(request: IncomingMessage, response: ServerResponse): void {
  const end = (): void => void response.end()
  const timer = setTimeout(end, mostLingering)
  request.once('close', () => {
    clearTimeout(timer)
    end()
  })
  request.on('error', () => undefined)
  request.resume()
}
