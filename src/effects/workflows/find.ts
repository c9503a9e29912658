// Reads instances of workflows with their steps and their history, for those who may see the record, and for administrators.
import { type Row, run, type Sql } from '../../database/connect.ts'
import { readValue } from '../../metadata/value.ts'
import { seesRecord } from '../../pipeline/reads/own-record.ts'
import { allOf, bind, statement, type Values } from '../../pipeline/statement.ts'
import type { Desk } from './decide.ts'
import type { Happening } from './history.ts'
import type { InstanceState } from './instance.ts'

/** An instance as it is shown; times are RFC 3339. */
export type ShownInstance = Readonly<{
  id: string
  number: string
  workflow: string
  state: InstanceState
  entity: string | null
  recordId: string | null
  userId: string | null
  context: Row | null
  definition: Row
  dueAt: string | null
  attempts: number
  hops: number
  error: string | null
  requestId: string
  startedAt: string
  endedAt: string | null
}>

const instanceColumns =
  'i.id, i.number, i.workflow, i.state, i.entity, i.record_id as "recordId", i.user_id as "userId", i.context, i.definition, i.due_at as "dueAt", i.attempts, i.hops, i.error, i.request_id as "requestId", i.started_at as "startedAt", i.ended_at as "endedAt"'

/** The instance, when the viewer may see its record. */
export async function findInstance(
  { pool, registry, viewer }: Desk,
  id: string,
): Promise<ShownInstance | undefined> {
  const reading = readValue({ type: 'uuid' }, id)
  if ('problem' in reading) return undefined
  const [found] = await run<{ entity: string | null }>(pool, {
    text: 'select entity from _workflow_instances where id = $1::uuid',
    values: [reading.value],
  })
  if (found === undefined) return undefined
  const values: Values = [reading.value]
  const isSeen = seesRecord(viewer, registry, found.entity === null ? [] : [found.entity], 'i', values)
  const text = `select ${instanceColumns} from _workflow_instances i where i.id = $1::uuid and ${isSeen}`
  const [instance] = await run<ShownInstance>(pool, statement(text, values))
  return instance
}

/** A narrowing; null and undefined do not narrow. */
type Wish<T> = T | null | undefined

/** Which instances an administrator wants; `before` is the number of one, and only older ones are wanted. */
export type InstanceQuery = Readonly<{
  workflow?: Wish<string>
  state?: Wish<InstanceState>
  entity?: Wish<string>
  recordId?: Wish<string>
  before?: Wish<string>
  size: number
}>
export type Instances = Readonly<{ instances: readonly ShownInstance[]; hasMore: boolean }>

/** The newest first. */
export async function findInstances(sql: Sql, { size, before, ...query }: InstanceQuery): Promise<Instances> {
  const values: Values = []
  const conditions = writeConditions(query, values)
  if (before != null) conditions.push(`i.number < ${bind(values, before, 'bigint')}`)
  const text = `select ${instanceColumns} from _workflow_instances i where ${allOf(conditions)} order by i.number desc limit ${bind(values, size + 1, 'integer')}`
  const found = await run<ShownInstance>(sql, statement(text, values))
  return { instances: found.slice(0, size), hasMore: found.length > size }
}

export async function countInstances(
  sql: Sql,
  query: Omit<InstanceQuery, 'before' | 'size'>,
): Promise<number> {
  const values: Values = []
  const text = `select count(*) as count from _workflow_instances i where ${allOf(writeConditions(query, values))}`
  const [row] = await run<{ count: string }>(sql, statement(text, values))
  return Number(row?.count)
}

function writeConditions(query: Omit<InstanceQuery, 'before' | 'size'>, values: Values): string[] {
  const claims = [
    ['i.workflow', query.workflow],
    ['i.state', query.state],
    ['i.entity', query.entity],
    ['i.record_id', query.recordId],
  ] as const
  return claims.flatMap(([name, wish]) => (wish == null ? [] : [`${name} = ${bind(values, wish, 'text')}`]))
}

/** A step that an instance has come to. */
export type ShownStep = Readonly<{
  id: string
  step: string
  kind: string
  state: 'ready' | 'waiting' | 'done' | 'cancelled'
  outcome: string | null
  comment: string | null
  decidedBy: string | null
  dueAt: string | null
  startedAt: string
  endedAt: string | null
}>

const stepColumns =
  'instance_id as "instanceId", id, step, kind, state, outcome, comment, decided_by as "decidedBy", due_at as "dueAt", started_at as "startedAt", ended_at as "endedAt"'

/** The steps of instances, by the instance, in the order in which it came to them. */
export async function findSteps(
  sql: Sql,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly ShownStep[]>> {
  const text = `select ${stepColumns} from _workflow_steps where instance_id = any($1::uuid[]) order by number`
  return groupRows(await run<ShownStep & Owned>(sql, { text, values: [ids] }))
}

/** What happened to an instance. */
export type ShownEntry = Readonly<{
  id: string
  at: string
  what: Happening
  step: string | null
  message: string | null
  actor: string
  userId: string | null
}>

/** What happened to instances, by the instance, in order. */
export async function findHistory(
  sql: Sql,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly ShownEntry[]>> {
  const text =
    'select instance_id as "instanceId", id, at, what, step, message, actor, user_id as "userId" from _workflow_history where instance_id = any($1::uuid[]) order by id'
  return groupRows(await run<ShownEntry & Owned>(sql, { text, values: [ids] }))
}

type Owned = Readonly<{ instanceId: string }>

function groupRows<T extends Owned>(rows: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) groups.set(row.instanceId, [...(groups.get(row.instanceId) ?? []), row])
  return groups
}
