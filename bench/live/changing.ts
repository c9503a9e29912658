// Goal S4: reads by three sets of roles while the metadata changes every second, beside the same reads while nothing changes.
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { runBounded } from '../cleanup.ts'
import { compileMetaloom } from '../compile.ts'
import { makeFolder } from '../folder.ts'
import { writePermissions } from '../memory/definitions.ts'
import { findNodes } from '../nodes.ts'
import { startDatabase } from '../read/database.ts'
import { askOnce, type Exchange, makeRequest } from '../read/exchange.ts'
import { load, type Measure } from '../read/load.ts'
import type { Address } from '../read/target.ts'
import { call, installMetaloom, launchMetaloom, logIn } from '../read/targets/metaloom.ts'
import { defineApp } from '../rebuild/definitions.ts'
import { describeMachine, saveReport, writeTable } from '../report.ts'
import { summarize } from '../statistics.ts'
import { defineLiveApp, type LiveApp, question, roles } from './app.ts'

/** `saves` are the milliseconds of each mutation. */
type Round = Readonly<{ quiet: Measure; changing: Measure; saves: readonly number[] }>

const importDocument = 'mutation ($d: String!) { answer: importMetadata(document: $d) { revision } }'
const betweenSaves = 1_000

function readOptions() {
  const { values } = parseArgs({
    options: {
      entities: { type: 'string', default: '100' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '10' },
    },
  })
  return {
    entities: Number(values.entities),
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
  }
}

/** Each reply is checked against the length of the first one. */
async function prepareExchange(address: Address): Promise<Exchange> {
  const body = JSON.stringify({ query: question })
  const answer = await askOnce(address, body)
  return { request: makeRequest(address, body), body, length: JSON.stringify({ data: { answer } }).length }
}

/** The first entity with so many fields more, and with its permissions: a document says all that belongs to an entity it names. */
function writeGrown(count: number): string {
  const more = Array.from({ length: count }, (_, index) => ({ name: `extra_${index}x`, type: 'int' }))
  const fields = [...(defineApp(1)[0]?.fields ?? []), ...more]
  const permissions = writePermissions(1, roles)
  return JSON.stringify({ version: 1, entities: [{ name: 'thing_0', fields }], permissions })
}

/** Adds a field each second and asks for it at once: an answer from an older edition would be an error, which ends the run. */
async function changeEachSecond(
  { admin, data }: LiveApp,
  seconds: number,
  first: number,
): Promise<readonly number[]> {
  const saves: number[] = []
  for (let index = first; index < first + seconds; index += 1) {
    const start = performance.now()
    await call(admin, importDocument, { d: writeGrown(index + 1) })
    saves.push(performance.now() - start)
    await call(data, `{ answer: thing0s(first: 1) { nodes { extra${index}x } } }`, {})
    await wait(Math.max(0, betweenSaves - (performance.now() - start)))
  }
  return saves
}

function writeReport(rounds: readonly Round[], node: string): string {
  const describe = (numbers: readonly number[]): string => {
    const { median, least, most } = summarize(numbers)
    return `${median.toFixed(1)} (${least.toFixed(1)} to ${most.toFixed(1)})`
  }
  const pick = (phase: 'quiet' | 'changing') => rounds.map((round) => round[phase])
  const row = (name: string, phase: 'quiet' | 'changing') => [
    name,
    describe(pick(phase).map(({ rate }) => rate)),
    describe(pick(phase).map(({ p50 }) => p50)),
    describe(pick(phase).map(({ p99 }) => p99)),
  ]
  const ratios = rounds.map(({ quiet, changing }) => changing.p99 / quiet.p99)
  return [
    '# Reads while metadata changes',
    `${describeMachine()} · Node ${node} · ${rounds.length} rounds; median (least to most).`,
    writeTable([
      ['metadata', 'requests/s', 'p50 ms', 'p99 ms'],
      row('at rest', 'quiet'),
      row('a field more each second', 'changing'),
    ]),
    `p99 while changing over p99 at rest, round by round: ${describe(ratios)}. A save took ${describe(rounds.flatMap(({ saves }) => saves))} ms.`,
  ].join('\n\n')
}

const { entities, rounds, seconds } = readOptions()
await runBounded(120 + rounds * seconds * 3, async (cleanup) => {
  const folder = await makeFolder(cleanup)
  const databaseUrl = await startDatabase(join(folder, 'database'), cleanup)
  const nodes = findNodes()
  const options = { nodes, folder, databaseUrl, cleanup }
  const installation = await installMetaloom(await compileMetaloom(folder), options)
  const port = await launchMetaloom(installation, nodes.newest, options)
  const app = await defineLiveApp(installation.admin, port, entities)
  const addresses = await Promise.all(app.clerks.map((clerk) => logIn(clerk, port)))
  const exchanges = await Promise.all(addresses.map(prepareExchange))
  await load(port, exchanges, 2)
  const found: Round[] = []
  for (let round = 0; round < rounds; round += 1) {
    const quiet = await load(port, exchanges, seconds)
    const [changing, saves] = await Promise.all([
      load(port, exchanges, seconds),
      changeEachSecond(app, seconds, round * seconds),
    ])
    found.push({ quiet, changing, saves })
  }
  await saveReport('changing', writeReport(found, nodes.newest.version), { entities, rounds: found })
})
