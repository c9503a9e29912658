// The workbench in a real browser: logging in by typing, starters, roles, leaving, and pages that tell strangers nothing.
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, openBrowser } from '../support/browser.ts'
import { type Api, dataOf, type Server, startTestServer } from '../support/server.ts'
import { importDocument } from '../support/workflows.ts'

// What a run without a browser leaves out shall be seen in its output.
if (browserPath === undefined)
  process.stderr.write('No chromium was found: the stories of test/stories/browser.test.ts did not run.\n')

const document = {
  version: 1,
  entities: [
    {
      name: 'plant',
      description: '<img src=x onerror="window.hacked = 1"> [go](javascript:window.hacked=1)',
      fields: [
        { name: 'title', type: 'string', description: '<script>window.hacked = 1</script>' },
        { name: 'price', type: 'int' },
      ],
    },
  ],
  permissions: [
    { entity: 'plant', action: 'read', roles: ['clerk'], fields: ['title'] },
    { entity: 'plant', action: 'read', roles: ['seller'], fields: ['price'] },
  ],
  sample_data: { plant: [{ title: 'Fern', price: 7 }] },
}

let server: Server
let context: BrowserContext
let close: () => Promise<void>
const wrong: string[] = []

async function openPage(api: Api): Promise<Page> {
  const page = await context.newPage()
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url) && !/^(data|blob):/.test(request.url()))
      wrong.push(`foreign: ${request.url()}`)
    if (/eyJ|mlr_|password/.test(request.url())) wrong.push(`secret in an address: ${request.url()}`)
  })
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) wrong.push(message.text())
  })
  await page.goto(server.address(api))
  await page.locator('.graphiql-execute-button').waitFor()
  return page
}

async function logIn(page: Page, password = 'correct horse battery'): Promise<void> {
  if (!(await page.locator('#login').isVisible())) await page.locator('#open-login').click()
  await page.locator('#email').fill('admin@example.com')
  await page.locator('#password').fill(password)
  await page.keyboard.press('Enter')
}

async function enter(page: Page): Promise<void> {
  await logIn(page)
  await page.locator('#log-out').waitFor()
  await page.locator('.graphiql-execute-button').waitFor()
}

async function runStarter(page: Page, title: string): Promise<string> {
  await page.locator('#starters').selectOption({ label: title })
  await expect.poll(() => page.locator('#status').innerText()).toContain('Opened')
  // GraphiQL looks at the operations of a changed text a moment later.
  await page.waitForTimeout(700)
  await page.locator('.graphiql-execute-button').click()
  const result = page.locator('.graphiql-response .view-lines')
  await expect.poll(() => result.innerText(), { timeout: 15_000 }).toMatch(/"(data|errors)"/)
  return (await result.innerText()).replaceAll('\u00a0', ' ')
}

