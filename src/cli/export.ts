// metaloom export: all definitions of an app as one document.
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { suggest } from '../reader.ts'
import { type Command, type Given, WrongUsage } from './command.ts'
import { appOption, readApp, withPlace } from './place.ts'
import { withProgress } from './progress.ts'

const query = `query ($format: DocumentFormat!, $withData: Boolean!) { exportMetadata(format: $format, withData: $withData) }`
const formats = ['yaml', 'json']

export const exportCommand: Command = {
  summary: 'Writes all definitions of an app as one document, which apply reads.',
  about: ['The same definitions give the same text. Goes to standard output unless --output names a file.'],
  words: [],
  options: {
    ...appOption,
    format: { value: 'yaml|json', about: 'How the document is written; yaml without it.' },
    'with-data': { about: 'The live rows go with it, at most 100,000 of them and 16 MB.' },
    output: { value: 'file', about: 'The file to write.', short: 'o' },
  },
  asks: true,
  async run(given, terminal) {
    const target = readApp(given, terminal)
    const variables = { format: readFormat(given).toUpperCase(), withData: given.has('with-data') }
    const { exportMetadata: text } = await withPlace(given, terminal, ({ ask }) =>
      withProgress(terminal, 'exporting', () => ask<{ exportMetadata: string }>(target, query, variables)),
    )
    const output = given.text('output')
    if (output === undefined) terminal.print(text.replace(/\n$/, ''))
    else await writeFile(resolve(terminal.directory, output), text)
    return 0
  },
}

function readFormat(given: Given): string {
  const format = given.text('format') ?? 'yaml'
  if (formats.includes(format)) return format
  throw new WrongUsage(
    `--format must be one of ${formats.join(', ')}; found ${JSON.stringify(format)}${suggest(format, formats)}`,
  )
}
