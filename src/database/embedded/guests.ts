// Which Metaloom processes use a running PostgreSQL: a file each, so that the last one to leave turns it off.
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Home } from './home.ts'
import { isAlive } from './process.ts'

/** Forgets everyone; right when PostgreSQL does not run, since ids of dead processes get used again. */
export async function clearGuests(home: Home): Promise<void> {
  await rm(home.guests, { recursive: true, force: true })
}

/** Notes that this process uses PostgreSQL; returns the note, for `leave`. */
export async function enter(home: Home): Promise<string> {
  const note = `${process.pid}-${randomUUID()}`
  await mkdir(home.guests, { recursive: true })
  await writeFile(join(home.guests, note), '')
  return note
}

/** Takes the note back and returns whether it was the last one of a living process. */
export async function leave(home: Home, note: string): Promise<boolean> {
  await rm(join(home.guests, note), { force: true })
  const others = await readdir(home.guests).catch(() => [])
  return !others.some((other) => isAlive(Number.parseInt(other, 10)))
}
