// The list of apps as the platform keeps it: which there are, where they live, and which of them have work waiting.
import { type Pool, type Row, run, type Sql } from '../../database/connect.ts'

/** An app: its database, and the salt of its keys. */
export type AppPlace = Readonly<{ name: string; database: string; salt: string }>
/** An app that is there or was begun; what is not `ready` is under way, or was left behind. */
export type AppEntry = AppPlace &
  Readonly<{
    state: 'creating' | 'ready' | 'deleting'
    /** Whether work of the app waits that no process is known to see to. */
    isDue: boolean
  }>

/** Where changes of the list are announced. */
export const appsChannel = 'metaloom_apps'

/** Seconds for which a process has an app unless it says so again. */
const leaseSeconds = 30

/** All apps, by name. */
export async function listApps(sql: Sql): Promise<readonly AppEntry[]> {
  const text = `select name, database, salt, state, coalesce(next_due_at <= now(), false)
      and not exists (select from _app_leases l where l.app = name and l.expires_at > now()) as "isDue"
    from _apps order by name`
  return await run<Row & AppEntry>(sql, { text, values: [] })
}

/**
 * Notes that the process has the app open: if it ends without a word, others see to what is due. False when the app is
 * gone, which the process may not have heard yet.
 */
export async function leaseApp(sql: Sql, app: string, instance: string): Promise<boolean> {
  const text = `with due as (
      update _apps set next_due_at = least(next_due_at, now()) where name = $1 and state = 'ready' returning name)
    insert into _app_leases (app, instance, expires_at) select name, $2, now() + interval '${leaseSeconds} s' from due
    on conflict (app, instance) do update set expires_at = excluded.expires_at returning app`
  return (await run(sql, { text, values: [app, instance] })).length > 0
}

/** Says again what the process has open. */
export async function renewLeases(sql: Sql, apps: readonly string[], instance: string): Promise<void> {
  const text = `insert into _app_leases (app, instance, expires_at)
    select name, $2, now() + interval '${leaseSeconds} s' from _apps where name = any($1::text[])
    on conflict (app, instance) do update set expires_at = excluded.expires_at`
  await run(sql, { text, values: [apps, instance] })
}

/**
 * Notes that the process has closed the app, and when its next work is due. Another that has it open writes more, so the
 * time is left to the last; the row is locked first, since that is where all of them meet.
 */
export async function returnApp(
  pool: Pool,
  app: string,
  instance: string,
  nextDue: Date | undefined,
): Promise<void> {
  await pool.begin(async (sql) => {
    await run(sql, { text: 'select 1 from _apps where name = $1 for update', values: [app] })
    await run(sql, {
      text: 'delete from _app_leases where app = $1 and (instance = $2 or expires_at <= now())',
      values: [app, instance],
    })
    await run(sql, {
      text: `update _apps set next_due_at = $2::timestamptz
        where name = $1 and not exists (select from _app_leases where app = $1)`,
      values: [app, nextDue?.toISOString() ?? null],
    })
  })
}
