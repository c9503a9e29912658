// Brings the tables that Metaloom itself needs up to date; what is in them stands in migrations/, a file per step.
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool, Sql } from './connect.ts'
import { sqlState } from './transaction.ts'

/** `platform` is the database that lists the apps; `app` is the database of one app. */
export type MigrationFolder = 'app' | 'platform'

type Migration = Readonly<{ number: number; name: string; file: URL }>

/** A step that is in a database; one that only `expands` it leaves everything as older versions know it. */
type Applied = Readonly<{ number: number; name: string; expands: boolean }>

const filePattern = /^(\d{3})-([a-z0-9-]+)\.sql$/
/** The line of a file that says so. */
const expandingLine = /^-- expands: /m
/** A step that needs a table under load waits a moment for it at a time, so that nobody queues up behind: milliseconds, times. */
const mostWait = 200
const mostTries = 300

/** Applies every migration that the database lacks, all in one transaction; two processes at once apply them once. */
export async function migrate(pool: Pool, folder: MigrationFolder): Promise<void> {
  const known = await readMigrations(folder)
  for (let tries = 1; ; tries++) {
    try {
      return await pool.begin((sql) => applyMissing(sql, known))
    } catch (error) {
      if (tries >= mostTries || !isBusy(error)) throw error
      await sleep(mostWait * (0.5 + Math.random()))
    }
  }
}

async function applyMissing(sql: Sql, known: readonly Migration[]): Promise<void> {
  await takeTurn(sql)
  const applied = await findApplied(sql)
  checkNotNewer(applied, known)
  const missing = known.filter(({ number }) => !applied.some((done) => done.number === number))
  for (const migration of missing) await apply(sql, migration)
}

/** Whether a step met a table in use. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && sqlState(error.cause) === lockNotAvailable
}

const lockNotAvailable = '55P03'

/** Which migration the database has last, which this version has, and how many it lacks; undefined for a database that is not ours. */
export async function readMigrationState(
  pool: Pool,
  folder: MigrationFolder,
): Promise<Readonly<{ applied: number; known: number; missing: number }> | undefined> {
  const known = await readMigrations(folder)
  const [table] = await pool<{ exists: boolean }[]>`select to_regclass('_migrations') is not null as exists`
  if (!table?.exists) return undefined
  const rows = await pool<{ number: number }[]>`select number from _migrations order by number`
  const applied = new Set(rows.map(({ number }) => number))
  const missing = known.filter(({ number }) => !applied.has(number)).length
  return { applied: rows.at(-1)?.number ?? 0, known: known.at(-1)?.number ?? 0, missing }
}

async function readMigrations(folder: MigrationFolder): Promise<readonly Migration[]> {
  const place = new URL(`./migrations/${folder}/`, import.meta.url)
  const names = (await readdir(place)).sort()
  return names.map((name) => readName(name, new URL(name, place)))
}

function readName(name: string, file: URL): Migration {
  const [, number, title] = filePattern.exec(name) ?? []
  if (number && title) return { number: Number(number), name: title, file }
  throw new Error(`A migration is named like 001-some-words.sql; found ${file.pathname}`)
}

/** Waits until no other process migrates this database; longer than a request would, since a step may take its time. */
async function takeTurn(sql: Sql): Promise<void> {
  await sql.unsafe(`
    set local lock_timeout = '2min';
    set local statement_timeout = '10min';
    select pg_advisory_xact_lock(hashtext('metaloom migrate'));
    set local lock_timeout = '${mostWait}ms'`)
}

/** Versions from before kept no note of what a step does. */
async function findApplied(sql: Sql): Promise<readonly Applied[]> {
  await sql`create table if not exists _migrations (
    number int primary key, name text not null, applied_at timestamptz(3) not null default now())`
  const [column] = await sql`
    select 1 from pg_attribute where attrelid = '_migrations'::regclass and attname = 'expands'`
  if (!column) await sql`alter table _migrations add column expands boolean not null default false`
  return await sql<Applied[]>`select number, name, expands from _migrations order by number`
}

/** A database may be ahead of us by steps that only expand it: then we can go on with it, beside the newer version. */
function checkNotNewer(applied: readonly Applied[], known: readonly Migration[]): void {
  const newest = known.at(-1)?.number ?? 0
  const last = applied.find(({ number, expands }) => number > newest && !expands)
  if (last === undefined) return
  throw new Error(
    `This database was last used by a newer Metaloom: it has migration ${last.number} (${last.name}), this version knows them up to ${newest}; start the newer version, or restore a backup`,
  )
}

async function apply(sql: Sql, migration: Migration): Promise<void> {
  const text = await readFile(migration.file, 'utf8')
  await sql.unsafe(text).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`Migration ${migration.number} (${migration.name}) failed: ${reason}`, { cause: error })
  })
  const { number, name } = migration
  await sql`insert into _migrations (number, name, expands) values (${number}, ${name}, ${expandingLine.test(text)})`
}
