// The report of a run: as text on the standard output, and with --save as docs/soak.md with its picture.
import { writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Check } from './checks.ts'
import { draw } from './drawing.ts'
import { type Figures, findPercentile, groupBy, type Sample, sortNumbers } from './figures.ts'
import type { Ledger } from './ledger.ts'
import type { Hooks } from './receiver.ts'

/** `worked` is when the loops ended, in seconds since the start; `settled` how long all came to rest after that. */
export type Run = Readonly<{
  checks: readonly Check[]
  figures: Figures
  ledger: Ledger
  hooks: Hooks
  worked: number
  settled: number
  /** What the instances wrote. */
  output: string
}>

const page = fileURLToPath(new URL('../docs/soak.md', import.meta.url))
const picture = fileURLToPath(new URL('../docs/images/soak.svg', import.meta.url))
const head = `# The reliability run

\`npm run soak\` runs two instances of the built server on one PostgreSQL for ten minutes (\`--minutes\`), under mixed work: nested, bulk
and single writes by clerks of two regions, transitions, deletions, lists, pages and groups, a change of definitions every few seconds, an
asynchronous webhook whose receiver refuses one message in fifty and is slow with one in a hundred, a workflow, and a subscription. Every
30 seconds (\`--every\`) one instance is ended and started again, twice by SIGTERM, then twice by SIGKILL. At the end, what the clients, the
receiver and the tables know is held against each other; a broken promise makes the exit code 1. \`--save\` writes this page.
The code is in \`soak/\`.
`

/** Writes the report; both files too, when asked. */
export async function saveReport(run: Run, save: boolean): Promise<void> {
  const text = writeReport(run)
  process.stdout.write(`${text}\n`)
  if (!save) return
  await writeFile(page, `${head}\n${text}\n![Latency and memory over time](images/soak.svg)\n`)
  await writeFile(picture, draw(run.figures))
}

function writeReport(run: Run): string {
  return [
    writeSummary(run),
    '## What held',
    writeTable(
      ['promise', 'looked at', 'broken'],
      run.checks.map(({ promise, looked, broken }) => [
        promise,
        looked.toLocaleString('en'),
        String(broken.length),
      ]),
    ),
    run.checks
      .flatMap(({ promise, broken }) => broken.slice(0, mostShown).map((each) => `- ${promise}: ${each}`))
      .join('\n'),
    listErrors(run.output)
      .slice(0, mostShown)
      .map((line) => `- ${line}`)
      .join('\n'),
    '## Requests',
    writeRequests(run.figures.samples),
    '## Restarts and memory',
    writeRestarts(run.figures),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

const mostShown = 5

/** The lines of the logs, which are asked to tell errors only. */
function listErrors(output: string): readonly string[] {
  return output.split('\n').filter((line) => line.startsWith('{'))
}

function writeSummary({ figures, ledger, hooks, worked, settled, output }: Run): string {
  const { samples, restarts } = figures
  const followed = sortNumbers(ledger.changes.flatMap((change) => change.followed ?? []))
  const doubled = [...hooks.accepted.values()].filter((count) => count > 1).length
  const late = followed.filter((milliseconds) => milliseconds > 1_000).length
  const errors = listErrors(output).length
  return [
    `${cpus().length} cores, ${Math.round(totalmem() / 1e9)} GB, Node.js ${process.versions.node}; ${Math.round(worked)} s of work, then ${settled.toFixed(1)} s until nothing was under way.`,
    `- ${samples.length.toLocaleString('en')} requests; ${countEnds(samples, 'lost')} were lost with an instance that ended, ${countEnds(samples, 'INTERNAL_SERVER_ERROR')} were answered by INTERNAL_SERVER_ERROR, ${errors} lines of the logs told of an error.`,
    `- ${ledger.invoices.size.toLocaleString('en')} invoices; ${hooks.accepted.size.toLocaleString('en')} messages were accepted by the receiver, ${doubled} of them more than once, under the same id; ${hooks.refused()} were refused on purpose and came again.`,
    `- ${followed.length} new fields were followed by the other instance: median ${Math.round(findPercentile(followed, 0.5))} ms, at most ${Math.round(followed.at(-1) ?? 0)} ms; ${late} took longer than a second.`,
    `- The subscription was opened ${ledger.streams} times, each time behind its last cursor. ${restarts.length} restarts.`,
  ].join('\n')
}

function countEnds(samples: readonly Sample[], end: string): string {
  return samples.filter((sample) => sample.end === end).length.toLocaleString('en')
}

function writeRequests(samples: readonly Sample[]): string {
  const kinds = [...groupBy(samples, ({ kind }) => kind)].toSorted(
    ([, one], [, other]) => other.length - one.length,
  )
  const rows = kinds.map(([kind, all]) => {
    const times = sortNumbers(all.filter(({ end }) => end === 'done').map(({ milliseconds }) => milliseconds))
    const ends = [...groupBy(all, ({ end }) => end)].filter(([end]) => end !== 'done')
    return [
      kind,
      times.length.toLocaleString('en'),
      findPercentile(times, 0.5).toFixed(1),
      findPercentile(times, 0.99).toFixed(1),
      ends.map(([end, { length }]) => `${end} ${length}`).join(', ') || '–',
    ]
  })
  return writeTable(['request', 'done', 'p50 ms', 'p99 ms', 'else'], rows)
}

function writeRestarts({ restarts, memory }: Figures): string {
  const rows = restarts.map(({ at, instance, signal, seconds }) => [
    `${Math.round(at)}`,
    instance,
    signal,
    seconds.toFixed(1),
  ])
  const bytes = sortNumbers(memory.map((each) => each.bytes))
  const megabytes = (share: number) => Math.round(findPercentile(bytes, share) / 1e6)
  return [
    writeTable(['at, s', 'instance', 'signal', 's until it served again'], rows),
    `Resident memory of an instance: median ${megabytes(0.5)} MB, at most ${megabytes(1)} MB.`,
  ].join('\n\n')
}

function writeTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')
}
