// The figures of the rebuilds as a markdown table.
import { describeMachine, writeTable } from '../report.ts'
import { summarize } from '../statistics.ts'
import type { Stall } from './probe.ts'
import type { Rebuild } from './run.ts'

const head = [
  'builder',
  'Node.js',
  'entities',
  'build ms, first',
  'build ms, later',
  'longest stall ms, first',
  'longest stall ms, later, median',
  'worst',
  'late timer ms, worst',
]

export function writeRebuildReport(rebuilds: readonly Rebuild[], builds: number): string {
  const how = `${builds} builds in a process of its own; the stall is the longest time between two turns of the event loop, seen by setImmediate; the late timer is perf_hooks' view of the same`
  return [
    '# Rebuild of a schema',
    `${describeMachine()} · entities of 20 fields and 2 relations · ${how}.`,
    writeTable([head, ...rebuilds.map(writeRow)]),
  ].join('\n\n')
}

function writeRow({ builder, node, entities, first, later }: Rebuild): readonly string[] {
  const of = (key: keyof Stall) => summarize(later.map((stall) => stall[key]))
  return [
    builder,
    node,
    entities.toLocaleString('en'),
    first.time.toFixed(0),
    of('time').median.toFixed(0),
    first.gap.toFixed(1),
    of('gap').median.toFixed(1),
    Math.max(first.gap, of('gap').most).toFixed(1),
    Math.max(first.delay, of('delay').most).toFixed(1),
  ]
}
