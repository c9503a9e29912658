// What a transition does besides: how its actions are read and written. Whether what they name exists is checked elsewhere.
import type { Problem } from '../errors.ts'
import {
  addProblem,
  describe,
  isObject,
  joinPath,
  pick,
  readChoice,
  readText,
  type Source,
} from '../reader.ts'
import { readExpression, readVariant } from './clauses.ts'
import { readName, sortKeys } from './field.ts'
import { readValue, type Value } from './value.ts'

/** A value as it is, or what an expression makes. `now` on a timestamp or date field is the moment of the write. */
export type Setting = Readonly<{ kind: 'value'; value: Value } | { kind: 'expression'; expression: string }>
export type Settings = Readonly<Record<string, Setting>>

export type MachineAction =
  | Readonly<{ type: 'set_field'; field: string; value: Setting }>
  | Readonly<{ type: 'create_record'; entity: string; values: Settings }>
  | Readonly<{ type: 'send_event'; event: string; payload: Settings }>
  /** Kept as it is for whoever delivers it. */
  | Readonly<{ type: 'webhook'; definition: Readonly<Record<string, unknown>> }>

const types = ['set_field', 'create_record', 'send_event', 'webhook'] as const
const keysOf = {
  set_field: ['type', 'field', 'value'],
  create_record: ['type', 'entity', 'values'],
  send_event: ['type', 'event', 'name', 'payload'],
  webhook: ['type', 'url', 'method', 'headers', 'payload', 'retry'],
} as const
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Reads one action; adds every problem with its path. */
export function readAction(value: unknown, path: string, problems: Problem[]): MachineAction | undefined {
  const outer = { value: isObject(value) ? value : {}, path, problems }
  const type = readChoice(outer, 'type', types)
  if (type === undefined) {
    if (pick(outer, 'type') === undefined)
      addProblem(outer, isObject(value) ? 'type' : '', `is missing; it is one of ${types.join(', ')}`)
    return undefined
  }
  const source = readVariant(value, path, problems, { keysOf, type, noun: 'actions' })
  if (type === 'set_field') return readSetField(source)
  if (type === 'create_record') return readCreateRecord(source)
  return type === 'send_event' ? readSendEvent(source) : readWebhook(source)
}

function readSetField(source: Source): MachineAction | undefined {
  const field = readName(source, 'field')
  const given = Object.hasOwn(source.value, 'value') ? source.value.value : undefined
  if (given === undefined) return addProblem(source, 'value', 'is missing; null clears the field')
  const value = readSetting(given, joinPath(source.path, 'value'), source.problems)
  return field === undefined ? undefined : { type: 'set_field', field, value }
}

/** An object whose one key is `expression` is an expression; anything else is a value. */
export function readSetting(given: unknown, path: string, problems: Problem[]): Setting {
  if (!isObject(given) || Object.keys(given).join() !== 'expression')
    return { kind: 'value', value: sortKeys(given) as Value }
  const expression = readExpression({ value: given, path, problems }, 'expression') ?? ''
  return { kind: 'expression', expression }
}

function readCreateRecord(source: Source): MachineAction | undefined {
  const entity = readName(source, 'entity')
  const values = readSettings(source, 'values')
  return entity === undefined ? undefined : { type: 'create_record', entity, values }
}

function readSettings(source: Source, key: string): Settings {
  const path = joinPath(source.path, key)
  // One order, since the database keeps none.
  const entries = Object.entries(readData(source, key)).sort(([a], [b]) => (a < b ? -1 : 1))
  const settings = entries.map(
    ([name, value]) => [name, readSetting(value ?? null, joinPath(path, name), source.problems)] as const,
  )
  return Object.fromEntries(settings)
}

/** An object that JSON can hold; nothing is an empty one. */
function readData(source: Source, key: string): Readonly<Record<string, unknown>> {
  const given = pick(source, key)
  if (given === undefined) return {}
  const reading = readValue({ type: 'json' }, given)
  if (isObject(given) && 'value' in reading) return given
  addProblem(
    source,
    key,
    'problem' in reading ? reading.problem : `must be an object, found ${describe(given)}`,
  )
  return {}
}

/** The event is named by `event`, or by `name` as older documents do. */
function readSendEvent(source: Source): MachineAction | undefined {
  const key = pick(source, 'event') === undefined && pick(source, 'name') !== undefined ? 'name' : 'event'
  const event = readText(source, key)
  if (pick(source, key) === undefined || event === '')
    return addProblem(source, key, 'is missing; it names the event')
  const payload = readSettings(source, 'payload')
  return event === undefined ? undefined : { type: 'send_event', event, payload }
}

/** Only the shape is checked here; addresses are looked at when something is sent. */
function readWebhook(source: Source): MachineAction | undefined {
  const url = readText(source, 'url')
  if (pick(source, 'url') === undefined) addProblem(source, 'url', 'is missing')
  else if (url !== undefined && !/^https?:\/\/[^\s/]\S*$/i.test(url))
    addProblem(
      source,
      'url',
      `must be an address that begins with http:// or https://, found ${describe(url)}`,
    )
  readChoice(source, 'method', methods)
  for (const key of ['payload', 'retry']) readData(source, key)
  for (const [name, value] of Object.entries(readData(source, 'headers')))
    if (typeof value !== 'string')
      addProblem(source, joinPath('headers', name), `must be text, found ${describe(value)}`)
  const kept = keysOf.webhook.filter((key) => key !== 'type' && pick(source, key) !== undefined)
  const definition = Object.fromEntries(kept.map((key) => [key, sortKeys(pick(source, key))]))
  return { type: 'webhook', definition }
}

/** Writes an action in the form that documents and the tables hold. */
export function writeAction(action: MachineAction): Record<string, unknown> {
  switch (action.type) {
    case 'set_field':
      return { type: action.type, field: action.field, value: writeSetting(action.value) }
    case 'create_record':
      return { type: action.type, entity: action.entity, ...writeSettings('values', action.values) }
    case 'send_event':
      return { type: action.type, event: action.event, ...writeSettings('payload', action.payload) }
    case 'webhook':
      return { type: action.type, ...action.definition }
  }
}

/** Writes a value in the form in which it was read. */
export function writeSetting(setting: Setting): unknown {
  return setting.kind === 'value' ? setting.value : { expression: setting.expression }
}

function writeSettings(key: string, settings: Settings): Record<string, unknown> {
  const entries = Object.entries(settings).map(([name, setting]) => [name, writeSetting(setting)])
  return entries.length === 0 ? {} : { [key]: Object.fromEntries(entries) }
}
