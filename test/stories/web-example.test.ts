// examples/web in a real browser: built, served beside a real Metaloom, and used from the log-in to the upload.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { build, type PreviewServer, preview } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, openBrowser } from '../support/browser.ts'
import { dataOf, type Server, startTestServer } from '../support/server.ts'

// What a run without a browser leaves out shall be seen in its output.
if (browserPath === undefined)
  process.stderr.write(
    'No chromium was found: the stories of test/stories/web-example.test.ts did not run.\n',
  )

let server: Server
let site: PreviewServer
let folder: string
let context: BrowserContext
let close: () => Promise<void>
let page: Page
const address = () => site.resolvedUrls?.local[0] ?? ''
const shot = async (name: string) => {
  const place = process.env.METALOOM_SCREENSHOTS
  if (place) await page.screenshot({ path: join(place, `${name}.png`), fullPage: true })
}

async function startExample(): Promise<void> {
  server = await startTestServer()
  const document = await readFile('examples/invoicing.yaml', 'utf8')
  dataOf(
    await server.send('admin', 'mutation($d: String!) { importMetadata(document: $d) { revision } }', {
      d: document,
    }),
  )
  const user = { email: 'clerk@example.com', password: 'a clerk of the books', roles: ['accountant'] }
  dataOf(await server.send('admin', 'mutation($u: UserInput!) { createUser(input: $u) { id } }', { u: user }))
  const inputs = Array.from({ length: 9 }, (_, index) => ({
    number: `2026-1${String(index).padStart(2, '0')}`,
    customerId: '22222222-2222-4222-8222-222222222222',
    note: index === 4 ? 'A lighthouse' : 'A bridge',
    items: { data: [{ position: 1, description: 'Steel', quantity: index + 1, unitPrice: '120.00' }] },
  }))
  dataOf(
    await server.send(
      'data',
      'mutation($i: [InvoiceCreateInput!]!) { createInvoices(inputs: $i) { count } }',
      { i: inputs },
    ),
  )
}

async function startSite(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'metaloom-web-'))
  const shared = {
    root: 'examples/web',
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  } as const
  await build(shared)
  site = await preview({ ...shared, preview: { port: 0, host: '127.0.0.1', proxy: { '/api': server.url } } })
}

const numbers = () => page.locator('tbody a').allInnerTexts()
const heading = (text: string | RegExp) => page.getByRole('heading', { name: text }).waitFor()
const problemAt = (name: string) => page.locator(`[id="${name}-problem"]`)

