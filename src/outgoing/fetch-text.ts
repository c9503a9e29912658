// Gets a small text from the outside: no redirects, no private addresses, an end in time and size.
import { type RequestOptions, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { fail } from '../errors.ts'
import { findUrlProblem, lookUpPublic } from './addresses.ts'

export type FetchOptions = Readonly<{
  /** Opens http and private addresses; for development. */
  allowPrivate: boolean
  mostBytes: number
  signal: AbortSignal
}>
export type FetchedText = Readonly<{ status: number; text: string }>

/** Sends a GET and reads its reply; rejects when the address is closed, and when the reply is too long or late. */
export async function fetchText(url: string, options: FetchOptions): Promise<FetchedText> {
  const problem = findUrlProblem(url, options.allowPrivate)
  if (problem !== undefined) throw fail('FORBIDDEN', `The address ${problem}`)
  const target = new URL(url)
  const request = target.protocol === 'https:' ? requestHttps : requestHttp
  // A connection of its own: a shared one may have been opened without the check.
  const settings: RequestOptions = {
    agent: false,
    signal: options.signal,
    headers: { accept: 'application/json', 'user-agent': 'metaloom' },
    ...(options.allowPrivate ? {} : { lookup: lookUpPublic }),
  }
  return await new Promise((resolve, reject) => {
    const sent = request(target, settings, (reply) => {
      readText(reply, options.mostBytes).then(
        (text) => resolve({ status: reply.statusCode ?? 0, text }),
        (error: unknown) => {
          reply.destroy()
          reject(error)
        },
      )
    })
    sent.on('error', reject)
    sent.end()
  })
}

async function readText(reply: AsyncIterable<Buffer>, most: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of reply) {
    size += chunk.length
    if (size > most) throw fail('LIMIT_EXCEEDED', `The reply is longer than ${most} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
