// Counts attempts to get in, in the database and so for all instances, and refuses those that come too often.
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { run, type Sql } from '../database/connect.ts'
import { type AppError, fail } from '../errors.ts'
import { hashText } from './opaque-tokens.ts'
import type { Realm } from './realm.ts'

/** What is counted: so many failures of that name are allowed for one key in 15 minutes. */
type Limit = Readonly<{ name: string; most: number }>
type Counter = Readonly<{ limit: Limit; key: string; whose: 'address' | 'account' }>

/** An attempt that was counted as failed beforehand, so that many at once cannot slip through. */
export type Attempt = Readonly<{
  /** Takes the count back when it succeeded. */
  succeed(): Promise<void>
}>
/** What may be tried by address only. */
export type Door = 'refresh' | 'reset' | 'invite'

const seconds = 15 * 60
const byAddress = {
  refresh: { name: 'refresh', most: 100 },
  reset: { name: 'reset', most: 20 },
  invite: { name: 'invite', most: 20 },
} as const satisfies Record<Door, Limit>

/** Counts a try at an account's password, whether there is such an account or not; LIMIT_EXCEEDED after too many. */
export async function startLogin(
  { pool, limits }: Pick<Realm, 'pool' | 'limits'>,
  email: string,
  address: string,
): Promise<Attempt> {
  const place = readPlace(address)
  const account = hashText(email.trim().normalize('NFC').toLowerCase())
  const byAccount = { name: 'login account', most: limits.accountLogins }
  const byAddress = { name: 'login', most: limits.addressLogins }
  return await startAttempt(pool, [
    { limit: byAccount, key: `${account} ${place}`, whose: 'account' },
    { limit: byAddress, key: place, whose: 'address' },
  ])
}

/** Counts a try at a token; LIMIT_EXCEEDED after too many. */
export async function startTry(sql: Sql, door: Door, address: string): Promise<Attempt> {
  return await startAttempt(sql, [{ limit: byAddress[door], key: readPlace(address), whose: 'address' }])
}

async function startAttempt(sql: Sql, counters: readonly Counter[]): Promise<Attempt> {
  for (const counter of counters) await consume(sql, counter)
  const succeed = async (): Promise<void> => {
    for (const { limit, key, whose } of counters) {
      const limiter = createLimiter(sql, limit)
      await (whose === 'account' ? limiter.delete(key) : limiter.reward(key))
    }
  }
  return { succeed }
}

async function consume(sql: Sql, { limit, key, whose }: Counter): Promise<void> {
  try {
    const { isFirstInDuration } = await createLimiter(sql, limit).consume(key)
    if (isFirstInDuration) await removeOld(sql)
  } catch (error) {
    throw error instanceof RateLimiterRes ? refuse(error, whose) : failClosed(error)
  }
}

function refuse({ msBeforeNext }: RateLimiterRes, whose: Counter['whose']): AppError {
  const retryAfter = Math.max(1, Math.ceil(msBeforeNext / 1000))
  const subject = whose === 'account' ? 'for this account from this address' : 'from this address'
  const message = `There were too many failed attempts ${subject}; try again in ${retryAfter} seconds`
  return fail('LIMIT_EXCEEDED', message, undefined, { retryAfter })
}

/** What cannot be counted is not let through: else whoever brings the store down may guess as they like. */
function failClosed(cause: unknown): AppError {
  const message = 'Attempts cannot be counted at the moment, so none is let through; try again later'
  return Object.assign(fail('INTERNAL_SERVER_ERROR', message), { cause })
}

function createLimiter(sql: Sql, { name, most }: Limit): RateLimiterPostgres {
  return new RateLimiterPostgres({
    storeClient: { query: (statement: unknown) => query(sql, statement as Statement) },
    storeType: 'client',
    tableName: '_throttle',
    tableCreated: true,
    clearExpiredByTimeout: false,
    keyPrefix: name,
    points: most,
    duration: seconds,
  })
}

/** A statement as the library writes it, for the client of another driver. */
type Statement = Readonly<{ text: string; values: readonly unknown[] }>

async function query(sql: Sql, { text, values }: Statement) {
  const rows = await run(sql, { text, values })
  return { rows, rowCount: rows.length }
}

async function removeOld(sql: Sql): Promise<void> {
  const text = `delete from _throttle where key in (
    select key from _throttle where expire < $1::bigint limit 100 for update skip locked)`
  await run(sql, { text, values: [Date.now()] })
}

/** Who has one IPv6 address has 2^64 of them: they count as one. */
function readPlace(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length)
  const all = [...groups, ...Array<string>(Math.max(0, missing)).fill('0'), ...(tail ?? '').split(':')]
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
