// The system user whom PostgreSQL runs as when Metaloom runs as root, which PostgreSQL refuses to be.
import { access, constants, readFile, stat } from 'node:fs/promises'
import { type Identity, runProgram } from './process.ts'

export type SystemUser = Identity & Readonly<{ name: string }>

const preferred = ['postgres', 'nobody']

/** Whether this process is root, and so has to start PostgreSQL as somebody else. */
export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** The user for a new cluster: `postgres` when the system has one, else `nobody`. */
export async function findUnprivilegedUser(): Promise<SystemUser> {
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  for (const name of preferred) {
    const found = users.find((user) => user[0] === name)
    if (found) return { name, uid: Number(found[2]), gid: Number(found[3]) }
  }
  throw new Error(
    'PostgreSQL refuses to run as root, and /etc/passwd has no user "postgres" or "nobody" to run it as; start Metaloom as another user, or set DATABASE_URL',
  )
}

/** The user to whom a file or folder belongs; undefined when it does not exist. */
export async function findOwner(path: string): Promise<SystemUser | undefined> {
  const found = await stat(path).catch(() => undefined)
  return found && { name: `with the id ${found.uid}`, uid: found.uid, gid: found.gid }
}

/**
 * Whether the user (undefined: whoever runs this process) can read and enter, or execute, what lies at `path`.
 * Asked of the system itself: a folder above may be closed, a mount noexec, an access list may decide.
 */
export async function canReach(user: SystemUser | undefined, path: string): Promise<boolean> {
  const answer = user
    ? runProgram('/bin/sh', ['-c', '[ -r "$1" ] && [ -x "$1" ]', 'sh', path], user)
    : access(path, constants.R_OK | constants.X_OK)
  return await answer.then(
    () => true,
    () => false,
  )
}
