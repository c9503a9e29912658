// What apps leave behind: files of those that are deleted go too, and closed ones are opened for files that nobody needs.
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withDatabase } from '../../src/database/databases.ts'
import { dataOf, errorOf, findAppSecret, post, type Server, startTestServer } from '../support/server.ts'

let server: Server
let owner: string
let sql: postgres.Sql
beforeAll(async () => {
  server = await startTestServer(undefined, { pollEvery: 100, idleAfter: 300 })
  sql = postgres(server.databaseUrl, { max: 3, onnotice: () => {} })
  owner = await logInAt(server)
})
afterAll(async () => {
  for (const { name } of await sql`select name from _apps where name <> 'demo'`) await remove(name)
  await sql?.end()
  await server?.stop()
})

async function logInAt({ address }: Server): Promise<string> {
  const query = 'mutation($e: String!, $p: String!) { login(email: $e, password: $p) { token } }'
  const who = { e: 'admin@example.com', p: 'correct horse battery' }
  return dataOf(await post(address('platform'), query, who)).login.token
}
const make = (n: string) =>
  server.send('platform', 'mutation($n: String!) { createApp(name: $n) { adminPassword } }', { n }, owner)
const remove = (n: string) =>
  server.send('platform', 'mutation($n: String!) { deleteApp(name: $n, confirm: $n) }', { n }, owner)
const folder = (...parts: string[]) => join(server.dataDir, 'files', ...parts)

/** Puts so many files where those of an app rest. */
async function putFiles(app: string, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async (_, id) => {
      await mkdir(folder(app, String(id)), { recursive: true })
      await writeFile(folder(app, String(id), 'a.txt'), 'a')
    }),
  )
}
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(20)
}
const isListed = async (name: string) => (await sql`select 1 from _apps where name = ${name}`).length > 0

describe('the files of an app', () => {
  test('go with it, and those of others stay', async () => {
    for (const name of ['shop', 'shop_two']) dataOf(await make(name))
    for (const name of ['shop', 'shop_two']) await putFiles(name, 3)
    dataOf(await remove('shop'))
    expect(await readdir(folder())).toEqual(['shop_two'])
    expect(await isListed('shop')).toBe(false)
    expect(await readdir(folder('shop_two'))).toHaveLength(3)
  })

  test('that are very many go some at a time; until then the name is not free', async () => {
    dataOf(await make('hoard'))
    await putFiles('hoard', 2_100)
    expect(dataOf(await remove('hoard'))).toEqual({ deleteApp: true })
    expect(errorOf(await post(`${server.url}/api/hoard/graphql`, '{ viewer { id } }', {}, owner))).toBe(
      'NOT_FOUND: There is no app "hoard" here',
    )
    await until(async () => !(await isListed('hoard')))
    expect(await readdir(folder())).not.toContain('hoard')
    dataOf(await make('hoard'))
  })

  test('that a crash left behind go when the list is looked at', async () => {
    await putFiles('crashed', 3)
    await sql`insert into _apps (name, display_name, database, state) values ('crashed', 'Crashed', 'nowhere_crashed', 'deleting')`
    await until(async () => !(await isListed('crashed')))
    expect(await readdir(folder())).not.toContain('crashed')
  })
})

test('an app is made once whoever removes the remains of its name lets go', async () => {
  const letGo = hold('waited')
  await sleep(100)
  const reply = make('waited')
  await sleep(200)
  expect(await isListed('waited')).toBe(false)
  await letGo()
  dataOf(await reply)
})

/** Has the turn of a name, as one has who makes, deletes or heals it. */
function hold(name: string): () => Promise<void> {
  let letGo = (): void => {}
  const held = sql.begin(async (turn) => {
    await turn`select pg_advisory_xact_lock(hashtext('metaloom app'), hashtext(${name}))`
    await new Promise<void>((resolve) => {
      letGo = resolve
    })
  })
  return async () => {
    letGo()
    await held
  }
}

test('an app that is closed is due when a file is that no record refers to', async () => {
  const app = postgres(server.appUrl, { max: 1 })
  await app`insert into _files (id, filename, mime_type, size, uploader, state, freed_at)
    values (gen_random_uuid(), 'a.txt', 'text/plain', 1, 'user:1', 'stored', now() - interval '23 hours')`
  await app.end()
  dataOf(await server.send('data', '{ viewer { id } }'))
  const due = async () => {
    const [row] = await sql`select next_due_at > now() + interval '50 minutes'
      and next_due_at < now() + interval '70 minutes' as is_told from _apps where name = 'demo'`
    return row?.is_told === true
  }
  await until(due)
})

test('the demo of another server takes no token, though their secrets are equal', async () => {
  const other = await startTestServer()
  try {
    const moved = postgres(other.appUrl, { max: 1 })
    const own = postgres(server.appUrl, { max: 1 })
    const users = await own`select id, email, password_hash, roles from _users`
    await moved`delete from _users`
    await moved`insert into _users ${moved(users)}`
    for (const row of await own`select * from _sessions`) await moved`insert into _sessions ${moved(row)}`
    await Promise.all([moved.end(), own.end()])
    expect(await findAppSecret(other)).not.toBe(await findAppSecret(server))
    expect(errorOf(await other.send('data', '{ viewer { id } }', {}, server.token))).toBe(
      'UNAUTHENTICATED: The token is not valid here; log in to get one that is',
    )
  } finally {
    await other.stop()
  }
})

test('an app that cannot be opened leaves no connection behind, and opens when it can be', async () => {
  dataOf(await make('torn'))
  const [row] = await sql`select database from _apps where name = 'torn'`
  const app = postgres(withDatabase(server.databaseUrl, row?.database), { max: 1, onnotice: () => {} })
  await app`alter table _metadata rename to _hidden`
  const ask = () => post(`${server.url}/api/torn/graphql`, '{ viewer { roles } }', {}, owner)
  expect((await ask()).status).toBe(500)
  await until(async () => (await count(row?.database)) === 1)
  await app`alter table _hidden rename to _metadata`
  await app.end()
  expect(dataOf(await ask()).viewer.roles).toEqual(['admin'])
})

async function count(database: string): Promise<number> {
  const [row] =
    await sql`select count(*)::int as count from pg_stat_activity where datname = ${database} and backend_type = 'client backend'`
  return row?.count
}
