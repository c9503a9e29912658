// Reads the body of a request up to a limit.
import type { IncomingMessage } from 'node:http'
import type { Limits } from '../config/limits.ts'
import { fail } from '../errors.ts'
import { isObject } from '../reader.ts'

/** The whole body as text; one longer than `most` bytes, or that takes longer than so many milliseconds, is LIMIT_EXCEEDED. */
export async function readBody(request: IncomingMessage, most: number, timeout: number): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLong(most)
  return await new Promise<string>((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const stop = (error?: Error): void => {
      clearTimeout(timer)
      // Every request closes at its end: an error that nobody hears of would still be made, with its stack.
      request.off('data', take).off('close', cutOff)
      if (error) reject(error)
    }
    const take = (chunk: Buffer): void => {
      size += chunk.length
      if (size > most) stop(tooLong(most))
      else chunks.push(chunk)
    }
    const cutOff = (): void => stop(fail('BAD_USER_INPUT', 'The body ended too early'))
    const timer = setTimeout(() => stop(tooSlow(timeout)), timeout)
    request.on('data', take).once('close', cutOff).once('error', stop)
    request.once('end', () => {
      stop()
      resolve(readText(chunks))
    })
  })
}

/** Most bodies come in one piece. */
function readText(chunks: readonly Buffer[]): string {
  const [first] = chunks
  return (chunks.length === 1 && first ? first : Buffer.concat(chunks)).toString()
}

function tooSlow(timeout: number): Error {
  return fail('LIMIT_EXCEEDED', `The body of a request must be here within ${timeout / 1000} s`)
}

/** What is looked at before a text is read as JSON. */
export type FormLimits = Pick<Limits, 'jsonDepth' | 'values'>

function tooLong(most: number): Error {
  return fail('LIMIT_EXCEEDED', `The body of a request may have at most ${most} bytes`)
}

/** Refuses JSON that has more values, or deeper ones, than any request needs, before anything walks through it; LIMIT_EXCEEDED. */
export function checkForm(text: string, { jsonDepth, values: mostValues }: FormLimits): void {
  if (text.length < jsonDepth) return
  let depth = 0
  let values = 0
  let isText = false
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]
    if (isText && letter === '\\') at++
    else if (letter === '"') isText = !isText
    else if (isText) continue
    else if (letter === '{' || letter === '[') [depth, values] = [depth + 1, values + 1]
    else if (letter === '}' || letter === ']') depth--
    else if (letter === ',') values++
    if (depth > jsonDepth)
      throw fail('LIMIT_EXCEEDED', `The request nests values more than ${jsonDepth} levels deep`)
    if (values > mostValues)
      throw fail('LIMIT_EXCEEDED', `The request has more than ${mostValues} values; send it in parts`)
  }
}

/** Refuses a query string whose variables or extensions are no JSON objects; BAD_USER_INPUT. */
export function checkSearch(search: string, limits: Limits): void {
  const parameters = new URLSearchParams(search)
  for (const name of ['variables', 'extensions']) {
    const text = parameters.get(name)
    if (text === null || text === '') continue
    checkForm(text, limits)
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
