// What an operator may want to know of a PostgreSQL server before relying on it, read in one statement.
import { type Row, run, type Sql } from './connect.ts'

/** `clockAhead` is by how many milliseconds the clock of the server is ahead of ours, to half of the time it took to ask. */
export type ServerFacts = Readonly<{
  version: number
  clockAhead: number
  /** Whether text is ordered by the rules of some language, and not by code point. */
  sortsByLanguage: boolean
  /** Whether upper and lower case are known beyond ASCII. */
  knowsCase: boolean
  /** Settings without which acknowledged writes may be lost. */
  turnedOff: readonly string[]
  maxConnections: number
  user: string
  mayCreateDatabases: boolean
  isSuperuser: boolean
  /** The address of the server where it is not on this machine's socket. */
  address: string | null
  isEncrypted: boolean
}>

const text = `select current_setting('server_version_num')::int / 10000 as version,
  extract(epoch from clock_timestamp())::float8 * 1000 as clock,
  ('a' < 'B') as "sortsByLanguage", (lower('Ä') = 'ä') as "knowsCase",
  array(select s from unnest(array['fsync', 'full_page_writes', 'synchronous_commit']) s
    where current_setting(s) = 'off') as "turnedOff",
  current_setting('max_connections')::int as "maxConnections",
  r.rolname as user, r.rolcreatedb or r.rolsuper as "mayCreateDatabases", r.rolsuper as "isSuperuser",
  host(inet_server_addr()) as address,
  coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as "isEncrypted"
  from pg_roles r where r.rolname = current_user`

/** Asks the server; the second answer counts, since the first waits for a connection. */
export async function readServerFacts(sql: Sql): Promise<ServerFacts> {
  await run(sql, { text: 'select 1', values: [] })
  const before = Date.now()
  const [row] = await run<Omit<ServerFacts, 'clockAhead'> & Row & { clock: number }>(sql, {
    text,
    values: [],
  })
  if (row === undefined) throw new Error('PostgreSQL does not list the user of its own connection')
  const { clock, ...facts } = row
  return { ...facts, clockAhead: clock - (before + Date.now()) / 2 } as ServerFacts
}
