// Makes and drops whole databases on a server, and checks that a server and a database suit us.
import { setTimeout as sleep } from 'node:timers/promises'
import { usualLimits } from '../config/limits.ts'
import { connect, type Pool } from './connect.ts'
import { quoteName } from './identifiers.ts'

type Facts = Readonly<{ version: number; encoding: string }>

const oldestVersion = 14
const creationTimeout = 60_000
const unreachable = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOENT',
]

/** Makes the database that `url` names when it is missing; throws when it, or its server, cannot serve Metaloom. */
export async function ensureDatabase(url: string): Promise<void> {
  const name = readName(url)
  const isMissing = (await isListed(url, name)) === false
  const found = (isMissing ? undefined : await findFacts(url)) ?? (await createThenFind(url, name))
  checkVersion(found)
  checkEncoding(found, name)
}

/** Throws when there is no database that `url` names, or when it cannot serve Metaloom. */
export async function checkDatabase(url: string): Promise<void> {
  const name = readName(url)
  const found = await findFacts(url)
  if (found === undefined) throw new Error(`There is no database ${quoteName(name)} at ${describe(url)}`)
  checkVersion(found)
  checkEncoding(found, name)
}

/** The url of another database on the same server. */
export function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${encodeURIComponent(name)}`
  return changed.href
}

/** Removes the database that `url` names, cutting off whoever is connected; does nothing when there is none. */
export async function dropDatabase(url: string): Promise<void> {
  const name = readName(url)
  await visit(withDatabase(url, 'postgres'), async (pool) => {
    await awaitCreation(pool, name)
    await pool.unsafe(`drop database if exists ${quoteName(name)} with (force)`)
  })
}

/** A process that dies leaves its statement running: the database that it was making would be there after it was dropped. */
async function awaitCreation(pool: Pool, name: string): Promise<void> {
  const text = "select 1 from pg_stat_activity where state = 'active' and starts_with(query, $1)"
  const find = () => pool.unsafe(text, [`create database ${quoteName(name)} `])
  while ((await find()).length > 0) await sleep(50)
}

function readName(url: string): string {
  const name = decodeURIComponent(new URL(url).pathname.slice(1))
  if (name === '')
    throw new Error(`The database url for ${describe(url)} names no database; end it in "/" and a name`)
  return name
}

/**
 * Whether the server has a database of that name; undefined when it does not let us look. Asked before anybody connects
 * there: a pooler remembers for a while that it could not.
 */
async function isListed(url: string, name: string): Promise<boolean | undefined> {
  const look = async (pool: Pool): Promise<boolean> =>
    (await pool`select 1 from pg_database where datname = ${name}`).length > 0
  return await visit(withDatabase(url, 'postgres'), look).catch(() => undefined)
}

/** Undefined when there is no database of that name. */
async function findFacts(url: string): Promise<Facts | undefined> {
  return await visit(url, readFacts).catch((error: unknown) => {
    if (error instanceof Error && readCode(error.cause) === '3D000') return undefined
    throw error
  })
}

async function createThenFind(url: string, name: string): Promise<Facts> {
  await visit(withDatabase(url, 'postgres'), async (pool) => {
    const server = await readFacts(pool)
    checkVersion(server)
    await create(pool, name, server.version)
  })
  return await visit(url, readFacts)
}

async function readFacts(pool: Pool): Promise<Facts> {
  const [row] = await pool<{ version: number; encoding: string }[]>`
    select current_setting('server_version_num')::int / 10000 as version, pg_encoding_to_char(encoding) as encoding
    from pg_database where datname = current_database()`
  if (!row) throw new Error('PostgreSQL does not list the database of its own connection')
  return row
}

/** Text sorts by code point, everywhere alike; upper and lower case go beyond ASCII where the server can. */
async function create(pool: Pool, name: string, version: number): Promise<void> {
  const provider = version >= 15 ? 'locale_provider libc ' : ''
  const choices =
    version >= 17
      ? [`locale_provider builtin builtin_locale 'C.UTF-8' lc_collate 'C' lc_ctype 'C'`]
      : [`${provider}lc_collate 'C' lc_ctype 'C.UTF-8'`, `${provider}lc_collate 'C' lc_ctype 'C'`]
  for (const locale of choices) if (await tryCreate(pool, name, locale)) return
  throw new Error(
    `PostgreSQL ${version} knows none of the locales for the database ${quoteName(name)}: ${choices.join('; ')}`,
  )
}

/** False when the server lacks the locale. Another process that made the same database meanwhile saved us the work. */
async function tryCreate(pool: Pool, name: string, locale: string): Promise<boolean> {
  try {
    await pool.unsafe(`create database ${quoteName(name)} template template0 encoding 'UTF8' ${locale}`)
    return true
  } catch (error) {
    const code = readCode(error)
    if (code === '42P04' || code === '23505') return true
    if (code === '42809' || code === '22023') return false
    throw error
  }
}

function checkVersion(found: Facts): void {
  if (found.version >= oldestVersion) return
  throw new Error(
    `Metaloom needs PostgreSQL ${oldestVersion} or newer; this server is PostgreSQL ${found.version}`,
  )
}

function checkEncoding(found: Facts, name: string): void {
  if (found.encoding === 'UTF8') return
  const right = `create database ${quoteName(name)} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'`
  throw new Error(
    `The database ${quoteName(name)} has the encoding ${found.encoding}, Metaloom needs UTF8; name another one in DATABASE_URL, or replace it by: ${right}`,
  )
}

/** Runs `work` on one connection and closes it; says in words what keeps us out. */
async function visit<T>(url: string, work: (pool: Pool) => Promise<T>): Promise<T> {
  // A statement that is prepared by name would stay behind in a pooler.
  const pool = connect(url, {
    max: 1,
    prepare: false,
    limits: { ...usualLimits, statementTimeout: creationTimeout },
  })
  try {
    return await work(pool)
  } catch (error) {
    throw new Error(explain(error, url), { cause: error })
  } finally {
    await pool.end({ timeout: 1 })
  }
}

function explain(error: unknown, url: string): string {
  const code = readCode(error)
  const user = quoteName(decodeURIComponent(new URL(url).username) || 'the default user')
  if (unreachable.includes(code) || code === 'CONNECT_TIMEOUT')
    return `No PostgreSQL answers at ${describe(url)} (${code}); start it, or correct DATABASE_URL`
  if (code === '28P01')
    return `PostgreSQL at ${describe(url)} refused the password of the user ${user}; correct DATABASE_URL`
  if (code === '42501')
    return `The user ${user} may not create databases at ${describe(url)}; as an administrator run: alter role ${user} createdb`
  return error instanceof Error ? `PostgreSQL at ${describe(url)}: ${error.message}` : String(error)
}

/** The address without user and password. */
function describe(url: string): string {
  return new URL(url).host || 'the default address'
}

function readCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
