// Runs a PostgreSQL of our own beside the server, so that nobody has to install one; knows no table and no entity.
import { type Binaries, findBinaries } from './embedded/binaries.ts'
import { ensureCluster, readPassword } from './embedded/cluster.ts'
import { clearGuests, enter, leave } from './embedded/guests.ts'
import { type Home, openHome } from './embedded/home.ts'
import { launch } from './embedded/launch.ts'
import { holdLock } from './embedded/lock.ts'
import { buildUrl, findRunning, stopPostmaster } from './embedded/postmaster.ts'

/** `url` names a database that need not exist yet. `stop` turns PostgreSQL off unless another process uses it. */
export type EmbeddedDatabase = Readonly<{ url: string; stop(): Promise<void> }>

/** `durable: false` trades safety for speed, in tests. `report` is told what an operator should know. */
export type EmbeddedOptions = Readonly<{
  dataDir: string
  durable?: boolean
  report?: (message: string) => void
}>

/**
 * Starts PostgreSQL on the data in `<dataDir>/postgres`, which is made at the first start.
 * When one already runs on it, of another process or left over from a killed one, that one is used.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const isDurable = options.durable ?? true
  const home = await openHome(options.dataDir, options.report ?? (() => {}))
  const binaries = await findBinaries(home.user)
  return await holdLock(home.lock, async () => {
    await ensureCluster(home, binaries, isDurable)
    const password = await readPassword(home)
    const port = (await findRunning(home, password)) ?? (await startFresh(home, binaries, isDurable))
    const note = await enter(home)
    return { url: buildUrl(password, port, 'metaloom'), stop: () => stop(home, binaries, note) }
  })
}

async function startFresh(home: Home, binaries: Binaries, isDurable: boolean): Promise<number> {
  await clearGuests(home)
  return await launch(home, binaries, isDurable)
}

async function stop(home: Home, binaries: Binaries, note: string): Promise<void> {
  await holdLock(home.lock, async () => {
    if (await leave(home, note)) await stopPostmaster(home, binaries)
  })
}
