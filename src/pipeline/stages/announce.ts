// The rows that follow every written row in the same statement: one in the audit log, and one in the outbox for the rest of the world.

import { quoteName, quoteText } from '../../database/identifiers.ts'
import type { RegistryEntity } from '../../metadata/registry.ts'
import type { FieldType } from '../../metadata/value.ts'
import { bind, column, type Values } from '../statement.ts'
import { describeUser } from '../user.ts'
import type { Actor } from '../write-context.ts'
import { type Act, nameActor } from './act.ts'

/** What happened to the rows of one statement. */
export type Happening = Readonly<{
  entity: RegistryEntity
  action: 'create' | 'update' | 'delete' | 'restore' | 'purge'
  actor: Actor
  /** The names of the fields that were set. */
  changed: readonly string[]
}>

/** Values whose JSON form would lose digits, or be written in another way than rows are read. */
const jsonForms: Partial<Record<FieldType, (column: string) => string>> = {
  decimal: (name) => `${name}::text`,
  bigint: (name) => `${name}::text`,
  timestamp: (name) => `to_char(${name} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
}

/** A row as a JSON object by field names, in the forms in which rows are read; secrets are left out. */
export function writeRecord(entity: RegistryEntity, alias: string): string {
  const parts = entity.fields
    .filter((field) => !field.secret)
    .map((field) => {
      const name = column(alias, field.name)
      return `${jsonForms[field.type]?.(name) ?? name} as ${quoteName(field.name)}`
    })
  return `(select to_jsonb(r) from (select ${parts.join(', ')}) r)`
}

/**
 * Makes one statement of a change: `changing` returns the entity's fields, `_version` and, as `$old`, the row before as JSON.
 * A deleted row is told as it was; nobody else needs to hear of a row that is only purged.
 */
export function writeWithNews(act: Act, happening: Happening, changing: string, values: Values): string {
  const { entity, action } = happening
  const isGone = action === 'delete' || action === 'purge'
  const told = `select ${column('w', entity.key.field)}::text as record_id, ${column('w', '_version')} as version, ${column('w', '$old')} as old, ${
    isGone ? 'null::jsonb' : writeRecord(entity, 'w')
  } as new from written w`
  const who = writeWho(act, happening, values)
  const parts = [
    `written as (${changing})`,
    `told as (${told})`,
    `audited as (insert into _audit (entity, record_id, version, action, old, new, changed, actor, user_id, request_id) select ${who.entity}, record_id, version, ${who.action}, old, new, ${bind(values, happening.changed, 'text[]')}, ${who.actor}, ${who.user}, ${who.request} from told)`,
    ...(action === 'purge' ? [] : [writeOutbox(act, happening, who, values)]),
    ...(action === 'delete' ? [writeSignal(who)] : []),
  ]
  return `with ${parts.join(', ')} select * from written`
}

type Who = Readonly<Record<'entity' | 'action' | 'actor' | 'user' | 'request', string>>

function writeWho(act: Act, { entity, action, actor }: Happening, values: Values): Who {
  const { context } = act
  return {
    entity: quoteText(entity.name),
    action: quoteText(action),
    actor: bind(values, nameActor(context, actor), 'text'),
    user: bind(values, context.viewer.id ?? null, 'text'),
    request: bind(values, context.requestId, 'text'),
  }
}

/** Workflows about a record that goes are to hear of it. */
function writeSignal({ entity }: Who): string {
  const isFollowed = `exists (select 1 from _workflow_instances i where i.entity = ${entity} and i.record_id = told.record_id and i.state = 'running')`
  return `signalled as (insert into _workflow_signals (kind, entity, record_id) select 'deleted', ${entity}, record_id from told where ${isFollowed})`
}

function writeOutbox(act: Act, { entity, action }: Happening, who: Who, values: Values): string {
  const { context } = act
  const hooks = entity.webhooks.told[action === 'delete' ? 'after_delete' : 'after_write'].map(({ id }) => id)
  for (const id of hooks) act.told.add(id)
  const isHeard = hooks.length > 0
  const cause = bind(values, context.cause?.id ?? null, 'bigint')
  const hops = bind(values, context.cause?.hops ?? 0, 'smallint')
  const payload = `jsonb_build_object('action', ${who.action}, 'old', old, 'record', coalesce(new, old))`
  const heard = [
    bind(values, isHeard ? hooks : null, 'text[]'),
    bind(values, context.registry.revision, 'integer'),
    bind(values, isHeard ? describeUser(context.viewer) : null, 'jsonb'),
  ]
  return `announced as (insert into _outbox (kind, entity, record_id, version, payload, actor, user_id, request_id, cause, hops, hooks, revision, viewer) select 'record', ${who.entity}, record_id, version, ${payload}, ${who.actor}, ${who.user}, ${who.request}, ${cause}, ${hops}, ${heard.join(', ')} from told)`
}
