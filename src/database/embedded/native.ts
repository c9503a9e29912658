// The folder with PostgreSQL's programs and libraries: completes its links, copies it out of a private home.
import { randomUUID } from 'node:crypto'
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { sharedFolder } from './home.ts'
import { canReach, type SystemUser } from './user.ts'

/**
 * Makes the links to shared libraries that npm packages cannot hold (a script does at install, unless told not to).
 * Returns whether all are there now; they are not when the folder cannot be written.
 */
export async function linkLibraries(native: string): Promise<boolean> {
  for (const { source, target } of await readLinks(native)) {
    const link = join(dirname(native), target)
    if (await lstat(link).catch(() => undefined)) continue
    const isMade = await symlink(basename(source), link).then(() => true, wasMadeByOther)
    if (!isMade) return false
  }
  return true
}

type Link = Readonly<{ source: string; target: string }>

async function readLinks(native: string): Promise<readonly Link[]> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const found: unknown = JSON.parse(text)
  return Array.isArray(found) ? found.filter(isLink) : []
}

function isLink(value: unknown): value is Link {
  if (typeof value !== 'object' || value === null || !('source' in value) || !('target' in value))
    return false
  return typeof value.source === 'string' && typeof value.target === 'string'
}

function wasMadeByOther(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}

/** Copies the folder once to a place that `user` can reach, and returns that place; safe for two processes at once. */
export async function copyNative(
  native: string,
  version: string,
  user: SystemUser | undefined,
): Promise<string> {
  const target = join(await findCopyFolder(user), `postgresql-${version}`)
  if (!(await lstat(target).catch(() => undefined))) await copyThenRename(native, target)
  await checkTrusted(target)
  return join(target, 'native')
}

async function findCopyFolder(user: SystemUser | undefined): Promise<string> {
  for (const folder of [sharedFolder, join(tmpdir(), `metaloom-${process.getuid?.() ?? 'shared'}`)]) {
    const isMade = await mkdir(folder, { recursive: true, mode: 0o755 }).then(
      () => makeReachable(folder),
      () => false,
    )
    if (isMade && (await canReach(user, folder))) return folder
  }
  throw new Error(
    `PostgreSQL has to be copied to where user ${user?.name ?? 'metaloom'} can run it, but neither ${sharedFolder} nor ${tmpdir()} can be used; start Metaloom as a user who is not root, or set DATABASE_URL`,
  )
}

/** Undoes a strict umask; false when the folder is somebody else's, so that we cannot write there. */
async function makeReachable(folder: string): Promise<boolean> {
  return await chmod(folder, 0o755).then(
    () => true,
    () => false,
  )
}

async function copyThenRename(native: string, target: string): Promise<void> {
  const unfinished = `${target}.${randomUUID()}`
  try {
    await cp(native, join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true })
    await linkLibraries(join(unfinished, 'native'))
    await openTree(unfinished)
    await rename(unfinished, target).catch(ignoreExisting)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}

/** Lets everyone read the copy and run its programs, whatever umask the package was installed with. */
async function openTree(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await openTree(path)
    else if (entry.isFile()) await chmod(path, basename(folder) === 'bin' ? 0o755 : 0o644)
  }
}

/** Another process may have been faster: its copy is as good as ours. */
function ignoreExisting(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EPERM') throw error
}

/** In a folder for everyone somebody else could have put programs of his own under the name of the copy. */
async function checkTrusted(target: string): Promise<void> {
  const found = await lstat(target)
  const isOurs = found.uid === 0 || found.uid === (process.getuid?.() ?? found.uid)
  if (isOurs && found.isDirectory()) return
  throw new Error(
    `${target} should be Metaloom's copy of PostgreSQL, but belongs to the user with the id ${found.uid}; remove it`,
  )
}
