// metaloom apply: imports a document, all of it or nothing.
import { type Command, type Given, WrongUsage } from './command.ts'
import { documentOptions, readGivenDocument } from './document.ts'
import { appOption, readApp, withPlace } from './place.ts'
import { writeNotice } from './plan.ts'
import { withProgress } from './progress.ts'

type Change = Readonly<{
  revision: number
  steps: readonly string[]
  warnings: readonly Readonly<{ path: string; message: string }>[]
}>

const mutation = `mutation ($document: String!, $prune: Boolean!, $dryRun: Boolean!, $planHash: String, $expectRevision: Int, $reason: String) {
  importMetadata(document: $document, prune: $prune, dryRun: $dryRun, planHash: $planHash, expectRevision: $expectRevision, reason: $reason) {
    revision steps warnings { path message }
  }
}`

export const apply: Command = {
  summary: 'Imports a document into an app: all of it, or nothing and every problem.',
  about: ['Importing twice changes nothing the second time. <file> may be "-" for standard input.'],
  words: ['file'],
  options: {
    ...appOption,
    ...documentOptions,
    'dry-run': { about: 'Does everything and keeps nothing.' },
    plan: { value: 'hash', about: 'Applies exactly what was planned under this hash, or nothing.' },
    'expect-revision': {
      value: 'number',
      about: 'Applies nothing when the definitions are at another revision.',
    },
    reason: { value: 'text', about: 'Why, for the history.' },
  },
  asks: true,
  async run(given, terminal) {
    const target = readApp(given, terminal)
    const isDry = given.has('dry-run')
    const variables = {
      prune: given.has('prune'),
      dryRun: isDry,
      planHash: given.text('plan'),
      expectRevision: readRevision(given),
      reason: given.text('reason'),
      document: await readGivenDocument(given, terminal),
    }
    const { importMetadata: change } = await withPlace(given, terminal, ({ ask }) =>
      withProgress(terminal, isDry ? 'trying' : 'importing', () =>
        ask<{ importMetadata: Change }>(target, mutation, variables),
      ),
    )
    if (given.has('json')) terminal.print(JSON.stringify(change, null, 2))
    else {
      for (const warning of change.warnings) terminal.tell(`warning: ${writeNotice(warning)}`)
      for (const step of change.steps) terminal.print(step)
      terminal.print(isDry ? 'Nothing was kept.' : `The definitions are at revision ${change.revision}.`)
    }
    return 0
  },
}

function readRevision(given: Given): number | undefined {
  const text = given.text('expect-revision')
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new WrongUsage(`--expect-revision must be a whole number, found ${JSON.stringify(text)}`)
}
