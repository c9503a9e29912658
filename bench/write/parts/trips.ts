// Goal S6: an instance behind a counting proxy, and one that nothing stands in front of for the time.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { poolSize } from '../../read/target.ts'
import { launchMetaloom } from '../../read/targets/metaloom.ts'
import { listChanges } from '../changes.ts'
import type { Finding, Order } from '../part.ts'
import { type Counter, startProxy } from '../proxy.ts'
import type { Setup } from '../setup.ts'
import { writeTrips } from '../table.ts'
import { measureTrips, type TripResult } from '../trips.ts'

export async function countTrips(setup: Setup, { plan, policies }: Order): Promise<Finding> {
  const { options, ports, accounts } = setup
  const proxy = await startProxy(options.databaseUrl, options.cleanup)
  const port = await launchBehind(proxy, setup)
  const changes = listChanges(accounts.admin, policies ? accounts.clerk : undefined)
  const results = await measureTrips(changes, { port, proxy }, ports.newest, plan)
  return { text: writeTrips(results), figures: results.map(writeFigures) }
}

/** The instance seldom asks for changed metadata by itself, so that its own questions are not counted. */
async function launchBehind(proxy: Counter, { options, installation }: Setup): Promise<number> {
  const folder = join(options.folder, 'counted')
  await mkdir(folder)
  await writeFile(join(folder, 'app.yaml'), `database: { pool: ${poolSize}, poll_ms: 60000 }\n`)
  const environment = { ...installation.environment, DATABASE_URL: proxy.url }
  const { nodes, cleanup } = options
  return await launchMetaloom({ ...installation, environment }, nodes.newest, { folder, cleanup })
}

function writeFigures({ change, counted, rounds }: TripResult) {
  return { name: change.name, counted, rounds }
}
