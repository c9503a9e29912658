// Makes a new cluster of databases and keeps its password; knows nothing of running it.
import { randomBytes, randomUUID } from 'node:crypto'
import { chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Binaries } from './binaries.ts'
import type { Home } from './home.ts'
import { runProgram } from './process.ts'

/** The one user of the cluster, who may do everything in it. */
export const clusterUser = 'metaloom'

/** Makes the cluster when it is missing; one whose making was cut short is thrown away and made again. */
export async function ensureCluster(home: Home, binaries: Binaries, isDurable: boolean): Promise<void> {
  const existing = await stat(home.cluster).catch(() => undefined)
  if (existing) return await giveBack(home, existing.uid)
  // Only a finished cluster ever gets the final name, so whatever lies there holds data and is never removed.
  await removeUnfinished(home)
  const unfinished = `${home.cluster}.${randomUUID()}`
  await mkdir(unfinished, { mode: 0o700 })
  await writePassword(home)
  if (home.user) await chown(unfinished, home.user.uid, home.user.gid)
  await initialise(home, binaries, unfinished, isDurable)
  await rename(unfinished, home.cluster)
}

/** The password that the cluster was made with. */
export async function readPassword(home: Home): Promise<string> {
  try {
    return (await readFile(home.password, 'utf8')).trim()
  } catch (error) {
    const message = `The database in ${home.cluster} cannot be opened without its password, and ${home.password} cannot be read; restore that file from a backup`
    throw new Error(message, { cause: error })
  }
}

/** Retries, since the initdb of a killed process may still be writing; it gives up when its folder is gone. */
async function removeUnfinished(home: Home): Promise<void> {
  const folder = dirname(home.cluster)
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${basename(home.cluster)}.`))
  for (const name of names)
    await rm(join(folder, name), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
}

/** Files that root copied belong to root, and PostgreSQL insists on owning its own. */
async function giveBack(home: Home, owner: number): Promise<void> {
  if (!home.user || owner === home.user.uid) return
  await runProgram('chown', ['-R', `${home.user.uid}:${home.user.gid}`, home.cluster])
}

async function writePassword(home: Home): Promise<void> {
  await rm(home.password, { force: true })
  await writeFile(home.password, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 })
  if (home.user) await chown(home.password, home.user.uid, home.user.gid)
}

async function initialise(home: Home, binaries: Binaries, folder: string, isDurable: boolean): Promise<void> {
  const options = [
    `--pgdata=${folder}`,
    `--username=${clusterUser}`,
    `--pwfile=${home.password}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
  ]
  await runProgram(binaries.initdb, isDurable ? options : [...options, '--no-sync'], home.user)
}
