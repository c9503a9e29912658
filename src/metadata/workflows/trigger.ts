// What starts a workflow: how a trigger is read and written back. Whether what it names exists is checked elsewhere.
import {
  addProblem,
  describe,
  isObject,
  joinPath,
  pick,
  readChoice,
  readText,
  type Source,
} from '../../reader.ts'
import { readVariant } from '../clauses.ts'
import { present, readName } from '../field.ts'
import type { Value } from '../value.ts'
import { findCronProblem, isTimeZone } from './cron.ts'

/** What happens to a record. */
export type RecordTrigger = Readonly<{
  type: 'record_created' | 'record_updated' | 'record_deleted'
  entity: string
}>
/** A write leaves the field at a value that it did not have before. */
export type StateTrigger = Readonly<{ type: 'state_change'; entity: string; field: string; to: Value }>
/** An event is sent, about a record of the entity where one is named. */
export type EventTrigger = Readonly<{ type: 'event'; event: string; entity?: string }>
export type ScheduleTrigger = Readonly<{ type: 'schedule'; cron: string; timeZone: string }>
export type Trigger = RecordTrigger | StateTrigger | EventTrigger | ScheduleTrigger

const triggerTypes = [
  'state_change',
  'record_created',
  'record_updated',
  'record_deleted',
  'event',
  'schedule',
] as const
const keysOf = {
  state_change: ['type', 'entity', 'field', 'to'],
  record_created: ['type', 'entity'],
  record_updated: ['type', 'entity'],
  record_deleted: ['type', 'entity'],
  event: ['type', 'event', 'entity'],
  schedule: ['type', 'cron', 'time_zone'],
} as const

/** Reads the trigger of a workflow. */
export function readTrigger(owner: Source): Trigger | undefined {
  const path = joinPath(owner.path, 'trigger')
  const value = pick(owner, 'trigger')
  const outer = { value: isObject(value) ? value : {}, path, problems: owner.problems }
  const type = readChoice(outer, 'type', triggerTypes)
  if (type === undefined) {
    if (pick(outer, 'type') === undefined)
      addProblem(outer, isObject(value) ? 'type' : '', `is missing; it is one of ${triggerTypes.join(', ')}`)
    return undefined
  }
  const source = readVariant(value, path, owner.problems, { keysOf, type, noun: 'triggers' })
  if (type === 'event') return readEventTrigger(source)
  if (type === 'schedule') return readSchedule(source)
  const entity = readName(source, 'entity')
  if (type === 'state_change') return readStateTrigger(source, entity)
  return entity === undefined ? undefined : { type, entity }
}

function readStateTrigger(source: Source, entity: string | undefined): StateTrigger | undefined {
  const field = readName(source, 'field')
  const to = pick(source, 'to')
  if (to === undefined) return addProblem(source, 'to', 'is missing; it is the value that the field gets')
  if (typeof to !== 'string' && typeof to !== 'number' && typeof to !== 'boolean')
    return addProblem(source, 'to', `must be one value, found ${describe(to)}`)
  return entity === undefined || field === undefined ? undefined : { type: 'state_change', entity, field, to }
}

function readEventTrigger(source: Source): EventTrigger | undefined {
  const event = readEventName(source)
  const entity = pick(source, 'entity') === undefined ? undefined : readName(source, 'entity')
  return event === undefined ? undefined : { type: 'event', event, ...present('entity', entity) }
}

/** The name of an event, which may be any text. */
export function readEventName(source: Source): string | undefined {
  const event = readText(source, 'event')
  if (pick(source, 'event') === undefined || event === '')
    return addProblem(source, 'event', 'is missing; it names the event')
  return event
}

function readSchedule(source: Source): ScheduleTrigger | undefined {
  const cron = readText(source, 'cron')
  if (pick(source, 'cron') === undefined)
    addProblem(source, 'cron', 'is missing; it says when, such as "0 9 * * 1-5" for nine on weekdays')
  const problem = cron === undefined ? undefined : findCronProblem(cron)
  if (problem !== undefined) addProblem(source, 'cron', `${problem}, found ${describe(cron)}`)
  const timeZone = readText(source, 'time_zone') ?? 'UTC'
  if (!isTimeZone(timeZone))
    addProblem(
      source,
      'time_zone',
      `must be a time zone such as Europe/Berlin or UTC, found ${describe(timeZone)}`,
    )
  return cron === undefined ? undefined : { type: 'schedule', cron, timeZone }
}

/** Writes a trigger in the form that documents and the tables hold. */
export function writeTrigger(trigger: Trigger): Record<string, unknown> {
  if (trigger.type !== 'schedule') return trigger
  const { type, cron, timeZone } = trigger
  return { type, cron, ...(timeZone === 'UTC' ? {} : { time_zone: timeZone }) }
}
