// Makes deliveries of an event: one for each webhook that it is for, or the one that an action asked for.
import { randomUUID } from 'node:crypto'
import type { Row } from '../database/connect.ts'
import { ExpressionError } from '../metadata/expression/error.ts'
import type { Registry, RegistryEntity } from '../metadata/registry.ts'
import type { ReadyWebhook } from '../metadata/webhooks.ts'
import { findChanges, showRow, showUser, writeMessage } from '../pipeline/message.ts'
import { isObject } from '../reader.ts'
import { writeAccountMessage } from './account-event.ts'
import { describeEvent, type OutboxEvent, rowOf } from './outbox-event.ts'

/** A delivery to be stored; one with an error is dead from the beginning, for an administrator to look at. */
export type NewDelivery = Readonly<{
  id: string
  event: string
  /** The webhook's id, or the address of an action's call: what has a secret of its own. */
  endpoint: string
  webhook: string | null
  /** What an action's definition says; null for webhooks, whose newest definition counts. */
  target: Row | null
  entity: string
  recordId: string
  action: string
  body: string
  /** What the body has a place for, and only the receiver may read. */
  sealed: string | null
  error: string | null
}>

/** An event that comes of so many others leads no further. */
const mostHops = 16

/** What is to be delivered of the event; webhooks that were deleted since get nothing. */
export function planDeliveries(registry: Registry, event: OutboxEvent): readonly NewDelivery[] {
  const entity = registry.entities.get(event.entity)
  if (event.kind === 'webhook') return planAction(entity, event)
  if (event.kind === 'event') return planAccount(registry, event)
  if (entity === undefined) return []
  return event.hooks.flatMap((id) => {
    const webhook = registry.webhooks.get(id)
    return webhook ? planHook(entity, webhook, event) : []
  })
}

function planHook(entity: RegistryEntity, webhook: ReadyWebhook, event: OutboxEvent): readonly NewDelivery[] {
  const action = String(event.payload.action)
  const [record, old] = [rowOf(event, 'record') ?? {}, rowOf(event, 'old')]
  const verdict = judge(webhook, event, findChanges({ action, record, old }))
  if (!verdict.applies) return []
  const { viewer, userId, at: timestamp, version } = event
  const user = viewer ?? { id: userId }
  const id = randomUUID()
  const happened = { event: webhook.hook, entity, action, record, old, user, timestamp, version }
  const error = verdict.error ?? findLoop(event)
  const body = writeMessage(id, happened)
  return [
    {
      ...nameEvent(event),
      id,
      endpoint: webhook.id,
      webhook: webhook.id,
      target: null,
      action,
      body,
      sealed: null,
      error,
    },
  ]
}

/** A condition without an answer is somebody's mistake, which shows as a dead delivery. */
function judge(
  webhook: ReadyWebhook,
  event: OutboxEvent,
  changes: Row,
): Readonly<{ applies: boolean; error?: string }> {
  try {
    return { applies: webhook.applies(describeEvent(event, changes)) }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    return { applies: true, error: `The condition cannot be worked out: ${error.message}` }
  }
}

function findLoop({ hops }: OutboxEvent): string | null {
  return hops < mostHops ? null : `The event came of ${hops} others, one after another; the chain ends here`
}

function nameEvent({ id, entity, recordId }: OutboxEvent) {
  return { event: id, entity, recordId }
}

function planAccount(registry: Registry, event: OutboxEvent): readonly NewDelivery[] {
  const { payload, viewer, userId, at } = event
  return event.hooks
    .filter((hook) => registry.webhooks.has(hook))
    .map((webhook) => {
      const id = randomUUID()
      const body = writeAccountMessage(id, payload, viewer ?? { id: userId }, at)
      const sealed = String(payload.sealed)
      const to = { endpoint: webhook, webhook, target: null }
      return { ...nameEvent(event), id, ...to, action: String(payload.event), body, sealed, error: null }
    })
}

/** Calls of state machines and workflows: the payload holds `definition`, and what the record was like then. */
function planAction(entity: RegistryEntity | undefined, event: OutboxEvent): readonly NewDelivery[] {
  const { payload, viewer, userId, version, actor } = event
  const target = isObject(payload.definition) ? payload.definition : {}
  const id = randomUUID()
  const action = actor === 'system:workflow' ? 'workflow' : 'transition'
  const body = JSON.stringify({
    event: 'action',
    entity: event.entity,
    action,
    record: entity ? showRow(entity, rowOf(event, 'record') ?? {}) : {},
    payload: target.payload ?? {},
    user: showUser(viewer ?? { id: userId }),
    timestamp: event.at,
    idempotency_key: id,
    sequence: version,
  })
  const endpoint = String(target.url)
  return [
    {
      ...nameEvent(event),
      id,
      endpoint,
      webhook: null,
      target,
      action,
      body,
      sealed: null,
      error: findLoop(event),
    },
  ]
}
