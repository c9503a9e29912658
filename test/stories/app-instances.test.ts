// Apps and the processes that serve them: what one makes the others serve, who idles lets go, and nobody takes another's share.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withDatabase } from '../../src/database/databases.ts'
import { type ServerProcess, startProcess } from '../support/process.ts'
import { dataOf, errorOf, type GraphQLReply, post, type Server, startTestServer } from '../support/server.ts'

/** Room for two open apps with two connections each. Each of the two processes soon closes an app that it has opened. */
const tight = { limits: { pool: 2, connections: 13 }, idleAfter: 500, pollEvery: 100 }
const names = ['one', 'two']
let server: Server
let other: ServerProcess
let dataDir: string
let owner: string
let sql: postgres.Sql

beforeAll(async () => {
  server = await startTestServer(undefined, tight)
  sql = postgres(server.databaseUrl, { max: 1, onnotice: () => {} })
  const who = { e: 'admin@example.com', p: 'correct horse battery' }
  const login = 'mutation($e: String!, $p: String!) { login(email: $e, password: $p) { token } }'
  owner = dataOf(await server.send('platform', login, who, null)).login.token
  dataDir = await mkdtemp(join(tmpdir(), 'metaloom-apps-'))
  await writeFile(join(dataDir, 'app.yaml'), 'database: { idle_ms: 500, poll_ms: 100 }\n')
  other = await startProcess(server.databaseUrl, dataDir, {}, undefined, dataDir)
  for (const name of names) dataOf(await send('_platform', create, { n: name }))
})
afterAll(async () => {
  for (const { name } of await sql`select name from _apps where name <> 'demo'`)
    await send('_platform', drop, { n: name })
  await other?.kill('SIGTERM')
  await sql?.end()
  await server?.stop()
  await rm(dataDir, { recursive: true, force: true })
})

const create = 'mutation($n: String!) { createApp(name: $n) { adminPassword } }'
const drop = 'mutation($n: String!) { deleteApp(name: $n, confirm: $n) }'
const define =
  'mutation { createEntity(input: { name: "thing", fields: [{ name: "label", type: STRING }] }) { name } }'
const things = '{ things { totalCount } }'

const send = (app: string, query: string, variables = {}, url = server.url) =>
  post(`${url}/api/${app}/graphql`, query, variables, owner)
const admin = (app: string, query: string) => post(`${server.url}/api/${app}/admin/graphql`, query, {}, owner)
const tell = (reply: GraphQLReply): string => `${reply.status} ${errorOf(reply)}`

/** Looks again and again until it is so; the test fails by its own time limit when it never is. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(20)
}
async function urlOf(app: string): Promise<string> {
  const [row] = await sql`select database from _apps where name = ${app}`
  return withDatabase(server.databaseUrl, row?.database)
}
/** Whether no process has the app open any more. */
async function isClosed(app: string): Promise<boolean> {
  const leases = await sql`select 1 from _app_leases where app = ${app} and expires_at > now()`
  return leases.length === 0 && (await countConnections(app)) === 0
}
async function countConnections(app: string): Promise<number> {
  const database = new URL(await urlOf(app)).pathname.slice(1)
  const [row] = await sql`select count(*)::int as count from pg_stat_activity where datname = ${database}`
  return row?.count
}

test('an app that one process makes another serves, and has forgotten when it is deleted', async () => {
  dataOf(await send('_platform', create, { n: 'shared' }))
  const ask = () => send('shared', '{ viewer { roles } }', {}, other.url)
  await until(async () => (await ask()).status !== 404)
  expect(dataOf(await ask()).viewer.roles).toEqual(['admin'])
  dataOf(await send('_platform', drop, { n: 'shared' }))
  await until(async () => (await ask()).status === 404)
  expect(tell(await ask())).toBe('404 NOT_FOUND: There is no app "shared" here')
})

describe('an app that idles', () => {
  test('gives up all its connections, and is there again for the next who asks', async () => {
    dataOf(await send('one', '{ viewer { id } }'))
    expect(await countConnections('one')).toBeGreaterThan(0)
    await until(() => isClosed('one'))
    expect((await sql`select next_due_at from _apps where name = 'one'`)[0]?.next_due_at).toBeNull()
    dataOf(await send('one', '{ viewer { id } }'))
  })

  test('has told when its next work is due, and is opened for it', async () => {
    dataOf(await send('one', '{ viewer { id } }'))
    const own = postgres(await urlOf('one'), { max: 1 })
    await own`insert into _deliveries (id, event, endpoint, entity, record_id, action, body, due_at)
      values (gen_random_uuid(), 1, 'nowhere', 'thing', '1', 'create', '{}', now() + interval '1 hour')`
    await own.end()
    await until(() => isClosed('one'))
    expect(await isDueLater()).toBe(true)
    await sql`update _apps set next_due_at = now() where name = 'one'`
    // It may be open for a moment only: what shows is that it has told its next work anew.
    await until(isDueLater)
    await until(() => isClosed('one'))
  })
  const isDueLater = async (): Promise<boolean> => {
    const [row] =
      await sql`select next_due_at > now() + interval '50 minutes' as is_later from _apps where name = 'one'`
    return row?.is_later === true
  }

  test('that a process had open when it was killed is opened by another', async () => {
    const gone = '00000000-0000-4000-8000-000000000000'
    await until(() => isClosed('two'))
    await sql`insert into _app_leases values ('two', ${gone}, now() + interval '1 second')`
    await sql`update _apps set next_due_at = now() where name = 'two'`
    await until(async () => (await countConnections('two')) > 0)
    expect(await sql`select 1 from _app_leases where instance = ${gone} and expires_at > now()`).toHaveLength(
      0,
    )
  })
})

describe('an app whose table is held', () => {
  /** Holds the table of an app until the function that this resolves to is called. */
  async function hold(app: string): Promise<() => Promise<void>> {
    dataOf(await send(app, things))
    const holder = postgres(await urlOf(app), { max: 1 })
    const own = await holder.reserve()
    await own`begin`
    await own`lock table things in access exclusive mode`
    return async () => {
      await own`commit`
      own.release()
      await holder.end()
    }
  }
  beforeAll(async () => {
    for (const name of ['demo', ...names]) dataOf(await admin(name, define))
  })

  test('refuses what its connections cannot serve in time, and another app does not notice', async () => {
    const letGo = await hold('one')
    const told: string[] = []
    const slow = Array.from({ length: 40 }, async () => told.push(tell(await send('one', things))))
    const quick = await Promise.all(Array.from({ length: 20 }, () => send('two', things)))
    expect(new Set(quick.map(tell))).toEqual(new Set(['200 no error']))
    const full =
      '503 LIMIT_EXCEEDED: The app "one" has more requests at work than its connections can serve; try again later'
    await until(async () => told.filter((each) => each === full).length >= 20)
    await letGo()
    await Promise.all(slow)
    expect(tell(await send('one', things))).toBe('200 no error')
  })

  test('keeps its connections; when there is room for no other, that one is told so', async () => {
    const busy = ['demo', 'two']
    const letGo: (() => Promise<void>)[] = []
    const waiting: Promise<GraphQLReply>[] = []
    for (const app of busy) {
      letGo.push(await hold(app))
      waiting.push(send(app, things))
      await sleep(50)
    }
    expect(tell(await send('one', things))).toBe(
      '503 LIMIT_EXCEEDED: All connections that this server may open are in use by 2 other apps; try again later',
    )
    for (const release of letGo) await release()
    await Promise.all(waiting)
    expect(tell(await send('one', things))).toBe('200 no error')
  })
})
