// The document that a command is given: a file, or what comes on standard input.
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Given, type Options, WrongUsage } from './command.ts'
import type { Terminal } from './terminal.ts'

/** The options of all commands that take a document. */
export const documentOptions: Options = {
  prune: { about: 'Definitions that the document does not have go; tables stay.' },
  json: { about: 'Prints one JSON value, for programs.' },
}

/** Reads the document that the first word names; `-` is standard input. */
export async function readGivenDocument(given: Given, terminal: Terminal): Promise<string> {
  const [name = ''] = given.words
  if (name === '-') return await terminal.readInput()
  try {
    return await readFile(resolve(terminal.directory, name), 'utf8')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const told = reason === 'ENOENT' ? 'there is no such file' : reason
    throw new WrongUsage(`The document ${JSON.stringify(name)} cannot be read: ${told}`)
  }
}
