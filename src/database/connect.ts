// Opens connections to PostgreSQL with the settings that the rest relies on; knows nothing of entities.
import { hostname } from 'node:os'
import postgres from 'postgres'
import { type Limits, usualLimits } from '../config/limits.ts'
import { isFollowed, tellWork } from '../log/work.ts'

/** A pool, or the one connection of a transaction: both run statements. */
export type Sql = postgres.ISql<Record<never, never>>
export type Pool = postgres.Sql<Record<never, never>>
export type Row = Record<string, unknown>

/** SQL text with `$1`-style places and the values for them, all of them given as text, numbers or arrays. */
export type Statement = Readonly<{ text: string; values: readonly unknown[] }>

export type PoolOptions = Readonly<{
  max: number
  prepare?: boolean
  limits?: Pick<Limits, 'statementTimeout' | 'lockTimeout' | 'idleInTransaction'>
  onNotice?: () => void
}>

/** How PostgreSQL lists the connections of this process, in pg_stat_activity: at most 63 bytes. */
export function nameConnection(use = ''): string {
  return `metaloom ${use}${process.pid}@${hostname()}`.slice(0, 63)
}

/**
 * Opens a pool of at most `max` connections, none of them before it is needed.
 * Dates, times, bigint and numeric come back as PostgreSQL's text: a JS Date or number would lose digits.
 */
export function connect(url: string, options: PoolOptions): Pool {
  const { statementTimeout, lockTimeout, idleInTransaction } = options.limits ?? usualLimits
  return postgres(url, {
    max: options.max,
    prepare: options.prepare ?? true,
    onnotice: options.onNotice ?? (() => {}),
    connect_timeout: 10,
    connection: {
      application_name: nameConnection(),
      TimeZone: 'UTC',
      DateStyle: 'ISO, YMD',
      IntervalStyle: 'iso_8601',
      extra_float_digits: 1,
      statement_timeout: statementTimeout,
      lock_timeout: lockTimeout,
      idle_in_transaction_session_timeout: idleInTransaction,
    },
    types: {
      date: { to: 1082, from: [1082, 1114], serialize: String, parse: (text: string) => text },
      timestamptz: { to: 1184, from: [1184], serialize: String, parse: writeTimestamp },
    },
  })
}

/** Turns PostgreSQL's `2026-01-31 12:00:00.12+00` into RFC 3339 with milliseconds, `2026-01-31T12:00:00.120Z`. */
function writeTimestamp(text: string): string {
  const [seconds = '', fraction = ''] = text.slice(11, -3).split('.')
  return `${text.slice(0, 10)}T${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}Z`
}

const prepared = { prepare: true }
/**
 * The driver asks this before it sends another statement behind one, though its types do not tell. What is not prepared goes
 * over in two halves: a pooler would take the end of the first statement for the end of both, and let go of the connection.
 */
const alone = { ...prepared, onexecute: () => false }

/** Runs a statement as a named prepared statement, where the pool prepares any, and returns its rows, keyed by column. */
export async function run<T extends Row = Row>(sql: Sql, statement: Statement): Promise<T[]> {
  const { text, values } = statement
  const options = isShared(sql) ? alone : prepared
  if (!isFollowed()) return await sql.unsafe<T[]>(text, values as never[], options)
  const work = {
    kind: 'statement' as const,
    name: nameStatement(text),
    facts: { 'db.system': 'postgresql', 'db.statement': text },
  }
  return await tellWork(work, async () => await sql.unsafe<T[]>(text, values as never[], options))
}

/** Whether this is the pool itself, and it does not prepare; a transaction has its connection for itself. */
function isShared(sql: Sql): boolean {
  return 'options' in sql && (sql as Pool).options.prepare === false
}

/** The texts of statements hold no values, but are long. */
function nameStatement(text: string): string {
  return `PostgreSQL ${/^\s*(\w+)/.exec(text)?.[1]?.toLowerCase() ?? ''}`.trim()
}
