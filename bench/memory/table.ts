// The figures of the memory run as a markdown table: what is in use after each step, and what the step added.
import { describeMachine, writeTable } from '../report.ts'
import { summarize } from '../statistics.ts'

/** The bytes of the heap in use, collected, once `what` had come. */
export type Step = Readonly<{ what: string; heap: number }>

const head = ['after', 'heap, MB', 'added, MB']

export function writeMemoryReport(steps: readonly Step[], node: string): string {
  const added = steps.map(({ heap }, index) => heap - (steps[index - 1]?.heap ?? heap))
  const rows = steps.map(({ what, heap }, index) => [
    what,
    writeMegabytes(heap),
    writeMegabytes(added[index] ?? 0),
  ])
  const { median, least, most } = summarize(
    added.filter((_, index) => steps[index]?.what.startsWith('role ')),
  )
  const each = `Each set of roles added ${writeMegabytes(median)} MB (median; ${writeMegabytes(least)} to ${writeMegabytes(most)}).`
  return ['# Memory', `${describeMachine()} · Node ${node}.`, writeTable([head, ...rows]), each].join('\n\n')
}

function writeMegabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
