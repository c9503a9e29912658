// Apps come and go while the server runs: made whole, islands to each other, and gone with all that they had.
import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { ensureDatabase, withDatabase } from '../../src/database/databases.ts'
import { createLog } from '../../src/log.ts'
import { startServer } from '../../src/server/start.ts'
import { buildEnvironment, dataOf, errorOf, post, type Server, startTestServer } from '../support/server.ts'

let server: Server
let owner: string
let sql: postgres.Sql
beforeAll(async () => {
  server = await startTestServer()
  sql = postgres(server.databaseUrl, { max: 1, onnotice: () => {} })
  owner = dataOf(
    await server.send('platform', login, { e: 'admin@example.com', p: 'correct horse battery' }, null),
  ).login.token
})
afterAll(async () => {
  for (const { name } of await sql`select name from _apps where name <> 'demo'`) await remove(name)
  await sql?.end()
  await server?.stop()
})

const login = 'mutation($e: String!, $p: String!) { login(email: $e, password: $p) { token refreshToken } }'
const create =
  'mutation($n: String!, $d: String) { createApp(name: $n, displayName: $d) { app { name displayName } adminEmail adminPassword } }'
const drop = 'mutation($n: String!, $c: String!) { deleteApp(name: $n, confirm: $c) }'
const viewer = '{ viewer { email roles } }'
const define =
  'mutation { createEntity(input: { name: "thing", fields: [{ name: "label", type: STRING }] }) { name } }'

const at = (app: string, api = 'graphql') => `${server.url}/api/${app}/${api}`
const make = (name: string, token: string | null = owner) =>
  server.send('platform', create, { n: name }, token)
const remove = (name: string, confirm = name, token: string | null = owner) =>
  server.send('platform', drop, { n: name, c: confirm }, token)
const made = async (name: string) => dataOf(await make(name)).createApp
const enter = async (app: string, password: string) =>
  dataOf(await post(at(app, 'admin/graphql'), login, { e: 'admin@example.com', p: password })).login
const databases = async () =>
  (
    await sql`select datname from pg_database where datname like ${`${new URL(server.databaseUrl).pathname.slice(1)}%`} order by 1`
  ).map(({ datname }) => String(datname))

