// Starts the workflows whose time has come. A row for each schedule says when; whoever changes that row has the run.
import { randomUUID } from 'node:crypto'
import { type Pool, run, type Sql } from '../../database/connect.ts'
import { inTransaction } from '../../database/transaction.ts'
import type { Flow } from '../../metadata/flow.ts'
import { findNextRun, type Schedule } from '../../metadata/workflows/cron.ts'
import { insertInstances } from '../../pipeline/stages/start-workflows.ts'

type Due = Schedule & Readonly<{ workflow: string; dueAt: string; now: string }>

/** Makes the rows those of these flows; a schedule that stayed the same keeps its time. */
export async function keepSchedules(pool: Pool, flows: readonly Flow[]): Promise<void> {
  const now = await readNow(pool)
  const rows = flows.flatMap((flow) => {
    const schedule = findSchedule(flow)
    const due = schedule && findNextRun(schedule, now)
    return schedule ? [[flow.workflow.name, schedule.cron, schedule.timeZone, due ?? null] as const] : []
  })
  const names = rows.map(([name]) => name)
  const kept = rows.length === 0 ? '' : `, kept as (${keepText})`
  const text = `with gone as (delete from _workflow_schedules where workflow <> all($1::text[]))${kept} select 1`
  const columns = [1, 2, 3].map((place) => rows.map((row) => row[place as 1 | 2 | 3]))
  await run(pool, { text, values: rows.length === 0 ? [names] : [names, ...columns] })
}

const keepText = `insert into _workflow_schedules as s (workflow, cron, time_zone, due_at) select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
  on conflict (workflow) do update set cron = excluded.cron, time_zone = excluded.time_zone, due_at = excluded.due_at
  where (s.cron, s.time_zone) is distinct from (excluded.cron, excluded.time_zone)`

async function readNow(sql: Sql): Promise<string> {
  const text = 'select now()::timestamptz(3) as now'
  const [row] = await run<{ now: string }>(sql, { text, values: [] })
  if (row === undefined) throw new Error('PostgreSQL does not tell the time')
  return row.now
}

function findSchedule({ workflow: { trigger } }: Flow): Schedule | undefined {
  return trigger.type === 'schedule' ? trigger : undefined
}

/** Starts what is due, once however many runs were missed; tells how many were started. */
export async function startDue(pool: Pool, flows: readonly Flow[]): Promise<number> {
  if (flows.length === 0) return 0
  const text =
    'select workflow, cron, time_zone as "timeZone", due_at as "dueAt", now()::timestamptz(3) as now from _workflow_schedules where due_at <= now()'
  let count = 0
  for (const due of await run<Due>(pool, { text, values: [] })) {
    const flow = flows.find(({ workflow }) => workflow.name === due.workflow)
    if (flow && (await startOne(pool, flow, due))) count++
  }
  return count
}

/** One of all instances of the server moves the row on, and starts the workflow. */
async function startOne(
  pool: Pool,
  flow: Flow,
  { workflow, dueAt, now, ...schedule }: Due,
): Promise<boolean> {
  const next = findNextRun(schedule, now) ?? null
  return await inTransaction(pool, async (sql) => {
    const text =
      'update _workflow_schedules set due_at = $3::timestamptz where workflow = $1::text and due_at = $2::timestamptz returning workflow'
    const taken = await run(sql, { text, values: [workflow, dueAt, next] })
    if (taken.length === 0) return false
    const viewer = { roles: [], attributes: {} }
    const trigger = { type: 'schedule' }
    await insertInstances(sql, { viewer, requestId: `schedule-${randomUUID()}` }, [{ flow, trigger }])
    return true
  })
}
