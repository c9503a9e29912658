// Starts one PostgreSQL for the whole run, in a folder of its own that goes with it.
import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbedded } from '../../src/database/embedded.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A user of this server may create databases. */
    databaseUrl: string
  }
}

/** Provides the server's address; `TEST_DATABASE_URL` names another server to test against. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_DATABASE_URL
  if (given) {
    project.provide('databaseUrl', given)
    return async () => {}
  }
  const dataDir = await mkdtemp(join(await findFolder(), 'metaloom-test-'))
  // As root PostgreSQL runs as another user, who must be able to enter the folder.
  await chmod(dataDir, 0o755)
  const database = await startEmbedded({ dataDir, durable: false })
  project.provide('databaseUrl', database.url)
  return async () => {
    await database.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

const memory = '/dev/shm'
const bytesNeeded = 4 * 1024 ** 3

/** Memory where there is enough of it: hundreds of databases are made and dropped, each a thousand files. */
async function findFolder(): Promise<string> {
  const found = await statfs(memory).catch(() => undefined)
  return found && found.bavail * found.bsize >= bytesNeeded ? memory : tmpdir()
}
