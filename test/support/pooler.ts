// Runs pgbouncer in transaction mode before the server of the tests, with a user whose settings it cannot pass on.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { findUnprivilegedUser, isRoot } from '../../src/database/embedded/user.ts'

export type Pooler = Readonly<{
  /** Leads through the pooler. */
  url: string
  /** Leads past it, as the same user. */
  directUrl: string
  stop(): Promise<void>
}>

/** Where Debian and others put the program; undefined where there is none. */
export const poolerPath = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer'].find(
  (path) => existsSync(path),
)

/** What Metaloom asks for when it connects and a pooler in transaction mode does not pass on. */
const ignored = {
  statement_timeout: '10s',
  lock_timeout: '2s',
  idle_in_transaction_session_timeout: '15s',
  extra_float_digits: '1',
  IntervalStyle: 'iso_8601',
}

/** Starts it before the server that the url leads to; at most so many connections go on to each database. */
export async function startPooler(serverUrl: string, poolSize: number): Promise<Pooler> {
  if (poolerPath === undefined) throw new Error('There is no pgbouncer on this machine')
  const role = `pooled_${randomUUID().slice(0, 8)}`
  const sql = postgres(serverUrl, { max: 1, onnotice: () => {} })
  await sql.unsafe(`create role ${role} login createdb password 'secret'`)
  for (const [name, value] of Object.entries(ignored))
    await sql.unsafe(`alter role ${role} set ${name} = '${value}'`)
  const directory = await mkdtemp(join(tmpdir(), 'metaloom-pooler-'))
  await chmod(directory, 0o755)
  const port = await findPort()
  await writeFile(join(directory, 'users.txt'), `"${role}" "secret"\n`)
  await writeFile(join(directory, 'pooler.ini'), writeSettings(new URL(serverUrl), directory, port, poolSize))
  const identity = isRoot() ? await findUnprivilegedUser() : undefined
  const child = spawn(poolerPath, ['-q', join(directory, 'pooler.ini')], {
    stdio: 'ignore',
    ...(identity && { uid: identity.uid, gid: identity.gid }),
  })
  const url = withUser(serverUrl, role, port)
  await waitFor(url, child)
  return {
    url,
    directUrl: withUser(serverUrl, role),
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
      await sql.unsafe(`drop role ${role}`)
      await sql.end()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function writeSettings(
  { hostname, port }: URL,
  directory: string,
  ownPort: number,
  poolSize: number,
): string {
  return `[databases]
* = host=${hostname} port=${port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${ownPort}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(directory, 'users.txt')}
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 500
ignore_startup_parameters = ${Object.keys(ignored).join(',')}
`
}

function withUser(url: string, role: string, port?: number): string {
  const changed = new URL(url)
  changed.username = role
  changed.password = 'secret'
  if (port !== undefined) changed.port = String(port)
  return changed.href
}

async function findPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function waitFor(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; ; tries++) {
    if (child.exitCode !== null) throw new Error(`pgbouncer ended with ${child.exitCode}`)
    const sql = postgres(url, { max: 1, prepare: false, onnotice: () => {} })
    const isReady = await sql`select 1`.then(
      () => true,
      (error: unknown) => {
        if (tries > 100) throw error
        return false
      },
    )
    await sql.end({ timeout: 1 })
    if (isReady) return
    await sleep(50)
  }
}
