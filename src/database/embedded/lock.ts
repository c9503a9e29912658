// A lock file between processes, so that only one at a time makes, starts or stops the database of a folder.
import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from './process.ts'

type Lock = Readonly<{ mark: string; pid: number; age: number }>

const beatEvery = 2_000
const staleAfter = 15_000
const longestWait = 180_000

/** Runs `work` while holding the lock at `path`, waiting for whoever holds it now. */
export async function holdLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const mark = `${process.pid} ${randomUUID()}`
  await acquire(path, mark)
  const beat = setInterval(() => void refresh(path), beatEvery)
  beat.unref()
  try {
    return await work()
  } finally {
    clearInterval(beat)
    if ((await readLock(path))?.mark === mark) await rm(path, { force: true })
  }
}

async function acquire(path: string, mark: string): Promise<void> {
  const deadline = Date.now() + longestWait
  while (!(await create(path, mark))) {
    const held = await readLock(path)
    if (held && isStale(held)) await breakLock(path, held.mark)
    else if (Date.now() > deadline) throw new Error(describeWait(path, held))
    else await sleep(50)
  }
}

async function create(path: string, mark: string): Promise<boolean> {
  try {
    await writeFile(path, mark, { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Undefined when nobody holds it. */
async function readLock(path: string): Promise<Lock | undefined> {
  try {
    const [mark, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)])
    return { mark, pid: Number.parseInt(mark, 10), age: Date.now() - mtimeMs }
  } catch {
    // It was released between our look and our read.
    return undefined
  }
}

/** Its holder is dead, or no longer refreshes it because the id now belongs to another process. */
function isStale(lock: Lock): boolean {
  return lock.age > staleAfter || (lock.pid > 0 && !isAlive(lock.pid))
}

/** Moves the lock aside before removing it: when somebody broke it first, what was moved is his new one and goes back. */
async function breakLock(path: string, mark: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`
  const isMoved = await rename(path, aside).then(
    () => true,
    () => false,
  )
  if (!isMoved) return
  if ((await readFile(aside, 'utf8')) !== mark) await link(aside, path)
  await rm(aside)
}

async function refresh(path: string): Promise<void> {
  const now = new Date()
  // A lock that was broken meanwhile is not ours to keep alive, and nothing to stop for.
  await utimes(path, now, now).catch(() => undefined)
}

function describeWait(path: string, held: Lock | undefined): string {
  return `Process ${held?.pid ?? 'unknown'} has held ${path} for more than ${longestWait / 60_000} minutes while starting or stopping the database; end it, then start again`
}
