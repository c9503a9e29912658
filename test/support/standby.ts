// A PostgreSQL of its own with a second one that follows it by streaming, as operators set one up.
import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { findBinaries } from '../../src/database/embedded/binaries.ts'
import { openHome } from '../../src/database/embedded/home.ts'
import { childSettings, runProgram } from '../../src/database/embedded/process.ts'
import { buildArguments } from '../../src/database/embedded/settings.ts'
import { startEmbedded } from '../../src/database/embedded.ts'

export type Standby = Readonly<{
  primaryUrl: string
  url: string
  /** Lets the standby stand still, and go on. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Resolves when it has all that the first one has now. */
  catchUp(): Promise<void>
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}>

/** Starts both; the copy is made while the first one runs. */
export async function startStandby(): Promise<Standby> {
  const folder = await mkdtemp(join(tmpdir(), 'metaloom-standby-'))
  await chmod(folder, 0o755)
  const primaryDir = join(folder, 'primary')
  const primary = await startEmbedded({ dataDir: primaryDir, durable: false })
  const home = await openHome(primaryDir, () => {})
  const binaries = await findBinaries(home.user)
  const cluster = join(folder, 'standby')
  await copyRunning(primary.url, home.cluster, cluster)
  const port = await findPort()
  const url = new URL(primary.url)
  url.port = String(port)
  const administer = async (text: string): Promise<void> => {
    const sql = postgres(withPostgres(url.href), { max: 1, onnotice: () => {} })
    try {
      await sql.unsafe(text)
    } finally {
      await sql.end({ timeout: 1 })
    }
  }
  let child: ChildProcess | undefined
  const start = async (): Promise<void> => {
    child = spawn(binaries.postgres, [...buildArguments(cluster, port, false)], {
      ...childSettings(home.user),
      stdio: 'ignore',
    })
    for (
      let isReady = false;
      !isReady;
      isReady = await administer('select 1').then(
        () => true,
        () => false,
      )
    )
      await sleep(50)
  }
  const kill = async (): Promise<void> => {
    const ended = new Promise((resolve) => child?.once('exit', resolve))
    child?.kill('SIGQUIT')
    await ended
  }
  await start()
  return {
    primaryUrl: primary.url,
    url: url.href,
    pause: async () => {
      await administer('select pg_wal_replay_pause()')
      await administer(`do $$ begin
        while pg_get_wal_replay_pause_state() <> 'paused' loop perform pg_sleep(0.01); end loop; end $$`)
    },
    resume: () => administer('select pg_wal_replay_resume()'),
    async catchUp() {
      const sql = postgres(withPostgres(primary.url), { max: 1 })
      const [row] = await sql`select pg_current_wal_flush_lsn()::text as lsn`
      await sql.end()
      await administer(
        `do $$ begin while pg_last_wal_replay_lsn() < '${row?.lsn}' loop perform pg_sleep(0.01); end loop; end $$`,
      )
    },
    kill,
    start,
    async stop() {
      await kill()
      await primary.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** What PostgreSQL asks of those who copy the folder of a server that runs. */
async function copyRunning(url: string, from: string, to: string): Promise<void> {
  const sql = postgres(withPostgres(url), { max: 1, onnotice: () => {} })
  await sql`select pg_backup_start('standby', true)`
  await runProgram('cp', ['-a', from, to])
  const [row] = await sql`select labelfile from pg_backup_stop(false)`
  await sql.end()
  await rm(join(to, 'postmaster.pid'), { force: true })
  const { port, username, password } = new URL(url)
  const conninfo = `host=127.0.0.1 port=${port} user=${username} password=${password}`
  await writeFile(join(to, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`)
  await writeFile(join(to, 'backup_label'), String(row?.labelfile))
  await writeFile(join(to, 'standby.signal'), '')
  await runProgram('chown', ['--reference', from, '-R', to])
}

function withPostgres(url: string): string {
  const changed = new URL(url)
  changed.pathname = '/postgres'
  return changed.href
}

async function findPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
