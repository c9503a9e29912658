// The way of events: how many a second go through the outbox to a receiver, and what a write with an async webhook takes longer.
import { parseArgs } from 'node:util'
import { runBounded } from '../cleanup.ts'
import { makeFolder } from '../folder.ts'
import type { Address } from '../read/target.ts'
import { call } from '../read/targets/metaloom.ts'
import { describeMachine, saveReport, writeTable } from '../report.ts'
import { summarize } from '../statistics.ts'
import { type Receiver, startReceiver } from './receiver.ts'
import { setUp } from './setup.ts'

type Place = Readonly<{ address: Address; receiver: Receiver }>
/** Events a second, and milliseconds of single writes, round by round. */
type Round = Readonly<{ rate: number; plain: readonly number[]; hooked: readonly number[] }>

const secondsToPrepare = 240
const secondsOfRound = 60
const many =
  'mutation ($inputs: [HookedCreateInput!]!) { answer: createHookedRows(inputs: $inputs) { count } }'
const create = {
  plain: 'mutation ($input: PlainCreateInput!) { answer: createPlain(input: $input) { id } }',
  hooked: 'mutation ($input: HookedCreateInput!) { answer: createHooked(input: $input) { id } }',
}

function makeInputs(count: number) {
  return Array.from({ length: count }, (_, index) => ({ number: `N-${index}`, amount: '9.50' }))
}

/** Writes so many records with one mutation, and tells how many of their events arrive a second, from the write on. */
async function measureRate({ address, receiver }: Place, count: number): Promise<number> {
  receiver.begin()
  const started = performance.now()
  await call(address, many, { inputs: makeInputs(count) })
  await receiver.await(count)
  return Math.round((count / (performance.now() - started)) * 1_000)
}

/** Writes one record after the other; those of the other kind in between, so that both meet the same machine. */
async function measureWrites({ address, receiver }: Place, count: number) {
  receiver.begin()
  const times = { plain: [] as number[], hooked: [] as number[] }
  for (const input of makeInputs(count))
    for (const kind of ['plain', 'hooked'] as const) {
      const started = performance.now()
      await call(address, create[kind], { input })
      times[kind].push(performance.now() - started)
    }
  await receiver.await(count)
  return times
}

function writeReport(rounds: readonly Round[], events: number, writes: number): string {
  const show = (values: readonly number[], digits: number): string => {
    const { median, least, most } = summarize(values)
    return `${median.toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`
  }
  const medians = (kind: 'plain' | 'hooked') => rounds.map((round) => summarize(round[kind]).median)
  const ratios = rounds.map((round) => summarize(round.hooked).median / summarize(round.plain).median)
  return writeTable([
    ['what', 'median of rounds (least to most)'],
    [
      `events a second to a local receiver, ${events} at once`,
      show(
        rounds.map(({ rate }) => rate),
        0,
      ),
    ],
    [`a write without webhook, ms (${writes} a round)`, show(medians('plain'), 2)],
    ['the same with one async webhook, ms', show(medians('hooked'), 2)],
    ['with over without', show(ratios, 2)],
  ])
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    events: { type: 'string', default: '1000' },
    writes: { type: 'string', default: '300' },
  },
})
const [count, events, writes] = [Number(values.rounds), Number(values.events), Number(values.writes)]
await runBounded(secondsToPrepare + count * secondsOfRound, async (cleanup) => {
  const receiver = await startReceiver(cleanup)
  const place = { receiver, address: await setUp(await makeFolder(cleanup), receiver.url, cleanup) }
  await measureRate(place, events)
  const rounds: Round[] = []
  for (let round = 0; round < count; round += 1)
    rounds.push({ rate: await measureRate(place, events), ...(await measureWrites(place, writes)) })
  await saveReport('events', writeReport(rounds, events, writes), { machine: describeMachine(), rounds })
})
