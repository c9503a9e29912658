// The figures of the attacks as a markdown table.
import { describeMachine, writeTable } from '../report.ts'
import { findPercentile, summarize } from '../statistics.ts'
import type { Measured } from './measure.ts'

const head = ['bomb', 'first, ms', 'median, ms', 'longest, ms', 'light question meanwhile, p99 ms']

export function writeAttacksReport(measured: readonly Measured[], setting: string): string {
  const rows = measured.map(({ name, times, light }) => {
    const { median, most } = summarize(times)
    return [name, times[0] ?? Number.NaN, median, most, findPercentile(light, 0.99)].map((cell) =>
      typeof cell === 'number' ? cell.toFixed(1) : cell,
    )
  })
  const slowest = Math.max(...measured.map(({ times }) => summarize(times).median))
  const p99 = findPercentile(
    measured.flatMap(({ light }) => light),
    0.99,
  )
  const sum = `Slowest median ${slowest.toFixed(1)} ms (goal 50); all light questions together: p99 ${p99.toFixed(1)} ms (goal 200).`
  return ['# Attacks', `${describeMachine()} · ${setting}.`, writeTable([head, ...rows]), sum].join('\n\n')
}
