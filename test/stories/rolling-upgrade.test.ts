// Two versions on one database: the older process goes on, opens apps and starts anew while a newer one has expanded the tables.
import { randomUUID } from 'node:crypto'
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { connect, type Pool } from '../../src/database/connect.ts'
import { dropDatabase, withDatabase } from '../../src/database/databases.ts'
import { billing } from '../support/billing.ts'
import { type ServerProcess, startProcess } from '../support/process.ts'
import { dataOf, type GraphQLReply, logIn, post } from '../support/server.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const name = `u_${randomUUID().replaceAll('-', '').slice(0, 20)}`
const platformUrl = withDatabase(inject('databaseUrl'), name)
const appUrl = withDatabase(platformUrl, `${name}_demo`)
/** What the next version adds: columns to tables in use, a table, an index. */
const expanding = `-- expands: what older versions know of stays as it is.
alter table _users add column nickname text;
alter table _outbox add column shard integer not null default 0;
alter table _audit add column origin text default 'here';
alter table _deliveries add column shard integer not null default 0;
create table _shards (number integer primary key);
create index _outbox_shard on _outbox (shard);
`

let folder: string
let pool: Pool
let shopUrl = ''
const running: ServerProcess[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metaloom-upgrade-'))
  await makeNext()
  pool = connect(appUrl, { max: 1 })
})
afterAll(async () => {
  await Promise.all(running.map((each) => each.kill('SIGTERM')))
  await pool.end()
  for (const url of [appUrl, shopUrl, platformUrl]) if (url !== '') await dropDatabase(url)
  await rm(folder, { recursive: true, force: true })
})

/** The code as it is with one more migration, in a folder of its own. */
async function makeNext(): Promise<void> {
  await cp(join(root, 'src'), join(folder, 'src'), { recursive: true })
  for (const file of ['package.json', 'tsconfig.json']) await cp(join(root, file), join(folder, file))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'src/database/migrations/app/998-shards.sql'), expanding)
  // Apps that idle are closed after a moment, so that the older process opens what the newer one has changed.
  await writeFile(join(folder, 'app.yaml'), 'database: { idle_ms: 300, poll_ms: 200 }\n')
}

async function startVersion(version: 'today' | 'next'): Promise<ServerProcess> {
  const entry = join(version === 'today' ? root : folder, 'src/main.ts')
  const started = await startProcess(platformUrl, join(folder, 'data'), {}, entry, folder)
  running.push(started)
  return started
}

/** Writes and reads without end; every answer that is not as it should be is kept. */
function load(url: string, token: string) {
  const problems: string[] = []
  let count = 0
  let isOn = true
  const one = async (query: string, isRight: (reply: GraphQLReply) => boolean) => {
    const reply = await post(`${url}/api/demo/graphql`, query, {}, token).catch((error) => String(error))
    count++
    if (typeof reply === 'string' || !isRight(reply)) problems.push(JSON.stringify(reply))
  }
  const run = async (who: number) => {
    for (let turn = 0; isOn; turn++) {
      const number = `${new URL(url).port}-${who}-${turn}`
      await one(
        `mutation { createInvoice(input: { number: "${number}", items: { data: [{ description: "x" }] } }) { id } }`,
        ({ data, errors }) => !errors && data.createInvoice.id !== undefined,
      )
      await one(
        `{ invoiceBy(key: { number: "${number}" }) { items { nodes { description } } } }`,
        ({ data, errors }) => !errors && data.invoiceBy.items.nodes.length === 1,
      )
    }
  }
  const done = Promise.all([run(1), run(2)])
  return {
    async stop() {
      isOn = false
      await done
      return { count, problems }
    },
  }
}

const listColumns = async (table: string): Promise<readonly string[]> =>
  (await pool`select column_name as name from information_schema.columns where table_name = ${table}`).map(
    ({ name: column }) => column,
  )

test('a newer process expands the tables while the older one answers, and neither fails a request', async () => {
  const older = await startVersion('today')
  const token = await logIn(older.url)
  const query = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(
    await post(`${older.url}/api/demo/admin/graphql`, query, { document: JSON.stringify(billing) }, token),
  )
  const first = load(older.url, token)
  await sleep(200)
  const newer = await startVersion('next')
  const second = load(newer.url, await logIn(newer.url))
  await sleep(500)
  expect(await listColumns('_users')).toContain('nickname')
  const [one, other] = await Promise.all([first.stop(), second.stop()])
  expect([one.problems, other.problems]).toEqual([[], []])
  expect(Math.min(one.count, other.count)).toBeGreaterThan(4)
})

test('the older one opens apps again that the newer one has made or changed', async () => {
  const [older, newer] = running
  const logInThere =
    'mutation { login(email: "admin@example.com", password: "correct horse battery") { token } }'
  const { token } = dataOf(await post(`${newer?.url}/api/_platform/graphql`, logInThere)).login
  const make = 'mutation { createApp(name: "shop") { adminEmail adminPassword } }'
  const { adminEmail, adminPassword } = dataOf(
    await post(`${newer?.url}/api/_platform/graphql`, make, {}, token),
  ).createApp
  shopUrl = withDatabase(platformUrl, (await findDatabase('shop')) ?? '')
  const enter = `mutation { login(email: "${adminEmail}", password: "${adminPassword}") { token } }`
  // Neither has been asked for anything in a while, so all apps are closed.
  await sleep(800)
  expect(dataOf(await post(`${older?.url}/api/shop/admin/graphql`, enter)).login.token).toEqual(
    expect.any(String),
  )
  await logIn(older?.url ?? '')
})

test('the older one can be started again: the way back is open', async () => {
  await running[0]?.kill('SIGTERM')
  const again = await startVersion('today')
  const token = await logIn(again.url)
  const reply = await post(`${again.url}/api/demo/graphql`, '{ invoices { totalCount } }', {}, token)
  expect(dataOf(reply).invoices.totalCount).toBeGreaterThan(2)
})

async function findDatabase(app: string): Promise<string | undefined> {
  const platform = connect(platformUrl, { max: 1 })
  const [row] = await platform`select database from _apps where name = ${app}`
  await platform.end()
  return row?.database
}
