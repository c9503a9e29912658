// The server's secret, from which the keys of apps derive: configured, or made once and kept in the data folder.
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config.ts'

/** The configured secret, else the one in the data folder, which is made when it is missing. */
export async function findSecret(config: Config): Promise<string> {
  if (config.secret !== undefined) return config.secret
  const path = join(config.dataDir, 'secret')
  await mkdir(config.dataDir, { recursive: true })
  const made = randomBytes(32).toString('base64url')
  await writeFile(path, made, { mode: 0o600, flag: 'wx' }).catch(keepExisting)
  return (await readFile(path, 'utf8')).trim()
}

/** Another start, or another process, has made it. */
function keepExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
