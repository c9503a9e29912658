// Every page of the documentation, read by a test: its commands and operations run, in their order, on a real server.
import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Server, startTestServer } from '../support/server.ts'
import { type Block, nameBlock, readBlocks } from './blocks.ts'
import { findClass, loadApp, runBlock } from './run-blocks.ts'
import { openStage, type Stage } from './stage.ts'

const guides = (await readdir('docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)
const found = ['README.md', 'CONTRIBUTING.md', 'examples/web/README.md', ...guides].map(
  async (page) => [page, await readBlocks(page)] as const,
)
const pages = (await Promise.all(found)).filter(([, blocks]) => blocks.length > 0)

let server: Server
beforeAll(async () => {
  server = await startTestServer(undefined, { allowPrivateWebhooks: true })
})
afterAll(() => server?.stop())

/** A page whose examples ask an app of the examples says so in a comment. */
const opening = /<!-- app: (\S+) -->/

describe.each(pages)('%s', (page, blocks) => {
  let stage: Stage
  beforeAll(async () => {
    const [name = ''] = page.replace(/^docs\//, '').split('.')
    stage = await openStage(server, `page_${name.replace(/\W+/g, '_').toLowerCase()}`)
    const [, document] = opening.exec(await readFile(page, 'utf8')) ?? []
    if (document !== undefined) await loadApp(stage, await readFile(document, 'utf8'))
  })
  afterAll(() => stage?.stop())

  const cases = blocks.map((block, at): [string, Block, readonly Block[]] => [
    nameBlock(block),
    block,
    blocks.slice(Math.max(0, at - 1)),
  ])
  test.each(cases)('%s', async (_, block, near) => {
    const at = near.indexOf(block)
    const kind = findClass(block, near[at - 1])
    expect(kind).not.toBe('')
    await runBlock(stage, block, near.slice(at + 1, at + 3), kind)
  })
})
