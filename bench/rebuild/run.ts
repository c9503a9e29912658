// Goal S3: how long an app's schema takes to build and how long the process stands still meanwhile, against Pothos.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { runBounded } from '../cleanup.ts'
import { compileMetaloom } from '../compile.ts'
import { findNodes, type Node } from '../nodes.ts'
import { describeMachine, saveReport } from '../report.ts'
import type { Stall } from './probe.ts'
import { writeRebuildReport } from './table.ts'

/** One builder at one size on one Node.js: the first build of a process, and those after it. */
export type Rebuild = Readonly<{
  builder: string
  node: string
  entities: number
  first: Stall
  later: readonly Stall[]
}>

const builders = ['pothos', 'metaloom']
const secondsForOne = 120

function readOptions() {
  const { values } = parseArgs({
    options: {
      builds: { type: 'string', default: '6' },
      entities: { type: 'string', default: '100,1000' },
      only: { type: 'string', default: builders.join(',') },
    },
  })
  const chosen = values.only.split(',')
  const unknown = chosen.find((name) => !builders.includes(name))
  if (unknown !== undefined)
    throw new Error(`There is no builder "${unknown}"; there are ${builders.join(', ')}`)
  return { builds: Number(values.builds), sizes: values.entities.split(',').map(Number), chosen }
}

/** A process of its own for each figure, so that none warms or burdens another. */
async function measure(
  node: Node,
  builder: string,
  entities: number,
  builds: number,
  dist: string,
): Promise<Rebuild> {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const script = fileURLToPath(new URL('./measure.ts', import.meta.url))
  const parameters = ['--import', loader, script, builder, String(entities), String(builds), dist]
  const { stdout } = await promisify(execFile)(node.path, parameters, {
    timeout: secondsForOne * 1_000,
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const { name, stalls } = JSON.parse(stdout) as { name: string; stalls: Stall[] }
  const [first, ...later] = stalls
  if (first === undefined || later.length === 0) throw new Error('Ask for two builds or more')
  return { builder: name, node: node.version, entities, first, later }
}

const { builds, sizes, chosen } = readOptions()
await runBounded(60 + chosen.length * sizes.length * 2 * secondsForOne, async (cleanup) => {
  const folder = await mkdtemp(join(tmpdir(), 'metaloom-bench-'))
  cleanup.add(() => rm(folder, { recursive: true, force: true }))
  const dist = chosen.includes('metaloom') ? await compileMetaloom(folder) : ''
  const { own, newest } = findNodes()
  const rebuilds: Rebuild[] = []
  for (const entities of sizes)
    for (const builder of chosen)
      for (const node of [own, newest]) {
        rebuilds.push(await measure(node, builder, entities, builds, dist))
        process.stdout.write(`${builder}, ${entities} entities, Node ${node.version}: measured\n`)
      }
  await saveReport('rebuild', writeRebuildReport(rebuilds, builds), { machine: describeMachine(), rebuilds })
})
