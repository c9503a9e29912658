// kill -9 while an app is made or deleted: the next start leaves no trace of what was not done, and all of what was.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { dropDatabase, withDatabase } from '../../src/database/databases.ts'
import { type ServerProcess, startProcess } from '../support/process.ts'
import { dataOf, post } from '../support/server.ts'

const rounds = process.env.METALOOM_TEST_SIZE === 'long' ? 20 : 1
const platform = `k_${randomUUID().replaceAll('-', '').slice(0, 20)}`
let databaseUrl: string
let dataDir: string
let sql: postgres.Sql
let running: ServerProcess

beforeAll(async () => {
  databaseUrl = withDatabase(inject('databaseUrl'), platform)
  dataDir = await mkdtemp(join(tmpdir(), 'metaloom-kill-apps-'))
  running = await startProcess(databaseUrl, dataDir)
  sql = postgres(databaseUrl, { max: 2, onnotice: () => {} })
})
afterAll(async () => {
  await running?.kill('SIGTERM')
  const left = await databases()
  await sql?.end()
  for (const name of left) await dropDatabase(withDatabase(databaseUrl, name))
  await rm(dataDir, { recursive: true, force: true })
})

const databases = async () =>
  (await sql`select datname from pg_database where datname like ${`${platform}%`} order by 1`).map(
    ({ datname }) => String(datname),
  )
const listed = async () =>
  (await sql`select database from _apps where state = 'ready' order by 1`).map(({ database }) =>
    String(database),
  )
const address = () => `${running.url}/api/_platform/graphql`
const create = 'mutation($n: String!) { createApp(name: $n) { adminPassword } }'
const drop = 'mutation($n: String!) { deleteApp(name: $n, confirm: $n) }'

async function logIn(): Promise<string> {
  const query = 'mutation($e: String!, $p: String!) { login(email: $e, password: $p) { token } }'
  const who = { e: 'admin@example.com', p: 'correct horse battery' }
  return dataOf(await post(address(), query, who)).login.token
}

/** Sends the request, and kills the server so many milliseconds after the app is seen in the state. */
async function killWithin(query: string, n: string, state: string, pause: number): Promise<boolean> {
  const reply = post(address(), query, { n }, await logIn()).catch(() => undefined)
  while ((await sql`select 1 from _apps where name = ${n} and state = ${state}`).length === 0) await sleep(1)
  await sleep(pause)
  await running.kill('SIGKILL')
  const isDone = (await reply)?.data !== undefined
  running = await startProcess(databaseUrl, dataDir)
  return isDone
}

/** What the list says is there, and nothing else is. */
async function expectWhole(): Promise<void> {
  expect(await sql`select name from _apps where state <> 'ready'`).toEqual([])
  expect(await databases()).toEqual([platform, ...(await listed())].sort())
}

test(`${rounds} rounds of making an app, killed, leave all or nothing`, async () => {
  for (let round = 0; round < rounds; round++) {
    const name = `made${round}`
    const isDone = await killWithin(create, name, 'creating', 40 * (round % 10))
    await expectWhole()
    const isThere = (await sql`select 1 from _apps where name = ${name}`).length === 1
    expect(isThere || !isDone).toBe(true)
    if (isThere) continue
    const { adminPassword } = dataOf(await post(address(), create, { n: name }, await logIn())).createApp
    expect(adminPassword).toHaveLength(20)
    await expectWhole()
  }
}, 240_000)

test(`${rounds} rounds of deleting one, killed, leave nothing of it`, async () => {
  for (let round = 0; round < rounds; round++) {
    await killWithin(drop, `made${round}`, 'deleting', 4 * (round % 10))
    await expectWhole()
    expect(await sql`select 1 from _apps where name = ${`made${round}`}`).toHaveLength(0)
  }
}, 240_000)
