// Reads the body of a request up to a limit.
import type { IncomingMessage } from 'node:http'
import { fail } from '../errors.ts'
import { isObject } from '../reader.ts'

/** The whole body as text; one that is longer than `most` bytes is LIMIT_EXCEEDED as soon as that is known. */
export async function readBody(request: IncomingMessage, most: number): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLong(most)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > most) throw tooLong(most)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function tooLong(most: number): Error {
  return fail('LIMIT_EXCEEDED', `The body of a request may have at most ${most} bytes`)
}

const mostDepth = 200

/** Refuses JSON that is nested deeper than any request needs, before anything recurses into it; LIMIT_EXCEEDED. */
export function checkDepth(text: string): void {
  if (text.length < mostDepth) return
  let depth = 0
  let isText = false
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]
    if (isText && letter === '\\') at++
    else if (letter === '"') isText = !isText
    else if (!isText && (letter === '{' || letter === '[')) depth++
    else if (!isText && (letter === '}' || letter === ']')) depth--
    if (depth > mostDepth)
      throw fail('LIMIT_EXCEEDED', `The request nests values more than ${mostDepth} levels deep`)
  }
}

/** Refuses a query string whose variables or extensions are no JSON objects; BAD_USER_INPUT. */
export function checkSearch(search: string): void {
  const parameters = new URLSearchParams(search)
  for (const name of ['variables', 'extensions']) {
    const text = parameters.get(name)
    if (text === null || text === '') continue
    checkDepth(text)
    if (!isObjectText(text))
      throw fail('BAD_USER_INPUT', `${name} must be a JSON object, found ${text.slice(0, 60)}`)
  }
}

function isObjectText(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return value === null || isObject(value)
  } catch {
    return false
  }
}
