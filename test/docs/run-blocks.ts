// Runs the blocks of a page as their words say, and holds what comes back against the block that follows.
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'graphql'
import { expect } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { readConfig } from '../../src/config.ts'
import { runHere } from '../support/command.ts'
import { dataOf, type GraphQLReply } from '../support/server.ts'
import { type Block, level } from './blocks.ts'
import type { Api, Stage } from './stage.ts'

/** What is done with a block; `answer` is one that the block before it was held against. */
type Class = Api | 'shell' | 'answer' | 'variables' | 'app' | 'settings' | 'sketch' | 'not run'

const apis: readonly Api[] = ['data', 'admin', 'platform']

/** Says what is done with a block; one that says nothing is refused. */
export function findClass({ language, words, page, line }: Block, before: Block | undefined): Class {
  const elsewhere = words.get('elsewhere')
  if (elsewhere !== undefined && !existsSync(elsewhere))
    throw new Error(`${page}:${line} names ${elsewhere}, which is not there`)
  if (elsewhere !== undefined || (words.get('not-run') ?? '') !== '') return 'not run'
  if (words.has('sketch')) return 'sketch'
  const api = apis.find((each) => words.has(each))
  if (language === 'graphql' && api) return api
  if (language === 'sh') return 'shell'
  if (language === 'yaml' && words.has('app')) return 'app'
  if (language === 'yaml' && words.has('settings')) return 'settings'
  if (language === 'json' && words.has('variables') && before?.language === 'graphql') return 'variables'
  if (language === 'json' && (before?.language === 'graphql' || before?.words.has('variables')))
    return 'answer'
  if (language === '' && before?.language === 'sh') return 'answer'
  throw new Error(
    `${page}:${line} does not say what is done with it: a block of GraphQL takes data, admin or platform; YAML takes app or settings; ` +
      'any takes sketch, elsewhere=<file> or not-run="why"',
  )
}

/** Runs one block; `next` are those behind it, in which its variables and its answer stand. */
export async function runBlock(
  stage: Stage,
  block: Block,
  next: readonly Block[],
  kind: Class,
): Promise<void> {
  if (kind === 'shell') return await runShell(stage, block, next[0])
  if (kind === 'app') return await loadApp(stage, block.text)
  if (kind === 'settings') return await readSettings(block.text)
  if (kind === 'sketch') return readSketch(block)
  if (kind === 'data' || kind === 'admin' || kind === 'platform') await runOperation(stage, kind, block, next)
}

async function runOperation(
  stage: Stage,
  api: Api,
  { text, words }: Block,
  next: readonly Block[],
): Promise<void> {
  const [first, second] = next
  const variables = first?.words.has('variables') ? first : undefined
  const answer = variables ? second : first
  const as = words.has('anonymous') ? { as: null } : words.has('as') ? { as: words.get('as') ?? '' } : {}
  const given = { ...as, ...(variables ? { variables: JSON.parse(variables.text) } : {}) }
  const reply = await stage.send(api, stage.translate(text), given)
  if (answer?.language !== 'json') return void dataOf(reply)
  const right: unknown = JSON.parse(level(answer.text))
  expect(JSON.parse(level(JSON.stringify(strip(reply))))).toEqual(right)
}

/** Of errors, what clients rely on. */
function strip({ data, errors }: GraphQLReply): unknown {
  const told = errors?.map(({ message, path, extensions: { code, details } }) => ({
    message,
    ...(path ? { path } : {}),
    extensions: { code, ...(details ? { details } : {}) },
  }))
  return { ...(told ? { errors: told } : {}), ...(data === undefined ? {} : { data }) }
}

async function runShell(stage: Stage, { text }: Block, answer: Block | undefined): Promise<void> {
  const lines = stage.translate(text)
  const output = commands.test(lines)
    ? await runCommands(stage, lines)
    : await (await stage.shell()).run(lines)
  if (answer?.language === '') return void expect(level(output)).toBe(level(stage.translate(answer.text)))
  expect(output).not.toMatch(/"errors":/)
}

/** Imports a document into the app of the stage. */
export async function loadApp(stage: Stage, document: string): Promise<void> {
  const query = 'mutation ($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(await stage.send('admin', query, { variables: { document } }))
}

/** Nothing but the program and its arguments, which needs no shell. */
const commands = /^(npx metaloom [\w ./@=-]+\n?)+$/

/** In this process, which is quicker than one for each. */
async function runCommands({ environment }: Stage, lines: string): Promise<string> {
  let written = ''
  for (const line of lines.trim().split('\n')) {
    const { code, output, errors } = await runHere(line.split(' ').slice(2), '.', environment)
    written += errors + output
    if (code !== 0) throw new Error(`${line} ended with ${code}:\n${errors}`)
  }
  return written
}

/** What no file should hold. */
const storeKeys = { METALOOM_S3_ACCESS_KEY_ID: 'key', METALOOM_S3_SECRET_ACCESS_KEY: 'secret' }

/** A part of app.yaml is read as the server reads it. */
async function readSettings(text: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'metaloom-settings-'))
  try {
    await writeFile(join(folder, 'app.yaml'), text)
    readConfig(/^s3:/m.test(text) ? storeKeys : {}, folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What shows a form only has at least that form. */
function readSketch({ language, text }: Block): void {
  // Dots stand for what is left out.
  if (text.includes('…')) return
  if (language === 'graphql') parse(text)
  if (language === 'yaml') parseYaml(text)
}
