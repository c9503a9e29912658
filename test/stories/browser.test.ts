// GraphiQL in a real browser: an entity is defined in one page and queried in another.
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, openBrowser } from '../support/browser.ts'
import { type Api, type Server, startTestServer } from '../support/server.ts'

// What a run without a browser leaves out shall be seen in its output.
if (browserPath === undefined)
  process.stderr.write('No chromium was found: the stories of test/stories/browser.test.ts did not run.\n')

let server: Server
let context: BrowserContext
let close: () => Promise<void>
const foreign: string[] = []

async function openPage(api: Api): Promise<Page> {
  const page = await context.newPage()
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url) && !/^(data|blob):/.test(request.url()))
      foreign.push(request.url())
  })
  await page.goto(server.address(api))
  await page.locator('.graphiql-execute-button').waitFor()
  return page
}

/** Runs a request in the page's editor, with the token in the page's headers, and returns what the page shows. */
async function runInPage(page: Page, query: string): Promise<string> {
  await page.locator('button[data-name="headers"], button:has-text("Headers")').first().click()
  await replaceText(
    page,
    '.graphiql-editor-tool .monaco-editor',
    JSON.stringify({ Authorization: `Bearer ${server.token}` }),
  )
  await replaceText(page, '.graphiql-query-editor .monaco-editor', query)
  // GraphiQL looks at the operations of a changed text a moment later.
  await page.waitForTimeout(700)
  await page.locator('.graphiql-execute-button').click()
  const result = page.locator('.graphiql-response .view-lines')
  await expect.poll(() => result.innerText(), { timeout: 15_000 }).toMatch(/"(data|errors)"/)
  return (await result.innerText()).replaceAll('\u00a0', ' ')
}

async function replaceText(page: Page, editor: string, text: string): Promise<void> {
  await page.locator(editor).filter({ visible: true }).first().click()
  await page.keyboard.press('Control+A')
  await page.keyboard.press('Delete')
  await page.keyboard.insertText(text)
}

describe.skipIf(browserPath === undefined)('in a browser (needs chromium)', () => {
  beforeAll(async () => {
    server = await startTestServer()
    const browser = await openBrowser()
    context = browser.context
    close = browser.close
  })
  afterAll(async () => {
    await close?.()
    await server?.stop()
  })

  test.each(['data', 'admin', 'platform'] as const)(
    'GraphiQL of the %s API opens with the log-in and without any foreign request',
    async (api) => {
      const page = await openPage(api)
      expect(
        (await page.locator('.graphiql-query-editor .view-lines').innerText()).replaceAll('\u00a0', ' '),
      ).toContain('mutation LogIn')
      expect(foreign).toEqual([])
    },
    60_000,
  )

  test('an entity defined in GraphiQL answers in the next query', async () => {
    const admin = await openPage('admin')
    const defined = await runInPage(
      admin,
      'mutation { createEntity(input: { name: "plant", fields: [{ name: "height", type: INT }] }) { name table } }',
    )
    expect(defined).toContain('"table": "plants"')
    const data = await openPage('data')
    const found = await runInPage(data, '{ plants { totalCount nodes { id height } } }')
    expect(found).toContain('"totalCount": 0')
    if (process.env.METALOOM_SCREENSHOT) await data.screenshot({ path: process.env.METALOOM_SCREENSHOT })
  }, 90_000)
})
