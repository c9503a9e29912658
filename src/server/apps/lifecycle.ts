// Makes and deletes apps, each whole or not at all: what a crash leaves half done is removed by whoever comes next.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { NewApp } from '../../api/context.ts'
import { normaliseEmail } from '../../auth/email.ts'
import { createUser } from '../../auth/users.ts'
import { connect, type Pool, run, type Sql } from '../../database/connect.ts'
import { dropDatabase, ensureDatabase, withDatabase } from '../../database/databases.ts'
import { findNameProblem, joinName } from '../../database/identifiers.ts'
import { migrate } from '../../database/migrate.ts'
import { type AppError, fail, failAll, type Problem } from '../../errors.ts'
import type { Storage } from '../../files/storage.ts'
import { describe, isStorable } from '../../reader.ts'
import { type AppPlace, appsChannel } from './places.ts'

/** Where the list of apps is. `url` names the platform's database; `prepare` is false behind a pooler. */
export type Registrar = Readonly<{
  pool: Pool
  url: string
  prepare: boolean
  storage: Pick<Storage, 'clear'>
}>
/** The first administrator, with the password that was generated and is kept nowhere. */
export type FirstAdmin = Readonly<{ email: string; password: string }>

const mostLetters = 200
/** So many files of an app that is deleted are removed at a time. */
const mostFiles = 2_000
/** Milliseconds that somebody waits for a name that is being made, deleted or healed. */
const mostWait = 5_000
const lookEvery = 50
/** Names that would pass for parts of an address. */
const reserved = new Set(['admin', 'api', 'graphql', 'platform'])

/** Makes an app with its database, its keys and its first administrator, or leaves nothing. A taken name is CONFLICT. */
export async function createApp(registrar: Registrar, app: NewApp): Promise<FirstAdmin> {
  checkNewApp(app)
  return await inTurn(registrar, app.name, async (turn) => {
    if (!(await removeRemains(registrar, app.name))) throw refuseUnfinished(app.name)
    const place = await beginApp(registrar, app)
    try {
      const admin = await makeDatabase(registrar, place, app)
      await announceReady(turn, place)
      return admin
    } catch (error) {
      await removeApp(registrar, place, { mayHaveFiles: false })
      throw error
    }
  })
}

/** Deletes an app with all that it has; files that are very many go in the background. NOT_FOUND when there is none; BAD_USER_INPUT unless `confirm` repeats the name. */
export async function deleteApp(
  registrar: Registrar,
  { name, confirm }: Readonly<{ name: string; confirm: string }>,
  afterHiding: () => Promise<void>,
): Promise<void> {
  if (confirm !== name)
    throw fail(
      'BAD_USER_INPUT',
      `confirm must repeat the name ${describe(name)} of the app whose data shall go for good, found ${describe(confirm)}`,
    )
  if (!isStorable(name)) throw refuseUnknown(name)
  await inTurn(registrar, name, async () => {
    const place = await hideApp(registrar, name)
    await afterHiding()
    await removeApp(registrar, place, { mayHaveFiles: true })
  })
}

/** Removes what a crash left of an app that was being made or deleted; leaves alone what is still under way. */
export async function healApp(registrar: Registrar, name: string): Promise<void> {
  await visit(registrar, async (turn) => {
    if (await takeTurn(turn, name)) await removeRemains(registrar, name)
  })
}

function checkNewApp({ name, displayName }: NewApp): void {
  const problems: Problem[] = []
  const message =
    findNameProblem(name) ??
    (reserved.has(name) ? `is reserved, like ${[...reserved].join(', ')}` : undefined)
  if (message !== undefined) problems.push({ path: 'name', field: 'name', message })
  const shown = displayName?.trim() ?? '-'
  if (shown === '' || shown.length > mostLetters || !isStorable(shown))
    problems.push({
      path: 'displayName',
      field: 'displayName',
      message: `must be text of 1 to ${mostLetters} characters without NUL, found ${describe(displayName)}`,
    })
  if (problems.length > 0) throw failAll('VALIDATION_FAILED', problems)
}

/** One at a time for each name. The turn ends with the connection, also with that of a process that was killed. */
async function inTurn<T>(registrar: Registrar, name: string, work: (turn: Sql) => Promise<T>): Promise<T> {
  return await visit(registrar, async (turn) => {
    const until = performance.now() + mostWait
    while (!(await takeTurn(turn, name)))
      if (performance.now() < until) await sleep(lookEvery)
      else throw refuseBusy(name)
    return await work(turn)
  })
}

function refuseBusy(name: string): AppError {
  const message = `The app ${describe(name)} is being made or deleted at this moment; try again later`
  return fail('CONFLICT', message)
}

