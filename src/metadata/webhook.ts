// A webhook of an entity: what a definition of one holds, how it is read and checked by itself, and how it is written back.
import type { Problem } from '../errors.ts'
import { findHeaderNameProblem, findHeaderValueProblem } from '../outgoing/headers.ts'
import { type Method, methods } from '../outgoing/send.ts'
import {
  addProblem,
  describe,
  isObject,
  joinPath,
  pick,
  readChoice,
  readFlag,
  readObject,
  readText,
  readWhole,
  type Source,
} from '../reader.ts'
import { readActive, readExpression } from './clauses.ts'
import { present, readName } from './field.ts'

export const webhookHooks = ['after_write', 'after_delete', 'before_write', 'before_delete'] as const
export const backoffs = ['exponential', 'linear'] as const
/** Events that have no record: somebody was invited, or may choose a new password. */
export const accountEvents = ['invite_created', 'password_reset_created'] as const
export type AccountEvent = (typeof accountEvents)[number]
export type WebhookHook = (typeof webhookHooks)[number]
export type Backoff = (typeof backoffs)[number]

/** How often a message is tried, and how the pauses between the tries grow. */
export type Retry = Readonly<{ maxAttempts: number; backoff: Backoff }>

/** One webhook, every default filled in. */
export type Webhook = Readonly<{
  /** Empty for one of an event. */
  entity: string
  event?: AccountEvent
  hook: WebhookHook
  url: string
  method: Method
  /** Values may have places such as `{{env.NAME}}`. */
  headers: Readonly<Record<string, string>>
  /** Only what it is true of is sent. */
  condition?: string
  /** After the commit; otherwise within the transaction, which waits for the answer. */
  async: boolean
  /** For async ones. */
  retry: Retry
  active: boolean
}>
/** A webhook that has been saved, or is about to be. */
export type StoredWebhook = Webhook & Readonly<{ id: string }>

const keys = [
  'entity',
  'event',
  'hook',
  'url',
  'method',
  'headers',
  'condition',
  'async',
  'retry',
  'active',
  'enabled',
] as const
const mostHeaders = 30
const mostAttempts = 20
const longestUrl = 2_000
/** Of messages whose definition says nothing of it. */
export const usualRetry: Retry = { maxAttempts: 8, backoff: 'exponential' }

/** Reads a webhook's definition; adds every problem with its path. Whether the address may be reached is checked elsewhere. */
export function readWebhook(value: unknown, path: string, problems: Problem[]): Webhook | undefined {
  const source = readObject(value, path, problems, keys)
  const event = readEvent(source)
  const entity = event === undefined ? readName(source, 'entity') : ''
  const url = readUrl(source)
  const hook = readChoice(source, 'hook', webhookHooks) ?? 'after_write'
  const isAsync = readAsync(source, hook)
  if (!isAsync && pick(source, 'retry') !== undefined)
    addProblem(source, 'retry', 'is for async webhooks; one that the transaction waits for is called once')
  const webhook = {
    hook,
    method: readChoice(source, 'method', methods) ?? 'POST',
    headers: readHeaders(source),
    ...present(
      'condition',
      pick(source, 'condition') === undefined ? undefined : readExpression(source, 'condition'),
    ),
    async: isAsync,
    retry: readRetry(source),
    active: readActive(source),
  }
  return entity === undefined || url === undefined
    ? undefined
    : { entity, ...present('event', event), url, ...webhook }
}

/** A webhook of an event is of no entity, and has none of what tells records apart. */
function readEvent(source: Source): AccountEvent | undefined {
  const event = readChoice(source, 'event', accountEvents)
  if (event === undefined) return undefined
  for (const key of ['entity', 'hook', 'condition'])
    if (pick(source, key) !== undefined)
      addProblem(source, key, `is for webhooks of entities; leave it out beside event: ${event}`)
  if (pick(source, 'async') === false)
    addProblem(source, 'async', 'must be true: nobody waits for the webhook of an event')
  return event
}

function readUrl(source: Source): string | undefined {
  const url = readText(source, 'url')
  if (pick(source, 'url') === undefined) return addProblem(source, 'url', 'is missing')
  if (url === undefined) return undefined
  if (url.length > longestUrl)
    return addProblem(source, 'url', `must have at most ${longestUrl} characters, found ${url.length}`)
  if (/^https?:\/\/[^\s/]/i.test(url) && URL.canParse(url)) return url
  return addProblem(
    source,
    'url',
    `must be an address such as https://example.com/hook, found ${describe(url)}`,
  )
}

function readAsync(source: Source, hook: WebhookHook): boolean {
  const isAfter = hook === 'after_write' || hook === 'after_delete'
  const given = readFlag(source, 'async')
  if (given === true && !isAfter)
    addProblem(source, 'async', `must be false for ${hook}, whose answer the write waits for`)
  return isAfter && (given ?? true)
}

function readHeaders(source: Source): Readonly<Record<string, string>> {
  const given = pick(source, 'headers')
  if (given === undefined) return {}
  if (!isObject(given)) {
    addProblem(source, 'headers', `must be an object of names and texts, found ${describe(given)}`)
    return {}
  }
  // One order, since the database keeps none.
  const entries = Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1))
  if (entries.length > mostHeaders)
    addProblem(source, 'headers', `must be at most ${mostHeaders}, found ${entries.length}`)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, readHeader(source, name, value, Object.keys(given))]),
  )
}

function readHeader(source: Source, name: string, value: unknown, names: readonly string[]): string {
  const path = joinPath('headers', name)
  const twin = names.find((other) => other !== name && other.toLowerCase() === name.toLowerCase())
  const problem =
    findHeaderNameProblem(name) ??
    (twin === undefined ? undefined : `stands there twice, as ${twin} too`) ??
    (typeof value === 'string' ? findHeaderValueProblem(value) : `must be text, found ${describe(value)}`)
  if (problem !== undefined) addProblem(source, path, problem)
  return String(value)
}

function readRetry(source: Source): Retry {
  const given = pick(source, 'retry')
  if (given === undefined) return usualRetry
  const path = joinPath(source.path, 'retry')
  const retry = readObject(given, path, source.problems, ['max_attempts', 'backoff'])
  return {
    maxAttempts: readWhole(retry, 'max_attempts', 1, mostAttempts) ?? usualRetry.maxAttempts,
    backoff: readChoice(retry, 'backoff', backoffs) ?? usualRetry.backoff,
  }
}

/** Writes a webhook in the form that documents and the tables hold: snake_case, without what defaults say. */
export function writeWebhook(webhook: Webhook): Record<string, unknown> {
  const { entity, event, hook, url, method, headers, condition, retry, active } = webhook
  const isAfter = hook === 'after_write' || hook === 'after_delete'
  const pauses = {
    ...(retry.maxAttempts === usualRetry.maxAttempts ? {} : { max_attempts: retry.maxAttempts }),
    ...(retry.backoff === usualRetry.backoff ? {} : { backoff: retry.backoff }),
  }
  return {
    ...(event === undefined ? { entity } : { event }),
    ...(hook === 'after_write' ? {} : { hook }),
    url,
    ...(method === 'POST' ? {} : { method }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...present('condition', condition),
    ...(isAfter && !webhook.async ? { async: false } : {}),
    ...(Object.keys(pauses).length === 0 ? {} : { retry: pauses }),
    ...(active ? {} : { active: false }),
  }
}

/** What a webhook is called in problems and errors of the admin. */
export function nameWebhook({ entity, event, id }: Pick<StoredWebhook, 'entity' | 'event' | 'id'>): string {
  return `${event ?? entity}.${id}`
}