describe.skipIf(browserPath === undefined)('the sample frontend (needs chromium)', () => {
  beforeAll(async () => {
    await startExample()
    await startSite()
    const browser = await openBrowser()
    context = browser.context
    close = browser.close
    page = await context.newPage()
    page.setDefaultTimeout(15_000)
    await page.goto(address())
  }, 120_000)
  afterAll(async () => {
    await close?.()
    await site?.close()
    await server?.stop()
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  test('lets nobody in with a wrong password, and the clerk with the right one', async () => {
    await page.getByLabel('E-mail').fill('clerk@example.com')
    await page.getByLabel('Password').fill('not the password')
    await page.getByRole('button', { name: 'Log in' }).click()
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/password/i)
    await page.getByLabel('E-mail').fill('clerk@example.com')
    await page.getByLabel('Password').fill('a clerk of the books')
    await page.getByRole('button', { name: 'Log in' }).click()
    await expect.poll(numbers).toHaveLength(5)
    await shot('list')
  })

  test('goes through the pages by cursors and back', async () => {
    const first = await numbers()
    await page.getByRole('button', { name: 'Next' }).click()
    await expect.poll(async () => (await numbers())[0]).toBe('2026-103')
    await page.getByRole('button', { name: 'Next' }).click()
    await expect.poll(numbers).toEqual(['2026-108'])
    await page.getByRole('button', { name: 'Previous' }).click()
    await expect.poll(async () => (await numbers())[0]).toBe('2026-103')
    await page.getByRole('button', { name: 'Previous' }).click()
    await expect.poll(numbers).toEqual(first)
  })

  test('filters by status and searches the notes', async () => {
    await page.getByLabel('Status').selectOption('SENT')
    await expect.poll(numbers).toEqual(['2026-002'])
    await page.getByLabel('Status').selectOption('')
    await page.getByLabel('Search the notes').fill('lighthouse')
    await expect.poll(numbers).toEqual(['2026-104'])
    await page.getByLabel('Search the notes').fill('')
    await expect.poll(numbers).toHaveLength(5)
  })

  test('shows changes that somebody else makes while it is open', async () => {
    const id = '44444444-4444-4444-8444-444444444444'
    dataOf(await server.send('data', `mutation { transitionInvoice(id: "${id}", to: PAID) { id } }`))
    await expect
      .poll(() => page.locator('tr', { hasText: '2026-002' }).innerText(), { timeout: 10_000 })
      .toMatch(/paid/)
  })

  test('goes on showing changes after its stream was ended by other definitions', async () => {
    const create =
      'mutation { createEntity(input: { name: "memo", fields: [{ name: "text", type: TEXT }] }) { name } }'
    dataOf(await server.send('admin', create))
    const id = '33333333-3333-4333-8333-333333333333'
    dataOf(await server.send('data', `mutation { transitionInvoice(id: "${id}", to: VOID) { id } }`))
    const row = page.locator('tr', { hasText: '2026-001' })
    await expect.poll(() => row.innerText(), { timeout: 15_000 }).toMatch(/void/)
  })

  test('puts what is wrong beside the input that it is about, items included', async () => {
    await page.getByRole('link', { name: 'New invoice' }).click()
    await page.getByLabel('Number').fill('2026-900')
    await page.getByRole('button', { name: 'Add an item' }).click()
    await page.getByRole('button', { name: 'Add an item' }).click()
    for (const index of [0, 1, 2])
      await page.locator(`[name="items.${index}.description"]`).fill(`Part ${index + 1}`)
    for (const index of [0, 1, 2]) await page.locator(`[name="items.${index}.unitPrice"]`).fill('2.50')
    await page.locator('[name="items.1.quantity"]').fill('0')
    await page.locator('[name="items.2.unitPrice"]').fill('-1')
    await page.getByRole('button', { name: 'Create' }).click()
    await expect.poll(() => problemAt('items.1.quantity').innerText()).toBe('must be at least 1')
    expect(await problemAt('items.2.unitPrice').innerText()).toBe('must be at least 0')
    expect(await problemAt('items.0.quantity').innerText()).toBe('')
    expect(await page.locator('[aria-invalid="true"]').count()).toBe(2)
    await shot('problems')
  })

  test('creates an invoice with its items at once', async () => {
    await page.locator('[name="items.1.quantity"]').fill('2')
    await page.locator('[name="items.2.unitPrice"]').fill('10')
    await page.getByRole('button', { name: 'Create' }).click()
    await heading(/Invoice 2026-900/)
    expect(await page.locator('tfoot').innerText()).toMatch(/17\.50/)
    expect(await page.locator('article tbody tr').count()).toBe(3)
  })

  test('uploads a document and shows it by its signed address', async () => {
    const buffer = Buffer.from(`%PDF-1.4\n${'% a line of the bill\n'.repeat(2_000)}%%EOF`)
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no pdf') })
    await expect.poll(() => problemAt('document').innerText()).toMatch(/application\/pdf/)
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'bill.pdf', mimeType: 'application/pdf', buffer })
    const link = page.getByRole('link', { name: /bill\.pdf/ })
    await link.waitFor()
    const reply = await context.request.get(new URL((await link.getAttribute('href')) ?? '', address()).href)
    expect([reply.status(), (await reply.body()).equals(buffer)]).toEqual([200, true])
  })

  test('offers the moves that the record offers, until there are none', async () => {
    const moves = page.getByRole('region', { name: 'Next steps' }).getByRole('button')
    await expect.poll(() => moves.allInnerTexts()).toEqual(['Send', 'Void'])
    await shot('invoice')
    await page.getByRole('button', { name: 'Send' }).click()
    await expect.poll(() => moves.allInnerTexts()).toEqual(['Mark as paid', 'Void'])
    await page.getByRole('button', { name: 'Mark as paid' }).click()
    await expect.poll(() => moves.count()).toBe(0)
    await heading(/paid/)
  })

  test('gets a new token after a reload, and when the old one is about to end', async () => {
    const refreshed: string[] = []
    page.on('request', (request) => {
      if (request.postData()?.includes('refreshSession')) refreshed.push(request.url())
    })
    await page.reload()
    await heading(/Invoice 2026-900/)
    expect(refreshed).toHaveLength(1)
    await page.clock.setSystemTime(Date.now() + 15 * 60_000)
    await page.getByRole('link', { name: 'Invoices' }).click()
    await expect.poll(numbers).toHaveLength(5)
    expect(refreshed).toHaveLength(2)
  })

  test('fits a narrow screen', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    await page.goto(`${address()}#/new`)
    await heading('New invoice')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
    await shot('narrow')
  })
})
