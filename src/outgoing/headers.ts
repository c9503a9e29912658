// The headers that an app adds to what it sends: which ones may be set, and the places in them that stand for variables of the server.
import { fail } from '../errors.ts'

/** Values of the variables that the operator allows, by name. */
export type Variables = Readonly<Record<string, string>>

/** What messages and logs show in the place of a value that nobody shall see. */
const hidden = '[redacted]'
const longestName = 100
const longestValue = 2_000
/** They belong to the connection, or say what we send. */
const reserved = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
])
const place = /\{\{\s*env\.(\w+)\s*\}\}/g

/** Why no header may be called that; undefined when one may. */
export function findHeaderNameProblem(name: string): string | undefined {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || name.length > longestName)
    return `must be the name of a header, of at most ${longestName} letters, digits and dashes`
  const lower = name.toLowerCase()
  if (reserved.has(lower) || /^(webhook|proxy)-/.test(lower)) return 'is set by the server; leave it out'
  return undefined
}

/** Why no header may have that value; undefined when it may. */
export function findHeaderValueProblem(value: string): string | undefined {
  if (value.length > longestValue)
    return `must have at most ${longestValue} characters, found ${value.length}`
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return 'must be one line of Latin-1 characters'
  if (value.replaceAll(place, '').includes('{{'))
    return 'has "{{" without a place such as {{env.NAME}}; nothing else can stand between braces'
  return undefined
}

/** The names of the variables that a value has places for. */
export function listVariables(value: string): readonly string[] {
  return [...value.matchAll(place)].map(([, name = '']) => name)
}

/** The headers with the values of the variables; throws when one is not on the server's list. */
export function fillHeaders(
  headers: Readonly<Record<string, string>>,
  variables: Variables,
): Readonly<Record<string, string>> {
  const fill = (_: string, name: string): string => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined
    if (value === undefined) throw fail('FORBIDDEN', `The variable ${name} is not on the server's list`)
    return value
  }
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replaceAll(place, fill)]),
  )
}

/** The text without these values. */
export function redact(text: string, values: readonly string[]): string {
  return values
    .filter((value) => value.length > 0)
    .reduce((shown, value) => shown.replaceAll(value, hidden), text)
}
