// The figures of a run as markdown: one table for each scenario.
import { describeMachine, writeTable } from '../report.ts'
import { summarize } from '../statistics.ts'
import type { Plan, Result } from './rounds.ts'

const head = [
  'server',
  'Node.js',
  'requests/s, median',
  'least to most',
  'of hand-written',
  'of PostGraphile',
  'p50 ms',
  'p99 ms',
  'client, of a core',
]

const costHead = ['scenario', 'server', 'Node.js', 'requests/s less, median', 'least to most']

export function writeReadReport(results: readonly Result[], plan: Plan): string {
  const how = `${plan.rounds} rounds in turns, ${plan.seconds} s each after ${plan.warmSeconds} s of warm-up, 16 connections, pools of 16`
  const scenarios = [...new Set(results.map(({ scenario }) => scenario))]
  const tables = scenarios.map((scenario) => {
    const rows = results.filter((result) => result.scenario === scenario)
    return `## ${scenario}\n\n${writeScenario(rows)}`
  })
  const costs = writeCosts(results)
  return [`# Reads, side by side`, `${describeMachine()} · ${how}.`, ...tables, ...costs].join('\n\n')
}

/** What is added costs the same share of each round, whatever the round was like: so rounds are compared one by one. */
function writeCosts(results: readonly Result[]): readonly string[] {
  const rows = results.flatMap((result) => {
    const { scenario, server, node, plain, rounds } = result
    const beside = results.find(
      (each) => each.server === plain && each.scenario === scenario && each.node === node,
    )
    if (beside === undefined) return []
    const shares = rounds.map(({ rate }, round) => 1 - rate / (beside.rounds[round]?.rate ?? Number.NaN))
    const { median, least, most } = summarize(shares)
    return [[scenario, server, node, writeShare(median), `${writeShare(least)} to ${writeShare(most)}`]]
  })
  if (rows.length === 0) return []
  return ['## Cost, round by round', writeTable([costHead, ...rows])]
}

function writeShare(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

function writeScenario(results: readonly Result[]): string {
  const reference = (server: string): number => {
    const found = results.find((result) => result.server === server)
    return found ? findRate(found).median : Number.NaN
  }
  const references = [reference('hand-written'), reference('PostGraphile 5')]
  return writeTable([head, ...results.map((result) => writeRow(result, references))])
}

function writeRow(result: Result, references: readonly number[]): readonly string[] {
  const { median, least, most } = findRate(result)
  const middle = (key: 'p50' | 'p99' | 'ownLoad'): string =>
    summarize(result.rounds.map((round) => round[key])).median.toFixed(key === 'ownLoad' ? 2 : 1)
  return [
    result.server,
    result.node,
    writeWhole(median),
    `${writeWhole(least)} to ${writeWhole(most)}`,
    ...references.map((rate) => (Number.isNaN(rate) ? '' : (median / rate).toFixed(2))),
    middle('p50'),
    middle('p99'),
    middle('ownLoad'),
  ]
}

function findRate({ rounds }: Result) {
  return summarize(rounds.map(({ rate }) => rate))
}

function writeWhole(value: number): string {
  return Math.round(value).toLocaleString('en')
}
