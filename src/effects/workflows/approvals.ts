// The approvals that wait for a viewer: those they may decide, about records that they may see.
import { isAdmin } from '../../auth/viewer.ts'
import { run } from '../../database/connect.ts'
import { seesRecord } from '../../pipeline/reads/own-record.ts'
import { allOf, bind, statement, type Values } from '../../pipeline/statement.ts'
import type { Desk } from './decide.ts'

/** One approval that waits. `number` is its place in the list; times are RFC 3339. */
export type PendingApproval = Readonly<{
  id: string
  number: string
  instanceId: string
  workflow: string
  step: string
  entity: string | null
  recordId: string | null
  askedAt: string
  dueAt: string | null
  userId: string | null
}>
export type PendingApprovals = Readonly<{ approvals: readonly PendingApproval[]; hasMore: boolean }>

const columns =
  's.id, s.number, i.id as "instanceId", i.workflow, s.step, i.entity, i.record_id as "recordId", s.started_at as "askedAt", s.due_at as "dueAt", i.user_id as "userId"'
const source = '_workflow_steps s join _workflow_instances i on i.id = s.instance_id'
const isPending =
  "s.state = 'waiting' and s.kind = 'approval' and i.state = 'running' and (s.due_at is null or s.due_at > now())"

/** Those that have waited longest first; `after` is the number of one. */
export async function findPending(
  desk: Desk,
  { after = '0', size }: Readonly<{ after?: string | undefined; size: number }>,
): Promise<PendingApprovals> {
  const values: Values = []
  const where = await writeWhere(desk, values)
  const page = `s.number > ${bind(values, after, 'bigint')} order by s.number limit ${bind(values, size + 1, 'integer')}`
  const text = `select ${columns} from ${source} where ${where} and ${page}`
  const found = await run<PendingApproval>(desk.pool, statement(text, values))
  return { approvals: found.slice(0, size), hasMore: found.length > size }
}

export async function countPending(desk: Desk): Promise<number> {
  const values: Values = []
  const text = `select count(*) as count from ${source} where ${await writeWhere(desk, values)}`
  const [row] = await run<{ count: string }>(desk.pool, statement(text, values))
  return Number(row?.count)
}

async function writeWhere(desk: Desk, values: Values): Promise<string> {
  const isTheirs = writeTheirs(desk, values)
  if (isAdmin(desk.viewer)) return allOf([isPending, isTheirs])
  const own: Values = []
  const text = `select distinct i.entity from ${source} where ${allOf([isPending, writeTheirs(desk, own)])}`
  const rows = await run<{ entity: string | null }>(desk.pool, statement(text, own))
  const names = rows.flatMap(({ entity }) => entity ?? []).sort()
  return allOf([isPending, isTheirs, seesRecord(desk.viewer, desk.registry, names, 'i', values)])
}

function writeTheirs({ viewer }: Desk, values: Values): string {
  const id = viewer.id === undefined ? 'null::text' : bind(values, viewer.id, 'text')
  const isOthers = `(not s.four_eyes or i.user_id is distinct from ${id})`
  if (isAdmin(viewer)) return isOthers
  const roles = bind(values, viewer.roles, 'text[]')
  return `((s.decider_kind = 'user' and s.decider = lower(${id})) or (s.decider_kind = 'role' and s.decider = any(${roles}))) and ${isOthers}`
}