describe('an app', () => {
  test('is made, defined, queried and deleted with its database', async () => {
    const before = await databases()
    const { app, adminEmail, adminPassword } = dataOf(
      await server.send('platform', create, { n: 'shop', d: 'The shop' }, owner),
    ).createApp
    expect([app, adminEmail]).toEqual([{ name: 'shop', displayName: 'The shop' }, 'admin@example.com'])
    const { token } = await enter('shop', adminPassword)
    expect(dataOf(await post(at('shop', 'admin/graphql'), define, {}, token)).createEntity.name).toBe('thing')
    const write = 'mutation { createThing(input: { label: "one" }) { label } }'
    expect(dataOf(await post(at('shop'), write, {}, token)).createThing).toEqual({ label: 'one' })
    expect(dataOf(await post(at('shop'), '{ things { totalCount } }', {}, token)).things.totalCount).toBe(1)
    const list = dataOf(
      await server.send('platform', '{ apps { name } app(name: "shop") { name } }', {}, owner),
    )
    expect(list).toEqual({ apps: [{ name: 'demo' }, { name: 'shop' }], app: { name: 'shop' } })
    expect(await (await fetch(server.url)).text()).toContain('/api/shop/graphql')
    expect(await databases()).toHaveLength(before.length + 1)

    expect(dataOf(await remove('shop'))).toEqual({ deleteApp: true })

    const gone = await post(at('shop'), '{ things { totalCount } }', {}, token)
    expect([gone.status, errorOf(gone)]).toEqual([404, 'NOT_FOUND: There is no app "shop" here'])
    expect(await databases()).toEqual(before)
    expect(dataOf(await server.send('platform', '{ app(name: "shop") { name } }', {}, owner)).app).toBeNull()
    expect(await (await fetch(server.url)).text()).not.toContain('/api/shop/graphql')
  })

  test('takes no token of another app, nor of one that had its name, though the secrets and sessions are the same', async () => {
    const first = await enter('shop', (await made('shop')).adminPassword)
    const { adminPassword } = await made('stall')
    await enter('stall', adminPassword)
    await copySessions('shop', 'stall')
    const kept = await readSessions('shop')
    const refused = 'UNAUTHENTICATED: The token is not valid here; log in to get one that is'
    expect(errorOf(await post(at('stall'), viewer, {}, first.token))).toBe(refused)
    expect(errorOf(await server.send('platform', viewer, {}, first.token))).toBe(refused)
    expect(errorOf(await server.send('data', viewer, {}, first.token))).toBe(refused)

    dataOf(await remove('shop'))
    const again = await enter('shop', (await made('shop')).adminPassword)
    await writeSessions('shop', kept)
    for (const api of ['graphql', 'admin/graphql'])
      expect(errorOf(await post(at('shop', api), viewer, {}, first.token))).toBe(refused)
    const refresh = 'mutation($t: String!) { refreshSession(refreshToken: $t) { token } }'
    expect(dataOf(await post(at('shop'), viewer, {}, again.token)).viewer.roles).toEqual(['admin'])
    const renewed = await post(at('shop'), refresh, { t: again.refreshToken })
    expect(
      dataOf(await post(at('shop'), viewer, {}, dataOf(renewed).refreshSession.token)).viewer.email,
    ).toBe('admin@example.com')
    for (const name of ['shop', 'stall']) dataOf(await remove(name))
  })

  test('that many ask for at once is made once', async () => {
    const before = await databases()
    const replies = (await Promise.all(Array.from({ length: 4 }, () => make('rush')))).map(errorOf)
    expect(replies.filter((reply) => reply === 'no error')).toHaveLength(1)
    expect(replies.filter((reply) => reply.startsWith('CONFLICT: '))).toHaveLength(3)
    expect(await databases()).toHaveLength(before.length + 1)
    dataOf(await remove('rush'))
    expect(await databases()).toEqual(before)
  })

  test('whose making was broken off is made by the next who asks for it, and its remains are gone', async () => {
    const remains = `${new URL(server.databaseUrl).pathname.slice(1)}_remains`
    await ensureDatabase(withDatabase(server.databaseUrl, remains))
    await sql`insert into _apps (name, display_name, database, state) values ('broken', 'Broken', ${remains}, 'creating')`
    const { adminPassword } = await made('broken')
    expect((await enter('broken', adminPassword)).token).toBeTruthy()
    expect(await databases()).not.toContain(remains)
    dataOf(await remove('broken'))
  })

  test('that is the last one can go, and the next start makes no other', async () => {
    const other = await startTestServer()
    try {
      const { token } = dataOf(
        await other.send('platform', login, { e: 'admin@example.com', p: 'correct horse battery' }, null),
      ).login
      dataOf(await other.send('platform', drop, { n: 'demo', c: 'demo' }, token))
      const again = await startServerOn(other.databaseUrl)
      expect(again.apps).toEqual([])
      await again.stop()
    } finally {
      await other.stop()
    }
  })
})

