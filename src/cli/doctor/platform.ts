// How the platform's database and its server are: versions, rights, connections, and apps that were not finished.
import type { Config } from '../../config.ts'
import type { Pool } from '../../database/connect.ts'
import { type MigrationFolder, readMigrationState } from '../../database/migrate.ts'
import type { AppEntry } from '../../server/apps/places.ts'
import { type Finding, findingsOf } from './finding.ts'

type Facts = Readonly<{
  version: string
  isSuperuser: boolean
  connections: number
  encrypted: boolean
  /** Settings that were sent and did not arrive. */
  lost: readonly string[]
}>

const guards = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']

/** Reads what the server says of itself and of who asks. */
export async function checkServer(pool: Pool, config: Config): Promise<readonly Finding[]> {
  const [facts] = await pool<Facts[]>`
    select current_setting('server_version') as version, current_setting('max_connections')::int as connections,
      (select rolsuper from pg_roles where rolname = current_user) as "isSuperuser",
      coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as encrypted,
      array(select name from pg_settings where setting = '0' and name = any(${[...guards]}) order by name) as lost`
  if (facts === undefined) return []
  const { version, isSuperuser, connections, encrypted, lost } = facts
  const isOwn = config.databaseUrl !== undefined
  const host = new URL(config.databaseUrl ?? 'postgres://localhost').hostname
  const warnings = [
    isOwn && isSuperuser
      ? 'the user of DATABASE_URL is a superuser; the right to create databases is enough'
      : '',
    config.limits.connections > connections
      ? `this process may open ${config.limits.connections} connections (database.connections), the server takes ${connections} in all`
      : '',
    lost.length > 0
      ? `the pooler does not pass on ${lost.join(', ')}, so nothing bounds the waiting: set them for the user with "alter role"`
      : '',
  ]
  const notes = [
    `PostgreSQL ${version}, Node.js ${process.versions.node}`,
    isOwn && !encrypted && !/^(localhost|127\.|\[?::1)/.test(host)
      ? `the connection to PostgreSQL at ${host} is not encrypted`
      : '',
  ]
  const isSaid = (message: string): boolean => message !== ''
  return [
    ...findingsOf('platform', 'warning', warnings.filter(isSaid)),
    ...findingsOf('platform', 'note', notes.filter(isSaid)),
  ]
}

/** Apps that are neither there nor gone. */
export function checkEntries(entries: readonly AppEntry[]): readonly Finding[] {
  const unfinished = entries.filter(({ state }) => state !== 'ready')
  return findingsOf(
    'platform',
    'warning',
    unfinished.map(
      ({ name, state }) =>
        `the app ${name} is ${state}: under way, or left behind by a crash and removed by the next server that starts`,
    ),
  )
}

/** Whether the database has the tables of this version; without findings it can be looked into. */
export async function checkMigrations(
  pool: Pool,
  folder: MigrationFolder,
  place: string,
): Promise<readonly Finding[]> {
  const state = await readMigrationState(pool, folder)
  if (state === undefined) return findingsOf(place, 'problem', ['the database has no tables of Metaloom'])
  const { applied, known, missing } = state
  if (applied > known)
    return findingsOf(place, 'problem', [
      `the database was used by a newer Metaloom: it has migration ${applied}, this version knows them up to ${known}`,
    ])
  if (missing === 0) return []
  return findingsOf(place, 'note', [
    `the database lacks ${missing} of the migrations up to ${known}; the next start brings it up to date, and then it can be looked into`,
  ])
}
