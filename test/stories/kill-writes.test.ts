// kill -9 of the server in the midst of a nested write: parent, children, audit log and outbox agree, every time.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { connect, type Pool, run } from '../../src/database/connect.ts'
import { dropDatabase, withDatabase } from '../../src/database/databases.ts'
import { billing } from '../support/billing.ts'
import { type Failpoint, writeFailpoints as failpoints } from '../support/failpoints.ts'
import { type ServerProcess, startProcess } from '../support/process.ts'
import { dataOf, logIn, post } from '../support/server.ts'

const rounds = process.env.METALOOM_TEST_SIZE === 'long' ? 20 : failpoints.length
const failing = fileURLToPath(new URL('../support/failing-main.ts', import.meta.url))
/** Invoices that are acknowledged in each round before the fatal one. */
const before = 2

const databaseName = `k_${randomUUID().replaceAll('-', '').slice(0, 20)}`
const platformUrl = withDatabase(inject('databaseUrl'), databaseName)
const appUrl = withDatabase(platformUrl, `${databaseName}_demo`)
const acknowledged: string[] = []
let dataDir: string
let pool: Pool
let running: ServerProcess | undefined

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'metaloom-kill-writes-'))
  pool = connect(appUrl, { max: 1 })
})
afterAll(async () => {
  await running?.kill('SIGTERM')
  await pool.end()
  for (const url of [appUrl, platformUrl]) await dropDatabase(url)
  await rm(dataDir, { recursive: true, force: true })
})

type Answered = Readonly<{
  number: string
  items: Readonly<{ nodes: readonly Readonly<{ taxLines: Readonly<{ totalCount: number }> }>[] }>
}>
type Client = (api: 'data' | 'admin', query: string, variables: object) => ReturnType<typeof post>

/** Starts the server in a process that ends itself at the failpoint; without one it lives on. */
async function start(failpoint?: Failpoint): Promise<Client> {
  const change = { TEST_FAILPOINT: failpoint ?? '', TEST_FAILPOINT_COUNT: String(before + 1) }
  running = await startProcess(platformUrl, dataDir, change, failpoint && failing)
  const { url } = running
  const token = await logIn(url)
  const addresses = { data: '/api/demo/graphql', admin: '/api/demo/admin/graphql' }
  return (api, query, variables) => post(`${url}${addresses[api]}`, query, variables, token)
}

async function define(send: Client): Promise<void> {
  const query = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(await send('admin', query, { document: JSON.stringify(billing) }))
}

/** Makes an invoice with two items and three tax lines in one mutation. */
function createInvoice(send: Client, number: string): ReturnType<typeof post> {
  const lines = (...names: string[]) => ({ data: names.map((name) => ({ name })) })
  const items = {
    data: [
      { description: 'Bolts', taxLines: lines('VAT', 'Levy') },
      { description: 'Nuts', taxLines: lines('VAT') },
    ],
  }
  const query = 'mutation($input: InvoiceCreateInput!) { createInvoice(input: $input) { number } }'
  return send('data', query, { input: { number, items } })
}

/** Sends invoices until the server dies of the last one; tells its end, and keeps the numbers that were acknowledged. */
async function writeUntilKilled(send: Client, round: number): Promise<number | string | undefined> {
  for (let count = 1; count <= before; count++) {
    const number = `${round}-${count}`
    dataOf(await createInvoice(send, number))
    acknowledged.push(number)
  }
  const fatal = await createInvoice(send, `${round}-fatal`).catch(() => undefined)
  return fatal === undefined ? running?.ended : `The server answered ${JSON.stringify(fatal)}`
}

/** PostgreSQL may still be busy with what a dead server sent. */
async function awaitSilence(): Promise<void> {
  const others =
    'select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'
  while ((await run(pool, { text: others, values: [] })).length > 0);
}

const rows = (text: string) => run(pool, { text, values: [] })
const stored = `select 'invoice' as entity, id::text as record_id from invoices
  union all select 'invoice_item', id::text from invoice_items
  union all select 'tax_line', id::text from tax_lines order by 1, 2`
const told = (table: string) =>
  rows(`select entity, record_id from ${table} where version = 1 order by entity, record_id`)
const families = `select number, count(distinct i.id)::int as items, count(t.id)::int as lines from invoices v
  left join invoice_items i on i.invoice_id = v.id left join tax_lines t on t.invoice_item_id = i.id
  group by number order by number collate "C"`
const whole = (number: string) => ({ number, items: 2, lines: 3 })

describe('a nested write whose server is killed', () => {
  const cases = Array.from({ length: rounds }, (_, index) => {
    const point = failpoints[index % failpoints.length] as Failpoint
    return [point, index + 1] as const
  })

  test.each(cases)('%s is there as a whole or not at all (round %i)', async (point, round) => {
    const send = await start(point)
    if (acknowledged.length === 0) await define(send)
    expect(await writeUntilKilled(send, round)).toBe('SIGKILL')
    await awaitSilence()
    const records = await rows(stored)
    expect(await told('_audit')).toEqual(records)
    expect(await told('_outbox')).toEqual(records)
    const found = await rows(families)
    const isThere = found.some(({ number }) => number === `${round}-fatal`)
    if (isThere) acknowledged.push(`${round}-fatal`)
    if (point !== 'when the commit was sent') expect(isThere).toBe(false)
    expect(found).toEqual([...acknowledged].sort().map(whole))
  })

  test('leaves all that was acknowledged to the next server, which writes on', async () => {
    const send = await start()
    dataOf(await createInvoice(send, 'last'))
    const query = '{ invoices(first: 100) { nodes { number items { nodes { taxLines { totalCount } } } } } }'
    const { invoices } = dataOf(await send('data', query, {}))
    const found = (invoices.nodes as readonly Answered[]).map(({ number, items }) => ({
      number,
      items: items.nodes.length,
      lines: items.nodes.reduce((sum, { taxLines }) => sum + taxLines.totalCount, 0),
    }))
    expect(new Set(found)).toEqual(new Set([...acknowledged, 'last'].map(whole)))
  })
})
