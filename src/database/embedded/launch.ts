// Starts PostgreSQL on a free port and waits until it answers, or says why it did not.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Binaries } from './binaries.ts'
import type { Home } from './home.ts'
import { readPostmaster } from './postmaster.ts'
import { childSettings, findReason } from './process.ts'
import { buildArguments } from './settings.ts'

const firstPort = 54_329
const portsToTry = 200
const startLimit = 180_000
const leftoverLimit = 15_000
const largestLog = 10 * 1024 * 1024

/** Starts PostgreSQL and returns its port: the one used last when it is free, else the next free one. */
export async function launch(home: Home, binaries: Binaries, isDurable: boolean): Promise<number> {
  const wanted = Number(await readFile(home.port, 'utf8').catch(() => '')) || firstPort
  for (let port = wanted; port < wanted + portsToTry; port += 1) {
    if (!(await isFree(port))) continue
    const problem = await launchOnPort(home, binaries.postgres, buildArguments(home.cluster, port, isDurable))
    if (problem === undefined) return await keepPort(home, port)
    // Somebody may have taken the port between our look and PostgreSQL's: then the next one is tried.
    if (await isFree(port)) throw new Error(`PostgreSQL did not start on ${home.cluster}: ${problem}`)
  }
  throw new Error(`PostgreSQL found no free port from ${wanted} to ${wanted + portsToTry - 1}`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}

async function keepPort(home: Home, port: number): Promise<number> {
  await writeFile(home.port, `${port}\n`)
  return port
}

/** Returns undefined when it runs. Sessions that outlived a killed server hold its memory for a moment: waits for them. */
async function launchOnPort(
  home: Home,
  postgres: string,
  args: readonly string[],
): Promise<string | undefined> {
  const deadline = Date.now() + leftoverLimit
  for (;;) {
    const problem = await launchOnce(home, postgres, args)
    if (!problem?.includes('pre-existing shared memory block') || Date.now() > deadline) return problem
    await sleep(200)
  }
}

async function launchOnce(
  home: Home,
  postgres: string,
  args: readonly string[],
): Promise<string | undefined> {
  const before = await stat(home.log).catch(() => undefined)
  const isLarge = before !== undefined && before.size > largestLog
  const log = await open(home.log, isLarge ? 'w' : 'a', 0o600)
  try {
    const problem = await spawnAndWait(home, postgres, args, log.fd)
    return problem && `${problem}\n${await readLogFrom(home, isLarge ? 0 : (before?.size ?? 0))}`.trim()
  } finally {
    await log.close()
  }
}

async function spawnAndWait(
  home: Home,
  postgres: string,
  args: readonly string[],
  log: number,
): Promise<string | undefined> {
  // Its own session: Ctrl-C in a terminal must not reach it before Metaloom has finished with it.
  const child = spawn(postgres, args, {
    ...childSettings(home.user),
    detached: true,
    stdio: ['ignore', log, log],
  })
  let problem: string | undefined
  child.once('error', (error) => {
    problem = findReason(error)
  })
  child.once('exit', (code, signal) => {
    problem ??= `it ended with ${signal ?? `code ${code}`}`
  })
  child.unref()
  const deadline = Date.now() + startLimit
  while (problem === undefined) {
    const found = await readPostmaster(home)
    if (found?.pid === child.pid && found?.isReady) return undefined
    if (Date.now() > deadline && child.kill('SIGQUIT'))
      return `it was not ready after ${startLimit / 1_000} seconds`
    await sleep(25)
  }
  return problem
}

/** The last lines that it wrote since the file had `size` bytes. */
async function readLogFrom(home: Home, size: number): Promise<string> {
  const written = (await readFile(home.log)).subarray(size).toString('utf8').trim()
  return written.split('\n').slice(-10).join('\n')
}
