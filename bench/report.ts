// Writes measured figures where people and programs find them: a markdown table and the raw numbers as JSON.
import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg, totalmem } from 'node:os'

const results = new URL('./results/', import.meta.url)

/** Programs that wait for a core, as it was before the run: anything near the number of cores spoils the figures. */
const loadBefore = loadavg()[0] ?? 0

/** What the figures depend on, in one line. */
export function describeMachine(): string {
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  return `${availableParallelism()} cores, ${gigabytes} GB, ${process.platform} ${process.arch}, load before the run ${loadBefore.toFixed(1)}`
}

/** A markdown table whose columns stand under each other; the first row is the head. */
export function writeTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}

/** Writes `results/<name>.json` and `results/<name>.md`, and shows the text. */
export async function saveReport(name: string, text: string, figures: unknown): Promise<void> {
  await mkdir(results, { recursive: true })
  await writeFile(new URL(`${name}.json`, results), `${JSON.stringify(figures, null, 2)}\n`)
  await writeFile(new URL(`${name}.md`, results), `${text}\n`)
  process.stdout.write(`\n${text}\n\nWritten to results/${name}.md and results/${name}.json\n`)
}
