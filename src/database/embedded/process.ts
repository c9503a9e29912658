// Starts programs and looks at other processes; knows nothing of what they are for.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { promisify } from 'node:util'

export type Identity = Readonly<{ uid: number; gid: number }>

export type ChildSettings = Readonly<{ cwd: string; env: Record<string, string> } & Partial<Identity>>

const execute = promisify(execFile)
const inherited = ['PATH', 'LD_LIBRARY_PATH', 'SystemRoot', 'TEMP', 'TMP']

/** How every child starts: as `identity`, in a folder that anyone can enter, without our secrets, speaking English. */
export function childSettings(identity: Identity | undefined): ChildSettings {
  const kept = inherited.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  const env = { ...Object.fromEntries(kept), LC_ALL: 'C', LC_MESSAGES: 'C' }
  return { cwd: '/', env, ...(identity && { uid: identity.uid, gid: identity.gid }) }
}

/** Runs a program to its end and returns what it wrote; throws with what it complained of when it fails. */
export async function runProgram(
  path: string,
  args: readonly string[],
  identity?: Identity,
): Promise<string> {
  try {
    const { stdout } = await execute(path, args, childSettings(identity))
    return stdout
  } catch (error) {
    throw new Error(`${basename(path)} failed: ${findReason(error)}`, { cause: error })
  }
}

/** Says in a line or two why a program could not start, or what it wrote before it gave up. */
export function findReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'ENOENT')
    return 'it cannot run on this system (on Alpine Linux because it needs glibc); set DATABASE_URL to a PostgreSQL of your own'
  const written = 'stderr' in error ? String(error.stderr).trim() : ''
  return written === '' ? error.message : written
}

/** Whether a process with this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** The command line of a process; empty when it is gone or a zombie. Windows offers no cheap way: undefined there. */
export async function readCommandLine(pid: number): Promise<string | undefined> {
  if (process.platform === 'win32') return undefined
  if (process.platform === 'linux')
    return await readFile(`/proc/${pid}/cmdline`, 'utf8').then(joinWords, () => '')
  return await runProgram('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => '')
}

function joinWords(text: string): string {
  return text.replaceAll('\0', ' ').trim()
}