describe('what cannot be:', () => {
  const pattern =
    'must be lower case words joined by single underscores, beginning with a letter (^[a-z][a-z0-9]*(_[a-z0-9]+)*$)'
  const reserved = 'is reserved, like admin, api, graphql, platform'
  test.each([
    ['', `VALIDATION_FAILED: name: ${pattern}; found ""`],
    ['_platform', `VALIDATION_FAILED: name: ${pattern}; found "_platform"`],
    ['Shop', `VALIDATION_FAILED: name: ${pattern}; found "Shop"`],
    ['1shop', `VALIDATION_FAILED: name: ${pattern}; found "1shop"`],
    ['my-shop', `VALIDATION_FAILED: name: ${pattern}; found "my-shop"`],
    ['my__shop', `VALIDATION_FAILED: name: ${pattern}; found "my__shop"`],
    ['shop"; drop', `VALIDATION_FAILED: name: ${pattern}; found "shop\\"; drop"`],
    ['../demo', `VALIDATION_FAILED: name: ${pattern}; found "../demo"`],
    ['shop\0', `VALIDATION_FAILED: name: ${pattern}; found "shop\\u0000"`],
    ['a'.repeat(49), 'VALIDATION_FAILED: name: must have at most 48 bytes, found 49'],
    ['platform', `VALIDATION_FAILED: name: ${reserved}`],
    ['admin', `VALIDATION_FAILED: name: ${reserved}`],
    ['demo', 'CONFLICT: An app with the name "demo" exists already'],
  ])('an app called %j', async (name, error) => {
    const before = await databases()
    expect(errorOf(await make(name))).toBe(error)
    expect(await databases()).toEqual(before)
  })

  test.each([
    ['', 'displayName: must be text of 1 to 200 characters without NUL, found ""'],
    ['a\0', 'displayName: must be text of 1 to 200 characters without NUL, found "a\\u0000"'],
    [
      'x'.repeat(201),
      `displayName: must be text of 1 to 200 characters without NUL, found "${'x'.repeat(56)}...`,
    ],
  ])('a display name %j', async (d, error) => {
    const reply = await server.send('platform', create, { n: 'shown', d }, owner)
    expect(errorOf(reply)).toBe(`VALIDATION_FAILED: ${error}`)
  })

  test.each([
    [
      'demo',
      'Demo',
      'BAD_USER_INPUT: confirm must repeat the name "demo" of the app whose data shall go for good, found "Demo"',
    ],
    ['nobody', 'nobody', 'NOT_FOUND: There is no app "nobody" here'],
    ['a\0', 'a\0', 'NOT_FOUND: There is no app "a\\u0000" here'],
  ])('deleting %j with %j', async (name, confirm, error) => {
    expect(errorOf(await remove(name, confirm))).toBe(error)
  })

  test('an app made or deleted by anybody but an owner', async () => {
    const needs = 'UNAUTHENTICATED: This needs a token; call login and send "Authorization: Bearer <token>"'
    expect(errorOf(await make('mine', null))).toBe(needs)
    expect(errorOf(await remove('demo', 'demo', null))).toBe(needs)
    expect(errorOf(await make('mine', server.token))).toMatch(/^UNAUTHENTICATED/)
  })
})

async function startServerOn(databaseUrl: string) {
  return await startServer(
    readConfig(buildEnvironment(databaseUrl, '/nowhere'), '/nowhere'),
    createLog('silent'),
  )
}

async function urlOf(app: string): Promise<string> {
  const [row] = await sql`select database from _apps where name = ${app}`
  return withDatabase(server.databaseUrl, row?.database)
}

type Kept = Readonly<{ users: postgres.Row[]; sessions: postgres.Row[] }>

async function readSessions(app: string): Promise<Kept> {
  const own = postgres(await urlOf(app), { max: 1 })
  const users = await own`select id, email, password_hash, roles from _users`
  const sessions = await own`select id, user_id, family_hash, token_hash, address, expires_at from _sessions`
  await own.end()
  return { users, sessions }
}

/** Users get other e-mails, since those are taken. */
async function writeSessions(app: string, { users, sessions }: Kept): Promise<void> {
  const own = postgres(await urlOf(app), { max: 1 })
  for (const row of users)
    await own`insert into _users ${own({ ...row, email: `${randomUUID()}@example.com` })}`
  for (const row of sessions) await own`insert into _sessions ${own(row)}`
  await own.end()
}

async function copySessions(from: string, to: string): Promise<void> {
  await writeSessions(to, await readSessions(from))
}
