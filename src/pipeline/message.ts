// What receivers of webhooks are told of a record: the one form for those that are asked and those that are told afterwards.
import { isDeepStrictEqual } from 'node:util'
import type { Row } from '../database/connect.ts'
import type { RegistryEntity } from '../metadata/registry.ts'
import type { WebhookHook } from '../metadata/webhook.ts'

/** What happened; `user` is who caused it, as expressions see one. */
export type Happened = Readonly<{
  event: WebhookHook
  entity: RegistryEntity
  action: string
  record: Row
  old: Row | null
  user: Row
  /** RFC 3339. */
  timestamp: string
  /** The record's version at that time. */
  version: number
}>

/** The body of a message, as text; the same `id` on every try. */
export function writeMessage(id: string, happened: Happened): string {
  const { event, entity, action, record, old, user, timestamp } = happened
  return JSON.stringify({
    event,
    entity: entity.name,
    action,
    record: showRow(entity, record),
    old: old && showRow(entity, old),
    changes: showRow(entity, findChanges(happened)),
    user: showUser(user),
    timestamp,
    idempotency_key: id,
    sequence: countSequence(happened),
  })
}

/** The fields whose values are new; all of a new record, none of a deleted one. */
export function findChanges({ action, record, old }: Pick<Happened, 'action' | 'record' | 'old'>): Row {
  if (action === 'delete') return {}
  if (old === null) return record
  const entries = Object.entries(record).filter(([name, value]) => !isDeepStrictEqual(value, old[name]))
  return Object.fromEntries(entries)
}

/** What may leave the app of a record: neither secrets nor hidden fields. */
export function showRow({ fields }: Pick<RegistryEntity, 'fields'>, row: Row): Row {
  const shown = fields.filter(({ name, hidden, secret }) => !hidden && !secret && Object.hasOwn(row, name))
  return Object.fromEntries(shown.map(({ name }) => [name, row[name] ?? null]))
}

/** Attributes stay here: nobody asked for them. */
export function showUser({ id, email, roles }: Row): Row {
  return { id: id ?? null, email: email ?? null, roles: roles ?? [] }
}

/** Grows with everything that happens to a record; only where a row is deleted for good does its version not. */
function countSequence({ entity, action, version }: Happened): number {
  return action === 'delete' && !entity.softDelete ? version + 1 : version
}
