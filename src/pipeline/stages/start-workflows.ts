// Starts workflows in the transaction of what starts them: a row each, which waits there for whoever takes its first step.
import { type Row, run, type Sql } from '../../database/connect.ts'
import type { Flow } from '../../metadata/flow.ts'
import type { Trigger } from '../../metadata/workflows/trigger.ts'
import { bind, statement, type Values } from '../statement.ts'
import { describeUser } from '../user.ts'
import type { WriteContext } from '../write-context.ts'
import type { Act } from './act.ts'
import { isSame } from './values.ts'
import { type Effect, listWrites, type Write } from './writes.ts'

/** What starts a workflow: what its expressions see as `trigger`, and the record that it is about. */
type Start = Readonly<{ flow: Flow; trigger: Row; entity?: string; key?: unknown }>

/** A chain of effects, each started by the one before, goes on so far. */
const mostHops = 16

/** Starts the workflows that were waiting for what was just stored. */
export async function startWorkflows(act: Act, roots: readonly Write[]): Promise<void> {
  const { byEntity } = act.context.registry.flows
  if (byEntity.size === 0) return
  const starts = listWrites(roots).flatMap((write) =>
    (byEntity.get(write.entity.name) ?? [])
      .filter(({ workflow }) => isTriggered(workflow.trigger, write))
      .map((flow) => describeStart(flow, write)),
  )
  await startAll(act, starts)
}

function isTriggered(trigger: Trigger, { action, isStored, entity, old, row }: Write): boolean {
  if (!isStored) return false
  switch (trigger.type) {
    case 'record_created':
      return action === 'create'
    case 'record_updated':
      return action === 'update'
    case 'record_deleted':
      return action === 'delete'
    case 'state_change': {
      const field = entity.fieldsByName.get(trigger.field)
      const isThere = (from: Row): boolean =>
        field !== undefined && isSame(field, from[trigger.field], trigger.to)
      return action !== 'delete' && isThere(row) && (old === undefined || !isThere(old))
    }
    default:
      return false
  }
}

function describeStart(flow: Flow, { entity, action, key, old, row }: Write): Start {
  const withoutSecrets = (from: Row): Row =>
    Object.fromEntries(entity.fields.filter(({ secret }) => !secret).map(({ name }) => [name, from[name]]))
  const record = withoutSecrets(action === 'delete' ? (old ?? row) : row)
  const before = old === undefined || action === 'delete' ? {} : { old: withoutSecrets(old) }
  const { type } = flow.workflow.trigger
  return {
    flow,
    entity: entity.name,
    key,
    trigger: { type, entity: entity.name, record_id: key, record, ...before },
  }
}

/** Starts the workflows that wait for events like these, about this record. */
export async function startOnEvents(
  act: Act,
  { entity, key, record }: Readonly<{ entity: string; key: unknown; record: Row }>,
  news: readonly Effect[],
): Promise<void> {
  const starts = news.flatMap((effect) => {
    if (effect.kind !== 'event') return []
    const { event, payload } = effect
    const flows = act.context.registry.flows.byEvent.get(event) ?? []
    return flows
      .filter(({ workflow }) => isAbout(workflow.trigger, entity))
      .map((flow): Start => {
        const trigger = { type: 'event', event, payload, entity, record_id: key, record }
        return { flow, entity, key, trigger }
      })
  })
  await startAll(act, starts)
}

function isAbout(trigger: Trigger, entity: string): boolean {
  return trigger.type === 'event' && (trigger.entity === undefined || trigger.entity === entity)
}

async function startAll(act: Act, starts: readonly Start[]): Promise<void> {
  if (starts.length === 0) return
  await insertInstances(act.sql, act.context, starts)
  act.started.push(...starts.map(({ flow }) => flow.workflow.name))
}

/** Puts instances down, in order; one that would make the chain too long is there, and has failed. */
export async function insertInstances(
  sql: Sql,
  context: Pick<WriteContext, 'viewer' | 'requestId' | 'cause'>,
  starts: readonly Start[],
): Promise<void> {
  const hops = (context.cause?.hops ?? 0) + 1
  const isTooLong = hops > mostHops
  const error = `is number ${hops} of a chain in which each workflow was started by the one before; a chain stops at ${mostHops}`
  const flows = new Map(starts.map(({ flow }) => [flow.workflow.name, flow.text]))
  const user = describeUser(context.viewer)
  const values: Values = []
  const list = (each: (start: Start) => unknown, type: string): string => bind(values, starts.map(each), type)
  const definitions = `unnest(${bind(values, [...flows.keys()], 'text[]')}, ${bind(values, [...flows.values()], 'text[]')}) as d(name, definition)`
  const given = `unnest(${list(({ flow }) => flow.workflow.name, 'text[]')}, ${list(({ entity }) => entity ?? null, 'text[]')}, ${list(({ key }) => (key === undefined ? null : String(key)), 'text[]')}, ${list(({ trigger }) => ({ ...trigger, user }), 'jsonb[]')}) with ordinality as s(workflow, entity, record_id, trigger, place)`
  const userId = bind(values, context.viewer.id ?? null, 'text')
  const fixed = [
    bind(values, isTooLong ? 'failed' : 'running', 'text'),
    bind(values, isTooLong ? error : null, 'text'),
    `case when ${bind(values, isTooLong, 'boolean')} then null else now() end`,
    userId,
    bind(values, context.requestId, 'text'),
    bind(values, Math.min(hops, mostHops + 1), 'smallint'),
  ]
  const columns =
    'workflow, definition, entity, record_id, trigger, state, error, due_at, user_id, request_id, hops'
  const made = `insert into _workflow_instances (${columns}) select s.workflow, d.definition::jsonb, s.entity, s.record_id, s.trigger, ${fixed.join(', ')} from ${given} join ${definitions} on d.name = s.workflow order by s.place returning id, state, error`
  const text = `with made as (${made}) insert into _workflow_history (instance_id, what, message, actor, user_id) select id, case state when 'failed' then 'failed' else 'started' end, error, 'system:workflow', ${userId} from made`
  await run(sql, statement(text, values))
}
