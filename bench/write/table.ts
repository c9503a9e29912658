// The figures of a run as markdown: rows a second of everybody who writes, and what one mutation asks of PostgreSQL.
import type { Plan } from '../read/rounds.ts'
import { describeMachine, writeTable } from '../report.ts'
import { summarize } from '../statistics.ts'
import type { Result } from './rounds.ts'
import type { TripResult } from './trips.ts'

const writeHead = [
  'who writes',
  'Node.js',
  'clients',
  'rows/s, median',
  'least to most',
  'of raw, VALUES',
  'of raw, unnest',
  'times createEntry',
  'times PostGraphile',
  'p50 ms a request',
  'client, of a core',
]
const tripHead = ['mutation', 'statements', 'round trips', 'p50 ms', 'least to most', 'p99 ms']
const mostLetters = 150

export function writeHeading({ rounds, seconds, warmSeconds }: Plan): string {
  const how = `${rounds} rounds in turns, ${seconds} s each after ${warmSeconds} s of warm-up`
  return `# Writes, side by side\n\n${describeMachine()} · ${how}.`
}

export function writeRates(results: readonly Result[]): string {
  const references = [
    findReference(results, 'raw INSERTs, VALUES'),
    findReference(results, 'raw INSERTs, unnest'),
    findReference(results, 'Metaloom createEntry'),
    findReference(results, 'PostGraphile 5 createEntry'),
  ]
  return `## Entries\n\n${writeTable([writeHead, ...results.map((result) => writeRate(result, references))])}`
}

/** The fastest under that name: instances of Metaloom differ by their Node.js only. */
function findReference(results: readonly Result[], name: string): number {
  const found = results.filter(({ contestant }) => contestant.name === name)
  return Math.max(...found.map((result) => findRate(result).median))
}

function writeRate(result: Result, references: readonly number[]): readonly string[] {
  const { contestant, rounds } = result
  const { median, least, most } = findRate(result)
  const middle = (key: 'p50' | 'ownLoad'): string =>
    summarize(rounds.map((round) => round[key])).median.toFixed(key === 'ownLoad' ? 2 : 1)
  return [
    contestant.name,
    contestant.node,
    String(contestant.connections),
    writeWhole(median),
    `${writeWhole(least)} to ${writeWhole(most)}`,
    ...references.map((rate) => (median / rate).toFixed(2)),
    middle('p50'),
    middle('ownLoad'),
  ]
}

function findRate({ contestant, rounds }: Result) {
  return summarize(rounds.map(({ rate }) => rate * contestant.rows))
}

function writeWhole(value: number): string {
  return Math.round(value).toLocaleString('en')
}

export function writeTrips(results: readonly TripResult[]): string {
  const lists = results.map((result) => `${result.change.name}:\n\n${listStatements(result)}`)
  return [`## One mutation`, writeTable([tripHead, ...results.map(writeTrip)]), ...lists].join('\n\n')
}

function writeTrip({ change, counted, rounds }: TripResult): readonly string[] {
  const latency = summarize(rounds.map(({ p50 }) => p50))
  return [
    change.name,
    writeCount(counted.map(({ statements }) => statements.length)),
    writeCount(counted.map(({ roundTrips }) => roundTrips)),
    latency.median.toFixed(2),
    `${latency.least.toFixed(2)} to ${latency.most.toFixed(2)}`,
    summarize(rounds.map(({ p99 }) => p99)).median.toFixed(2),
  ]
}

/** Every mutation that was counted should give the same number; where not, the spread says so. */
function writeCount(counts: readonly number[]): string {
  const { median, least, most } = summarize(counts)
  return least === most ? String(median) : `${median} (${least} to ${most})`
}

/** The statements of the last mutation that was counted. */
function listStatements({ counted }: TripResult): string {
  const statements = counted.at(-1)?.statements ?? []
  return statements
    .map((text, index) => {
      const line = text.replace(/\s+/g, ' ').trim()
      return `${index + 1}. \`${line.length > mostLetters ? `${line.slice(0, mostLetters)}...` : line}\``
    })
    .join('\n')
}