describe.skipIf(browserPath === undefined)('in a browser (needs chromium)', () => {
  beforeAll(async () => {
    server = await startTestServer()
    await importDocument(server, document)
    const browser = await openBrowser()
    context = browser.context
    close = browser.close
  })
  afterAll(async () => {
    await close?.()
    await server?.stop()
  })
  afterEach(async () => {
    for (const page of context.pages()) await page.close()
    expect(wrong.splice(0)).toEqual([])
  })

  test.each(['data', 'admin', 'platform'] as const)(
    'the workbench of the %s API lets in who types the password, and runs a starter',
    async (api) => {
      const page = await openPage(api)
      await logIn(page, 'wrong')
      await expect.poll(() => page.locator('#problem').innerText()).toBe('E-mail or password is wrong.')
      await logIn(page)
      await page.locator('#log-out').waitFor()
      expect(await page.locator('#who').innerText()).toBe('admin@example.com')
      const title = { data: 'List with a filter', admin: 'Look at what is defined', platform: 'The apps' }[
        api
      ]
      const expected = { data: '"Fern"', admin: '"plant"', platform: '"demo"' }[api]
      await page.locator('.graphiql-execute-button').waitFor()
      expect(await runStarter(page, title)).toContain(expected)
      if (process.env.METALOOM_SCREENSHOT)
        await page.screenshot({ path: `${process.env.METALOOM_SCREENSHOT}-${api}.png` })
      expect(await page.evaluate('window.hacked')).toBeUndefined()
      expect(page.url()).toBe(server.address(api))
      await page.locator('#log-out').click()
      await page.locator('#open-login').waitFor()
      expect(await page.evaluate('JSON.stringify({ ...sessionStorage, ...localStorage })')).not.toMatch(
        /eyJ|mlr_|correct horse/,
      )
    },
    60_000,
  )

  test('an administrator sees the API as a role: what it has not is not there', async () => {
    const page = await openPage('data')
    await enter(page)
    expect(await runStarter(page, 'List with a filter')).toContain('"price": 7')
    await page.locator('#roles').selectOption('clerk')
    await expect.poll(() => page.locator('#status').innerText()).toContain('You see the API as clerk')
    await page.locator('.graphiql-execute-button').click()
    const result = page.locator('.graphiql-response .view-lines')
    await expect
      .poll(async () => (await result.innerText()).replaceAll('\u00a0', ' '))
      .toContain('Cannot query field')
    expect(await runStarter(page, 'List with a filter')).not.toContain('price')
    if (process.env.METALOOM_SCREENSHOT)
      await page.screenshot({ path: `${process.env.METALOOM_SCREENSHOT}-role.png` })
    await page.reload()
    await expect.poll(() => page.locator('#roles').inputValue()).toBe('clerk')
    await page.locator('#roles').selectOption({ label: '+ seller' })
    await expect.poll(() => page.locator('#status').innerText()).toContain('as clerk and seller')
    expect(await runStarter(page, 'List with a filter')).toContain('"price": 7')
    await page.locator('#roles').selectOption('administrator')
    await expect.poll(() => page.locator('#status').innerText()).toBe('You see everything.')
  }, 60_000)

  test('a token that is refused is replaced by the refresh token, unseen', async () => {
    const page = await openPage('data')
    await enter(page)
    let refused = 0
    await page.route(server.address('data'), async (route) => {
      const headers = route.request().headers()
      if (headers.authorization === undefined || refused++ > 0) return await route.continue()
      await route.continue({ headers: { ...headers, authorization: 'Bearer worn.out.token' } })
    })
    expect(await runStarter(page, 'List with a filter')).toContain('"Fern"')
    expect(refused).toBeGreaterThan(1)
  }, 60_000)

  test('the start page lists the apps, and fits a narrow window', async () => {
    const page = await context.newPage()
    await page.setViewportSize({ width: 360, height: 640 })
    await page.goto(server.url)
    expect(await page.locator('th').innerText()).toBe('demo')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
    await page.getByText('data API', { exact: true }).click()
    await page.locator('.graphiql-execute-button').waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
    if (process.env.METALOOM_SCREENSHOT)
      await page.screenshot({ path: `${process.env.METALOOM_SCREENSHOT}-narrow.png` })
    await page.setViewportSize({ width: 1280, height: 800 })
  }, 60_000)
})

describe('pages', () => {
  const read = async (own: Server, path: string) => {
    const reply = await fetch(`${own.url}${path}`, { headers: { accept: 'text/html' } })
    return { status: reply.status, headers: reply.headers, text: await reply.text() }
  }

  test('let nothing run but their own files, and cannot be framed', async () => {
    const own = await startTestServer()
    try {
      const { headers, text } = await read(own, '/api/demo/graphql')
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toMatch(/default-src 'none'; script-src 'nonce-[^']{24}'; /)
      expect(policy).toContain("frame-ancestors 'none'")
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(text).not.toMatch(/<script(?![^>]*(nonce|application\/json))/)
      const [, asset = ''] = /src="([^"]+page\.js)"/.exec(text) ?? []
      expect((await read(own, asset)).headers.get('cache-control')).toContain('immutable')
      expect((await read(own, '/workbench/../../etc/passwd')).status).toBe(404)
      expect((await read(own, asset.replace('page.js', '../page.js'))).status).toBe(404)
    } finally {
      await own.stop()
    }
  })

  test('tell strangers nothing in production, where the workbench is off unless it is set', async () => {
    const own = await startTestServer(undefined, { isProduction: true, workbench: false })
    try {
      const home = await read(own, '/')
      expect([home.status, home.text.includes('demo')]).toEqual([200, false])
      const page = await read(own, '/api/demo/graphql')
      expect([page.status, page.text]).toEqual([404, expect.stringContaining('METALOOM_WORKBENCH=1')])
      expect((await read(own, '/api/demo/workbench')).status).toBe(404)
      dataOf(await own.send('data', '{ viewer { id } }'))
    } finally {
      await own.stop()
    }
  })
})
