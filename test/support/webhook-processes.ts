// Servers as processes of their own whose webhooks go to a receiver of the test, on databases that outlive them.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import { connect, type Pool, type Row, run } from '../../src/database/connect.ts'
import { dropDatabase, withDatabase } from '../../src/database/databases.ts'
import type { Failpoint } from './failpoints.ts'
import { type ServerProcess, startProcess } from './process.ts'
import { type Receiver, startReceiver } from './receiver.ts'
import { dataOf, logIn, post } from './server.ts'

const failing = fileURLToPath(new URL('./failing-main.ts', import.meta.url))

/** A server that runs; `create` makes an invoice and tells whether that was acknowledged. */
export type HookedServer = Readonly<{ process: ServerProcess; create(number: string): Promise<boolean> }>

export type HookedServers = Readonly<{
  receiver: Receiver
  /** Starts a server; with a failpoint, one that ends itself when it comes there for the second time. */
  start(failpoint?: Failpoint): Promise<HookedServer>
  rows(text: string): Promise<readonly Row[]>
  /** Lets leases of more than a second end at once, as if their time had passed; resolves when nothing waits any more. */
  awaitDelivered(): Promise<void>
  stop(): Promise<void>
}>

/** Databases with an entity `invoice` and an async webhook of it; no server runs yet. */
export async function prepareHookedServers(): Promise<HookedServers> {
  const name = `h_${randomUUID().replaceAll('-', '').slice(0, 20)}`
  const platformUrl = withDatabase(inject('databaseUrl'), name)
  const appUrl = withDatabase(platformUrl, `${name}_demo`)
  const dataDir = await mkdtemp(join(tmpdir(), 'metaloom-hooked-'))
  const receiver = await startReceiver()
  const pool = connect(appUrl, { max: 1 })
  const processes: ServerProcess[] = []
  const rows = (text: string) => run(pool, { text, values: [] })
  const start = async (failpoint?: Failpoint): Promise<HookedServer> => {
    const isFirst = processes.length === 0
    const running = await startProcess(platformUrl, dataDir, buildChange(failpoint), failpoint && failing)
    processes.push(running)
    const token = await logIn(running.url)
    if (isFirst) await define(running.url, token, receiver.url)
    return { process: running, create: (number) => create(running.url, token, number) }
  }
  return {
    receiver,
    start,
    rows,
    awaitDelivered: () => awaitDelivered(pool),
    async stop() {
      for (const each of processes) await each.kill('SIGTERM')
      await pool.end()
      await receiver.stop()
      for (const url of [appUrl, platformUrl]) await dropDatabase(url)
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

function buildChange(failpoint: Failpoint | undefined): Record<string, string> {
  return {
    METALOOM_ALLOW_PRIVATE_WEBHOOKS: '1',
    METALOOM_WEBHOOK_RETRY_MS: '10',
    TEST_FAILPOINT: failpoint ?? '',
    TEST_FAILPOINT_COUNT: '2',
  }
}

async function define(server: string, token: string, receiver: string): Promise<void> {
  const document = {
    entities: [{ name: 'invoice', fields: [{ name: 'number', type: 'string', required: true }] }],
    webhooks: [{ entity: 'invoice', url: `${receiver}/hook` }],
  }
  const query = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(await post(`${server}/api/demo/admin/graphql`, query, { document: JSON.stringify(document) }, token))
}

async function create(server: string, token: string, number: string): Promise<boolean> {
  const query = 'mutation($number: String!) { createInvoice(input: { number: $number }) { id } }'
  const reply = await post(`${server}/api/demo/graphql`, query, { number }, token).catch(() => undefined)
  return reply !== undefined && dataOf(reply).createInvoice.id !== undefined
}

async function awaitDelivered(pool: Pool): Promise<void> {
  const left = `select (select count(*) from _outbox where hooks is not null and taken_at is null)
    + (select count(*) from _deliveries where state = 'waiting') as count`
  const pass = `update _deliveries set due_at = now()
    where state = 'waiting' and lease is not null and due_at < now() + interval '29 s'`
  for (;;) {
    const [row] = await run(pool, { text: left, values: [] })
    if (Number(row?.count) === 0) return
    await run(pool, { text: pass, values: [] })
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
