// Goal S5: everybody writes the same entries once and is checked; then the rounds begin.
import type { Sql } from 'postgres'
import { visit } from '../../read/database.ts'
import { poolSize } from '../../read/target.ts'
import type { Contestant } from '../contestant.ts'
import { createEntries, createEntry } from '../contestants/metaloom.ts'
import { launchPostGraphile } from '../contestants/postgraphile.ts'
import { createRaw } from '../contestants/raw.ts'
import { batches, type Finding, type Order, rowsOfRequest } from '../part.ts'
import { measureAll, type Result } from '../rounds.ts'
import type { Setup } from '../setup.ts'
import { writeRates } from '../table.ts'
import { checkStories, tryOut } from '../verify.ts'

export async function writeEntries(setup: Setup, order: Order): Promise<Finding> {
  return await visit(setup.databaseUrl, async (sql) => {
    const contestants = await gather(sql, setup, order)
    const results = await measureAll(sql, contestants, batches, order.plan)
    return { text: writeRates(results), figures: results.map(writeFigures) }
  })
}

/** Everybody who writes; what Metaloom leaves behind is what all others have to leave there too. */
async function gather(sql: Sql, setup: Setup, order: Order): Promise<readonly Contestant[]> {
  const [entries = []] = batches
  const [first, ...metalooms] = listMetalooms(setup, order)
  const stories = await tryOut(sql, first, entries)
  const [story] = stories
  if (story === undefined) throw new Error(`${first.name} left nothing behind`)
  const { options, databaseUrl } = setup
  const raw = createRaw(story, { databaseUrl, rows: rowsOfRequest, connections: order.clients })
  const postGraphile = await launchPostGraphile({ ...options, databaseUrl }, poolSize)
  const others = [...raw, ...metalooms, postGraphile]
  for (const contestant of others) checkStories(contestant, await tryOut(sql, contestant, entries), stories)
  return [...raw, first, ...metalooms, postGraphile]
}

function listMetalooms({ options, ports, accounts }: Setup, { clients, policies }: Order) {
  const { admin, clerk } = accounts
  const own = { port: ports.own, node: options.nodes.own.version, account: admin }
  const newest = { port: ports.newest, node: options.nodes.newest.version, account: admin }
  const bulk = { rows: rowsOfRequest, connections: clients }
  return [
    createEntries(own, 'one rule', bulk),
    createEntries(newest, 'one rule', bulk),
    ...(policies ? [createEntries({ ...newest, account: clerk }, 'one rule, one policy', bulk)] : []),
    createEntry(own, poolSize),
    createEntry(newest, poolSize),
  ] as const
}

function writeFigures({ contestant: { name, node, rows, connections }, rounds }: Result) {
  return { name, node, rows, connections, rounds }
}
