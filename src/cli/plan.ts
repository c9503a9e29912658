// metaloom plan: what an import would do, told without doing it.
import type { Command } from './command.ts'
import { documentOptions, readGivenDocument } from './document.ts'
import { appOption, readApp, withPlace } from './place.ts'
import { withProgress } from './progress.ts'
import type { Terminal } from './terminal.ts'

type Notice = Readonly<{ path: string; message: string }>
type Plan = Readonly<{
  revision: number
  hash: string | null
  problems: readonly Notice[]
  warnings: readonly Notice[]
  changes: readonly Readonly<{
    kind: string
    name: string
    before: unknown
    after: unknown
    paths: readonly string[]
  }>[]
  steps: readonly Readonly<{ sql: string; tables: readonly string[]; lock: string | null; rows: number }>[]
  schemaChangeCount: number
  schemaChanges: readonly Readonly<{ criticality: string; message: string }>[]
}>

const query = `query ($document: String!, $prune: Boolean!) {
  planMetadata(document: $document, prune: $prune) {
    revision hash problems { path message } warnings { path message }
    changes { kind name before after paths } steps { sql tables lock rows }
    schemaChangeCount schemaChanges(first: 1000) { criticality path message }
  }
}`

export const plan: Command = {
  summary: 'Tells what apply would do with a document, and changes nothing.',
  about: [
    'Prints the definitions that would change, the SQL with its locks, what becomes of the GraphQL API, and a hash.',
    'Exit code 1 when the document has problems. <file> may be "-" for standard input.',
  ],
  words: ['file'],
  options: { ...appOption, ...documentOptions },
  asks: true,
  async run(given, terminal) {
    const target = readApp(given, terminal)
    const document = await readGivenDocument(given, terminal)
    const variables = { document, prune: given.has('prune') }
    const { planMetadata: found } = await withPlace(given, terminal, ({ ask }) =>
      withProgress(terminal, 'planning', () => ask<{ planMetadata: Plan }>(target, query, variables)),
    )
    if (given.has('json')) terminal.print(JSON.stringify(found, null, 2))
    else printPlan(found, terminal)
    return found.problems.length > 0 ? 1 : 0
  },
}

function printPlan(plan: Plan, { print }: Terminal): void {
  const section = (title: string, lines: readonly string[]): void => {
    if (lines.length > 0)
      for (const line of [`${title}:`, ...lines.map((line) => `  ${line}`), '']) print(line)
  }
  section('Problems', plan.problems.map(writeNotice))
  section('Read otherwise than written', plan.warnings.map(writeNotice))
  section('Definitions', plan.changes.map(writeChange))
  section('SQL', plan.steps.map(writeStep))
  const changes = plan.schemaChanges.map(({ criticality, message }) => `${criticality}  ${message}`)
  const more = plan.schemaChangeCount - changes.length
  section('GraphQL', more > 0 ? [...changes, `and ${more} more`] : changes)
  if (plan.hash === null) return
  const isNothing = plan.changes.length + plan.steps.length === 0
  print(
    isNothing
      ? `Nothing of the definitions would change at revision ${plan.revision}.`
      : `Changes revision ${plan.revision}.`,
  )
  print(`Plan ${plan.hash}`)
}

/** A place in a document, and what is to be said of it. */
export function writeNotice({ path, message }: Notice): string {
  return path === '' ? message : `${path}: ${message}`
}

function writeChange({ kind, name, before, after, paths }: Plan['changes'][number]): string {
  const what = `${kind.toLowerCase()} ${name}`
  if (before === null) return `+ ${what}`
  return after === null ? `- ${what}` : `~ ${what}${paths.length > 0 ? `: ${paths.join(', ')}` : ''}`
}

function writeStep({ sql, tables, lock, rows }: Plan['steps'][number]): string {
  if (lock === null || tables.length === 0) return sql
  return `${sql}  -- ${lock} on ${tables.join(', ')}, about ${rows} rows`
}
