// Many apps and many processes: what they take, and what they take from each other.
import { parseArgs } from 'node:util'
import { type Cleanup, createCleanup, runBounded } from '../cleanup.ts'
import { describeMachine, saveReport, writeTable } from '../report.ts'
import { measureFairness, writeFairness } from './fairness.ts'
import { measureMany, writeMany } from './many.ts'
import { type Place, preparePlace } from './place.ts'
import { measureSaturation, writeSaturation } from './saturation.ts'
import { measureSaves, writeSaves } from './saves.ts'

const { values } = parseArgs({
  options: {
    parts: { type: 'string', default: 'many,saturation,fairness,saves' },
    apps: { type: 'string', default: '100' },
    entities: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    slow: { type: 'string', default: '200' },
    due: { type: 'string', default: '100000' },
    samples: { type: 'string', default: '50' },
    saves: { type: 'string', default: '100' },
  },
})
const [apps, entities, rounds, seconds, slow, due, samples, saves] = (
  ['apps', 'entities', 'rounds', 'seconds', 'slow', 'due', 'samples', 'saves'] as const
).map((name) => Number(values[name])) as [number, number, number, number, number, number, number, number]
const limit = 1_500

type Result = Readonly<{ rows: readonly string[][]; figures: unknown }>
type Part = (place: Place, cleanup: Cleanup) => Promise<Result>

await runBounded(limit, async (cleanup) => {
  const parts: Readonly<Record<string, Part>> = {
    async many(place) {
      const figures = await measureMany(place, apps, entities)
      return { rows: writeMany(figures), figures }
    },
    async saturation(place) {
      const figures = await measureSaturation(place, { rounds, seconds, slow })
      return { rows: writeSaturation(figures, slow), figures }
    },
    async fairness(place, own) {
      const figures = await measureFairness(place, { due, samples }, own)
      return { rows: writeFairness(figures), figures }
    },
    async saves(place) {
      const figures = await measureSaves(place, saves)
      return { rows: writeSaves(figures), figures }
    },
  }
  const wanted = values.parts.split(',')
  const unknown = wanted.filter((name) => !Object.hasOwn(parts, name))
  if (unknown.length > 0)
    throw new Error(`There are the parts ${Object.keys(parts).join(', ')}; found ${unknown}`)
  const rows: (readonly string[])[] = []
  const figures: Record<string, unknown> = {}
  for (const name of wanted) {
    // What one part has started is gone before the next one begins.
    const own = createCleanup()
    cleanup.add(own.run)
    const found = await parts[name]?.(await preparePlace(own), own)
    await own.run()
    rows.push(...(found?.rows ?? []))
    figures[name] = found?.figures
    process.stdout.write(`${name}: measured\n`)
  }
  const text = writeTable([['what', 'figure'], ...rows])
  await saveReport('apps', text, { machine: describeMachine(), ...figures })
})
