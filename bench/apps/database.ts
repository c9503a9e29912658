// A PostgreSQL that takes more connections than the embedded one does by itself: 100 apps in one process need some 400.
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { findBinaries } from '../../src/database/embedded/binaries.ts'
import { openHome } from '../../src/database/embedded/home.ts'
import { childSettings } from '../../src/database/embedded/process.ts'
import { buildArguments } from '../../src/database/embedded/settings.ts'
import { startEmbedded } from '../../src/database/embedded.ts'
import type { Cleanup } from '../cleanup.ts'
import { visit } from '../read/database.ts'

const connections = 800

/** Makes a cluster and runs it; returns the url of a database that need not exist yet. */
export async function startLargeDatabase(dataDir: string, cleanup: Cleanup): Promise<string> {
  const { url, stop } = await startEmbedded({ dataDir, durable: false })
  await stop()
  const home = await openHome(dataDir, () => {})
  const { postgres } = await findBinaries(home.user)
  const settings = [...buildArguments(home.cluster, Number(new URL(url).port), false)]
  const child = spawn(postgres, [...settings, '-c', `max_connections=${connections}`], {
    ...childSettings(home.user),
    stdio: 'ignore',
  })
  cleanup.add(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGINT')
    await ended
  })
  const postgresUrl = url.replace(/\/[^/]*$/, '/postgres')
  for (let tries = 0; ; tries += 1) {
    const isReady = await visit(postgresUrl, (sql) => sql`select 1`).then(
      () => true,
      () => false,
    )
    if (isReady) return url
    if (tries > 200) throw new Error('PostgreSQL did not start')
    await sleep(100)
  }
}