function refuseUnfinished(name: string): AppError {
  const message = `The files of the app ${describe(name)} that was deleted are still being removed; try again later`
  return fail('CONFLICT', message)
}

/** A connection of its own: turns take long, and the pool is for those who ask. */
async function visit<T>({ url, prepare }: Registrar, work: (turn: Sql) => Promise<T>): Promise<T> {
  const own = connect(url, { max: 1, prepare })
  try {
    return (await own.begin(async (turn) => {
      await turn.unsafe("set local idle_in_transaction_session_timeout = '5min'")
      return await work(turn)
    })) as T
  } finally {
    await own.end({ timeout: 1 })
  }
}

async function takeTurn(turn: Sql, name: string): Promise<boolean> {
  const [row] = await run<{ mine: boolean }>(turn, {
    text: "select pg_try_advisory_xact_lock(hashtext('metaloom app'), hashtext($1)) as mine",
    values: [name],
  })
  return row?.mine ?? false
}

/** Whether nothing is left of what was begun under the name. */
async function removeRemains(registrar: Registrar, name: string): Promise<boolean> {
  const text = `select name, database, salt, state from _apps where name = $1 and state <> 'ready'`
  const [remains] = await run<AppPlace & { state: string }>(registrar.pool, { text, values: [name] })
  if (remains === undefined) return true
  return await removeApp(registrar, remains, { mayHaveFiles: remains.state === 'deleting' })
}

/** No two apps ever have a database of the same name, so nobody who still knows a deleted one meets its successor's. */
async function beginApp({ pool, url }: Registrar, { name, displayName = name }: NewApp): Promise<AppPlace> {
  const platform = decodeURIComponent(new URL(url).pathname.slice(1))
  const database = joinName(platform, name, randomBytes(4).toString('hex'))
  const salt = randomBytes(32).toString('base64url')
  const text = `insert into _apps (name, display_name, database, salt, state) values ($1, $2, $3, $4, 'creating')
    on conflict (name) do nothing returning 1 as begun`
  const begun = await run(pool, { text, values: [name, displayName.trim(), database, salt] })
  if (begun.length === 0) throw fail('CONFLICT', `An app with the name ${describe(name)} exists already`)
  return { name, database, salt }
}

async function makeDatabase(
  { url: platform, prepare }: Registrar,
  { database }: AppPlace,
  { adminEmail }: NewApp,
): Promise<FirstAdmin> {
  const url = withDatabase(platform, database)
  const email = normaliseEmail(adminEmail) ?? adminEmail
  const password = randomBytes(15).toString('base64url')
  await ensureDatabase(url)
  const pool = connect(url, { max: 1, prepare })
  try {
    await migrate(pool, 'app')
    await createUser(pool, { email, password, roles: ['admin'] })
  } finally {
    await pool.end({ timeout: 5 })
  }
  return { email, password }
}

/** In the turn's own transaction: who lost the turn meanwhile cannot say that the app is ready. */
async function announceReady(turn: Sql, { name, database }: AppPlace): Promise<void> {
  const text = `update _apps set state = 'ready', created_at = now() where name = $1 and database = $2 returning 1 as found`
  const found = await run(turn, { text, values: [name, database] })
  if (found.length === 0) throw new Error(`The app ${name} was removed while it was made`)
  await announce(turn, name)
}

async function hideApp({ pool }: Registrar, name: string): Promise<AppPlace> {
  const text = `update _apps set state = 'deleting' where name = $1 and state <> 'creating' returning name, database, salt`
  const [place] = await run<AppPlace>(pool, { text, values: [name] })
  if (place === undefined) throw refuseUnknown(name)
  await announce(pool, name)
  return place
}

function refuseUnknown(name: string): AppError {
  return fail('NOT_FOUND', `There is no app ${describe(name)} here`)
}

/**
 * Not in the turn's transaction, which an error rolls back. The entry goes last, so that what is left is found again;
 * whether it has gone.
 */
async function removeApp(
  { pool, url, storage }: Registrar,
  { name, database }: AppPlace,
  { mayHaveFiles }: Readonly<{ mayHaveFiles: boolean }>,
): Promise<boolean> {
  await dropDatabase(withDatabase(url, database))
  if (mayHaveFiles && !(await storage.clear(name, mostFiles))) return false
  const text = "delete from _apps where name = $1 and database = $2 and state <> 'ready'"
  await run(pool, { text, values: [name, database] })
  return true
}

async function announce(sql: Sql, name: string): Promise<void> {
  await run(sql, { text: 'select pg_notify($1, $2)', values: [appsChannel, name] })
}
