// Not a goal but a help to reach S1 and S2: an instance that writes a CPU profile while it answers the questions of one scenario.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createCleanup, runBounded } from '../cleanup.ts'
import { compileMetaloom } from '../compile.ts'
import { makeFolder } from '../folder.ts'
import { findNodes } from '../nodes.ts'
import { findOwnTimes, readProfile, writeOwnTimes } from '../profile.ts'
import { describeMachine, saveReport } from '../report.ts'
import { fillTables, findAppDatabase, startDatabase } from './database.ts'
import { load } from './load.ts'
import { prepare } from './rounds.ts'
import { findScenarios } from './scenario.ts'
import { defineEntities, installMetaloom, startMetaloom } from './targets/metaloom.ts'

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: 'record' },
    seconds: { type: 'string', default: '10' },
    warm: { type: 'string', default: '3' },
  },
})
const [scenario] = findScenarios([values.scenario])
if (scenario === undefined) throw new Error('Name a scenario')

await runBounded(300, async (cleanup) => {
  const folder = await makeFolder(cleanup)
  const options = {
    nodes: findNodes(),
    folder,
    databaseUrl: await startDatabase(join(folder, 'database'), cleanup),
    cleanup: createCleanup(),
  }
  cleanup.add(options.cleanup.run)
  const installation = await installMetaloom(await compileMetaloom(folder), options)
  const flags = ['--cpu-prof', `--cpu-prof-dir=${folder}/profile`, '--cpu-prof-interval', '250']
  const target = await startMetaloom(installation, options.nodes.newest, options, flags)
  await defineEntities(installation, target)
  const { exchanges } = await prepare(
    target,
    scenario,
    await fillTables(await findAppDatabase(options.databaseUrl)),
  )
  await load(target.port, exchanges, Number(values.warm))
  const from = performance.now()
  const { requests, rate } = await load(target.port, exchanges, Number(values.seconds))
  const to = performance.now()
  // The profile ends with its process, so both moments are told by how long before the end they were.
  await options.cleanup.run()
  const end = performance.now()
  const times = findOwnTimes(
    await readProfile(`${folder}/profile`),
    { from: end - from, to: end - to },
    folder,
  )
  const title = `${scenario}, Node ${target.node}, ${Math.round(rate)} requests/s while profiled`
  const figures = { machine: describeMachine(), scenario, rate, times: Object.fromEntries(times) }
  await saveReport(`profile-${scenario}`, writeOwnTimes(times, requests, title), figures)
})
