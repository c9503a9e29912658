// Finds the PostgreSQL that a process works with: the one that is configured, else the embedded one, which is started.
import type { Config } from '../config.ts'
import { startEmbedded } from '../database/embedded.ts'
import type { Log } from '../log.ts'

/** The address of the platform's database; what was started for it is stopped by `undo`. */
export async function openDatabase(
  { databaseUrl, dataDir }: Config,
  log: Log,
  undo: (() => Promise<void>)[],
): Promise<string> {
  if (databaseUrl !== undefined) return databaseUrl
  const embedded = await startEmbedded({ dataDir, report: (message) => log.info(message) })
  undo.push(embedded.stop)
  return embedded.url
}
