// A PostgreSQL that runs on a cluster: finds it, checks that it is truly this one, and stops it.
import { readFile, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '../connect.ts'
import type { Binaries } from './binaries.ts'
import { clusterUser } from './cluster.ts'
import type { Home } from './home.ts'
import { isAlive, readCommandLine, runProgram } from './process.ts'

export type Postmaster = Readonly<{ pid: number; port: number; isReady: boolean }>

const patience = 60_000

/** What PostgreSQL wrote about itself into its folder; undefined when it wrote nothing, or nothing whole yet. */
export async function readPostmaster(home: Home): Promise<Postmaster | undefined> {
  const text = await readFile(pidFile(home), 'utf8').catch(() => '')
  const [pid, , , port, , , , status] = text.split('\n')
  if (!Number(pid)) return undefined
  return { pid: Number(pid), port: Number(port), isReady: status?.trim() === 'ready' }
}

/** The port of a PostgreSQL that already serves this cluster; waits for one that is just starting or stopping. */
export async function findRunning(home: Home, password: string): Promise<number | undefined> {
  const deadline = Date.now() + patience
  for (;;) {
    const found = await readPostmaster(home)
    if (!found || !isAlive(found.pid)) return undefined
    if (found.port && (await servesCluster(home, buildUrl(password, found.port, 'postgres'))))
      return found.port
    if (!(await isPostmaster(home, found.pid))) return await forget(home)
    if (Date.now() > deadline) throw new Error(describeSilence(home, found))
    await sleep(100)
  }
}

/** The process has died and another one got its id: PostgreSQL would refuse to start while the file says so. */
async function forget(home: Home): Promise<undefined> {
  await rm(pidFile(home), { force: true })
}

/** Ends a running PostgreSQL: sessions are cut off, everything committed is kept. Does nothing when none runs. */
export async function stopPostmaster(home: Home, binaries: Binaries): Promise<void> {
  const found = await readPostmaster(home)
  if (!found || !isAlive(found.pid) || !(await isPostmaster(home, found.pid))) return
  const options = ['stop', '--mode=fast', '--timeout=30', '--silent', `--pgdata=${home.cluster}`]
  await runProgram(binaries.pgCtl, options, home.user)
  for (let tries = 0; tries < 100 && isAlive(found.pid); tries += 1) await sleep(10)
}

/** The address of one database of the cluster. */
export function buildUrl(password: string, port: number, database: string): string {
  return `postgres://${clusterUser}:${password}@127.0.0.1:${port}/${database}`
}

/** Another PostgreSQL may listen on that port by now: only ours knows our password and has our folder. */
async function servesCluster(home: Home, url: string): Promise<boolean> {
  const pool = connect(url, { max: 1 })
  try {
    const [row] = await pool<{ data_directory: string }[]>`show data_directory`
    return row !== undefined && (await realpath(row.data_directory)) === (await realpath(home.cluster))
  } catch {
    // Refused, still starting, or a stranger: all of them mean that it does not serve us, for now.
    return false
  } finally {
    await pool.end({ timeout: 1 })
  }
}

/** Whether the process was started on this cluster. Where the system does not tell, we believe PostgreSQL's file. */
async function isPostmaster(home: Home, pid: number): Promise<boolean> {
  const commandLine = await readCommandLine(pid)
  return commandLine === undefined || commandLine.includes(home.cluster)
}

function describeSilence(home: Home, found: Postmaster): string {
  return `Process ${found.pid} has the database in ${home.cluster} open, but has not answered on port ${found.port} for ${patience / 1_000} seconds; see ${home.log}, end that process, then start again`
}

function pidFile(home: Home): string {
  return join(home.cluster, 'postmaster.pid')
}
