// Goals S1, S2, S6 and S9: how fast records are read by Metaloom, by PostGraphile and by a hand-written server, side by side.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runBounded } from '../cleanup.ts'
import { compileMetaloom } from '../compile.ts'
import { makeFolder } from '../folder.ts'
import { findNodes } from '../nodes.ts'
import { describeMachine, saveReport } from '../report.ts'
import { createTables, fillTables, findAppDatabase, startDatabase } from './database.ts'
import { measureAll, type Plan } from './rounds.ts'
import { findScenarios, type ScenarioName } from './scenario.ts'
import { writeReadReport } from './table.ts'
import type { Target, TargetOptions } from './target.ts'
import { startHand } from './targets/hand.ts'
import {
  addPolicies,
  defineEntities,
  definePolicies,
  installMetaloom,
  startMetaloom,
} from './targets/metaloom.ts'
import { startPostGraphile } from './targets/postgraphile.ts'

type Options = Readonly<{
  plan: Plan
  servers: readonly string[]
  scenarios: readonly ScenarioName[]
  /** Whether Metaloom also answers a caller who passes no policy unasked. */
  policies: boolean
}>

const servers = ['hand', 'postgraphile', 'metaloom']
const secondsToPrepare = 180

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      warm: { type: 'string', default: '2' },
      only: { type: 'string', default: servers.join(',') },
      scenarios: { type: 'string', default: 'record,list' },
      policies: { type: 'boolean', default: false },
    },
  })
  const chosen = values.only.split(',')
  const unknown = chosen.find((name) => !servers.includes(name))
  if (unknown !== undefined)
    throw new Error(`There is no server "${unknown}"; there are ${servers.join(', ')}`)
  return {
    plan: {
      rounds: Number(values.rounds),
      seconds: Number(values.seconds),
      warmSeconds: Number(values.warm),
    },
    servers: chosen,
    scenarios: findScenarios(values.scenarios.split(',')),
    policies: values.policies,
  }
}

/** Starts the chosen servers on one database; Metaloom comes first, because it makes the tables. */
async function startTargets({ servers: chosen, policies }: Options, options: TargetOptions) {
  const metalooms = chosen.includes('metaloom') ? await startMetalooms(options, policies) : []
  const databaseUrl =
    metalooms.length > 0
      ? await findAppDatabase(options.databaseUrl)
      : await createTables(options.databaseUrl)
  const truth = await fillTables(databaseUrl)
  const targets: Target[] = []
  if (chosen.includes('hand')) targets.push(await startHand({ ...options, databaseUrl }))
  if (chosen.includes('postgraphile')) targets.push(await startPostGraphile({ ...options, databaseUrl }))
  return { targets: [...targets, ...metalooms], truth }
}

async function startMetalooms(options: TargetOptions, policies: boolean): Promise<readonly Target[]> {
  const installation = await installMetaloom(await compileMetaloom(options.folder), options)
  const own = await startMetaloom(installation, options.nodes.own, options)
  await defineEntities(installation, own)
  const account = policies ? await definePolicies(installation, own) : undefined
  const both = [own, await startMetaloom(installation, options.nodes.newest, options)]
  return account ? both.flatMap((target) => [target, addPolicies(target, account)]) : both
}

function findLongest({ plan, scenarios, policies }: Options): number {
  const turns = plan.rounds * scenarios.length * (servers.length + (policies ? 3 : 1))
  return secondsToPrepare + turns * (plan.seconds + plan.warmSeconds + 2)
}

const options = readOptions()
await runBounded(findLongest(options), async (cleanup) => {
  const folder = await makeFolder(cleanup)
  const databaseUrl = await startDatabase(join(folder, 'database'), cleanup)
  const nodes = findNodes()
  const { targets, truth } = await startTargets(options, { nodes, folder, databaseUrl, cleanup })
  const results = await measureAll(targets, options.scenarios, truth, options.plan)
  const figures = { machine: describeMachine(), plan: options.plan, results }
  await saveReport('read', writeReadReport(results, options.plan), figures)
})
