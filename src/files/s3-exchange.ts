// One HTTP request with a body from a stream, whose length is known; the reply comes as a stream.
import { type ClientRequest, type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** A request that is signed already. */
export type Outgoing = Readonly<{ method: string; url: URL; headers: Readonly<Record<string, string>> }>

/** A service that is silent for so many milliseconds is given up. */
const mostSilence = 30_000

/** Sends the request and resolves when the reply begins. */
export async function exchange(
  { method, url, headers }: Outgoing,
  body?: Readable,
): Promise<IncomingMessage> {
  const send = url.protocol === 'https:' ? requestSecure : requestPlain
  const request = send(url, { method, headers, timeout: mostSilence })
  request.on('timeout', () =>
    request.destroy(new Error(`${url.host} has been silent for ${mostSilence / 1_000} seconds`)),
  )
  const reply = waitForReply(request)
  if (body === undefined) request.end()
  else await sendBody(body, request, reply)
  return await reply
}

/** A service that refuses may do so before it has read everything. */
async function sendBody(body: Readable, request: ClientRequest, reply: Promise<unknown>): Promise<void> {
  const sent = pipeline(body, request)
  sent.catch(() => undefined)
  await Promise.race([reply, sent])
  reply.then(
    () => body.destroy(),
    () => body.destroy(),
  )
}

function waitForReply(request: ClientRequest): Promise<IncomingMessage> {
  const reply = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve)
    request.once('error', reject)
  })
  // Whoever sends the body hears of the failure first.
  reply.catch(() => undefined)
  return reply
}
