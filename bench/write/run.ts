// Goals S5 and S6: how fast records are written, beside raw INSERTs and PostGraphile, and what one mutation asks of PostgreSQL.
import { parseArgs } from 'node:util'
import { runBounded } from '../cleanup.ts'
import { makeFolder } from '../folder.ts'
import { describeMachine, saveReport } from '../report.ts'
import type { Finding, Order, Part } from './part.ts'
import { writeEntries } from './parts/entries.ts'
import { profileEntries } from './parts/profile.ts'
import { countTrips } from './parts/trips.ts'
import { setUp } from './setup.ts'
import { writeHeading } from './table.ts'

type Options = Readonly<{ order: Order; parts: readonly Part[]; report: string }>

const parts: Readonly<Record<string, Part>> = {
  entries: writeEntries,
  trips: countTrips,
  profile: profileEntries,
}
const usualParts = 'entries,trips'
const secondsToPrepare = 240
/** Loads in each round: of entries and of single mutations. */
const loads = 12

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      warm: { type: 'string', default: '2' },
      clients: { type: 'string', default: '1' },
      policies: { type: 'boolean', default: false },
      parts: { type: 'string', default: usualParts },
    },
  })
  const plan = {
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    warmSeconds: Number(values.warm),
  }
  return {
    order: { plan, clients: Number(values.clients), policies: values.policies },
    parts: values.parts.split(',').map(findPart),
    report: values.parts === usualParts ? 'write' : `write-${values.parts.replaceAll(',', '-')}`,
  }
}

function findPart(name: string): Part {
  const part = parts[name]
  if (part === undefined)
    throw new Error(`There is no part "${name}"; there are ${Object.keys(parts).join(', ')}`)
  return part
}

function findLongest({ rounds, seconds, warmSeconds }: Order['plan']): number {
  return secondsToPrepare + rounds * loads * (seconds + warmSeconds + 3)
}

const { order, parts: chosen, report } = readOptions()
await runBounded(findLongest(order.plan), async (cleanup) => {
  const setup = await setUp(await makeFolder(cleanup), cleanup)
  const findings: Finding[] = []
  for (const part of chosen) findings.push(await part(setup, order))
  const text = [writeHeading(order.plan), ...findings.map((finding) => finding.text)].join('\n\n')
  const figures = findings.map((finding) => finding.figures)
  await saveReport(report, text, { machine: describeMachine(), order, figures })
})
