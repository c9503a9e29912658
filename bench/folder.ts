// The folder of a run, which holds all that it writes but the results.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cleanup } from './cleanup.ts'

/** Makes the folder, which others may read: PostgreSQL may run as another user. It goes with the run. */
export async function makeFolder(cleanup: Cleanup): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'metaloom-bench-'))
  await chmod(folder, 0o755)
  cleanup.add(() => rm(folder, { recursive: true, force: true }))
  return folder
}
