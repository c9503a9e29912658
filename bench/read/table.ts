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

export function writeReadReport(results: readonly Result[], plan: Plan): string {
  const how = `${plan.rounds} rounds in turns, ${plan.seconds} s each after ${plan.warmSeconds} s of warm-up, 16 connections, pools of 16`
  const scenarios = [...new Set(results.map(({ scenario }) => scenario))]
  const tables = scenarios.map((scenario) => {
    const rows = results.filter((result) => result.scenario === scenario)
    return `## ${scenario}\n\n${writeScenario(rows)}`
  })
  return [`# Reads, side by side`, `${describeMachine()} · ${how}.`, ...tables].join('\n\n')
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
