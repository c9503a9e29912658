// The reliability run: two instances under mixed work while one after the other is ended, and a report of what held.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { connect } from '../src/database/connect.ts'
import { dropDatabase, withDatabase } from '../src/database/databases.ts'
import { startEmbedded } from '../src/database/embedded.ts'
import { clerks, readApp } from './app.ts'
import { keepChanging, keepFollowing } from './changing.ts'
import { checkAll, readStored } from './checks.ts'
import { type Client, openClient } from './client.ts'
import { startFigures } from './figures.ts'
import { type Instances, startInstances } from './instances.ts'
import { openLedger } from './ledger.ts'
import { keepReading } from './reading.ts'
import { startHooks } from './receiver.ts'
import { saveReport } from './report.ts'
import { settle } from './settle.ts'
import { keepFinding, keepNoting, keepWriting } from './writing.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    every: { type: 'string', default: '30' },
    save: { type: 'boolean', default: false },
  },
})
const [minutes, every] = [Number(values.minutes), Number(values.every)]
if (!(minutes > 0 && minutes <= 60 && every >= 1))
  throw new Error('--minutes takes a number up to 60, and --every seconds between two restarts from 1')

const entry = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const admin = { email: 'admin@example.com', password: 'correct horse battery' }

/** The definitions, and the two clerks. */
async function define(client: Client, hook: string): Promise<void> {
  const load = 'mutation ($document: String!) { answer: importMetadata(document: $document) { revision } }'
  const invite = 'mutation ($input: UserInput!) { answer: createUser(input: $input) { id } }'
  const requests = [
    { query: load, variables: { document: await readApp(hook) } },
    ...clerks.map(({ email, password, region }) => ({
      query: invite,
      variables: { input: { email, password, roles: ['clerk'], attributes: { region } } },
    })),
  ]
  for (const request of requests) {
    const outcome = await client.ask({ kind: 'define', api: 'admin', ...request })
    if (outcome.end !== 'done') throw new Error(`The app was not defined: ${JSON.stringify(outcome)}`)
  }
}

/** All loops until the time is over. */
async function work(
  instances: Instances,
  administrator: Client,
  others: readonly Client[],
  isOver: () => boolean,
): Promise<void> {
  const loops: Promise<void>[] = []
  for (const [index, clerk] of clerks.entries()) {
    const client = others[index]
    if (client === undefined) continue
    for (const name of [`${clerk.region}-a`, `${clerk.region}-b`])
      loops.push(keepWriting({ name, clerk, client, ledger }, isOver))
    loops.push(keepFinding({ name: clerk.region, clerk, client, ledger }, isOver))
    loops.push(keepReading({ clerk, client, ledger }, isOver))
    loops.push(keepNoting({ name: clerk.region, clerk, client: administrator, ledger }, isOver))
  }
  loops.push(keepReading({ client: administrator, ledger }, isOver))
  loops.push(keepChanging({ client: administrator, instances, ledger }, isOver))
  loops.push(instances.watchMemory(isOver), instances.keepRestarting(every, isOver))
  await Promise.all(loops)
}

/** Ctrl-C ends the work, and everything that was started; there is no report then. */
let isInterrupted = false
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    isInterrupted = true
  })

const ledger = openLedger()
const dataDir = await mkdtemp(join(tmpdir(), 'metaloom-soak-'))
const database = await startEmbedded({ dataDir, durable: true })
const hooks = await startHooks()
const figures = startFigures()
const databaseUrl = withDatabase(database.url, 'soak')
const appUrl = withDatabase(database.url, 'soak_demo')
try {
  const instances = await startInstances({ databaseUrl, dataDir, entry }, figures)
  const pool = connect(appUrl, { max: 2 })
  try {
    const system = { instances, figures }
    const administrator = await openClient(system, admin)
    await define(administrator, hooks.url)
    const others = await Promise.all(clerks.map((clerk) => openClient(system, clerk)))
    let isSettled = false
    const following = keepFollowing({ client: administrator, instances, ledger }, () => isSettled)
    const until = performance.now() + minutes * 60_000
    await work(instances, administrator, others, () => isInterrupted || performance.now() > until)
    if (isInterrupted) throw new Error('The run was interrupted')
    const worked = figures.now()
    const settled = await settle(pool, ledger, () => isInterrupted)
    isSettled = true
    await following
    const checks = checkAll({ ledger, stored: await readStored(pool), accepted: hooks.accepted })
    const output = instances.output()
    await saveReport({ checks, figures, ledger, hooks, worked, settled, output }, values.save)
    process.exitCode = checks.some(({ broken }) => broken.length > 0) ? 1 : 0
  } finally {
    await pool.end()
    await instances.stop()
  }
} finally {
  await hooks.stop()
  for (const url of [appUrl, databaseUrl]) await dropDatabase(url).catch(() => undefined)
  await database.stop()
  await rm(dataDir, { recursive: true, force: true })
  await sleep(0)
}
