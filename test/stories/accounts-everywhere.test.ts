// Accounts across places: several instances, restarts, apps beside each other, the platform, and an identity provider.
import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createPlatformUser } from '../../src/auth/platform-users.ts'
import { connect } from '../../src/database/connect.ts'
import { dropDatabase, withDatabase } from '../../src/database/databases.ts'
import { audience, type Issuer, startIssuer } from '../auth/issuer.ts'
import { dataOf, errorOf, post, type Server, startTestServer } from '../support/server.ts'

let server: Server
let second: Server
let sql: postgres.Sql
let otherUrl: string
beforeAll(async () => {
  server = await startTestServer(undefined, {
    allowPrivateWebhooks: true,
    trustedProxies: ['127.0.0.0/8', '::1'],
  })
  const { token } = dataOf(
    await server.send('platform', enter, { e: 'admin@example.com', p: 'correct horse battery' }, null),
  ).login
  dataOf(await server.send('platform', 'mutation { createApp(name: "other") { adminPassword } }', {}, token))
  const platform = postgres(server.databaseUrl, { max: 1 })
  const [row] = await platform`select database from _apps where name = 'other'`
  await platform.end()
  otherUrl = withDatabase(server.databaseUrl, row?.database)
  second = await startTestServer(server, { allowPrivateWebhooks: true })
  sql = postgres(server.appUrl, { max: 2, onnotice: () => {} })
})
afterAll(async () => {
  await sql?.end()
  await second?.stop()
  await dropDatabase(otherUrl)
  await server?.stop()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await sql`delete from _throttle`
  await sql`delete from _users where email <> 'admin@example.com'`
})

const password = 'correct horse'
const viewer = '{ viewer { id email roles } }'
const enter =
  'mutation($e: String!, $p: String!) { login(email: $e, password: $p) { token refreshToken sessionId viewer { id roles } } }'
const refresh = 'mutation($t: String!) { refreshSession(refreshToken: $t) { token refreshToken sessionId } }'
const refused = 'UNAUTHENTICATED: The token is not valid here; log in to get one that is'

async function makeUser(name: string, roles: readonly string[] = ['editor']): Promise<string> {
  const query = 'mutation($input: UserInput!) { createUser(input: $input) { id } }'
  const input = { email: `${name}@example.com`, password, roles }
  return dataOf(await server.send('admin', query, { input })).createUser.id
}
const logIn = async (name: string, at = server) =>
  dataOf(await at.send('data', enter, { e: `${name}@example.com`, p: password }, null)).login
const seenBy = async (at: Server, token: string) => await at.send('data', viewer, {}, token)

/** Lets the clock of the servers, which run in this process, go ahead. */
function pass(milliseconds: number): void {
  const real = Date.now
  vi.spyOn(Date, 'now').mockImplementation(() => real() + milliseconds)
}

describe('what one instance changes the other knows within 60 seconds:', () => {
  test.each([
    ['a deactivated user', 'mutation($id: ID!) { deactivateUser(id: $id) { id } }'],
    ['an ended session', undefined],
  ])('%s is out', async (_, query) => {
    const id = await makeUser('ada')
    const { token } = await logIn('ada')
    expect(dataOf(await seenBy(second, token)).viewer.id).toBe(id)
    dataOf(
      query === undefined
        ? await server.send('data', 'mutation { logout }', {}, token)
        : await server.send('admin', query, { id }),
    )
    expect(errorOf(await seenBy(server, token))).toMatch(/^UNAUTHENTICATED/)
    pass(60_000)
    expect(errorOf(await seenBy(second, token))).toBe(
      'UNAUTHENTICATED: This token was revoked, or its user is not active; log in again',
    )
  })

  test('changed roles hold', async () => {
    const id = await makeUser('ada')
    const { token } = await logIn('ada')
    expect(dataOf(await seenBy(second, token)).viewer.roles).toEqual(['editor'])
    const update = 'mutation($id: ID!) { updateUser(id: $id, input: { roles: ["auditor"] }) { id } }'
    dataOf(await server.send('admin', update, { id }))
    expect(dataOf(await seenBy(server, token)).viewer.roles).toEqual(['auditor'])
    pass(60_000)
    expect(dataOf(await seenBy(second, token)).viewer.roles).toEqual(['auditor'])
  })

  test('a revoked API key is out', async () => {
    const create =
      'mutation { createApiKey(input: { name: "x", roles: ["editor"] }) { token apiKey { id } } }'
    const { token, apiKey } = dataOf(await server.send('admin', create)).createApiKey
    expect(dataOf(await seenBy(second, token)).viewer.id).toBe(apiKey.id)
    dataOf(
      await server.send('admin', 'mutation($id: ID!) { revokeApiKey(id: $id) { id } }', { id: apiKey.id }),
    )
    pass(60_000)
    expect(errorOf(await seenBy(second, token))).toMatch(/^UNAUTHENTICATED/)
  })

  test('failed log-ins count together', async () => {
    await makeUser('ada')
    const wrong = { e: 'ada@example.com', p: 'wrong horse' }
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 ? server : second).send('data', enter, wrong, null),
      ),
    )
    expect(all.filter((reply) => errorOf(reply).startsWith('UNAUTHENTICATED'))).toHaveLength(5)
  })

  test('parallel refreshes at both give one session', async () => {
    const id = await makeUser('ada')
    const { refreshToken } = await logIn('ada')
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 ? server : second).send('data', refresh, { t: refreshToken }, null),
      ),
    )
    expect(new Set(all.map((reply) => dataOf(reply).refreshSession.refreshToken)).size).toBe(1)
    expect(await sql`select 1 from _sessions where user_id = ${id}`).toHaveLength(1)
  })
})

describe('after a restart', () => {
  test('sessions go on, and an old refresh token still ends its family', async () => {
    await makeUser('ada')
    const before = await startTestServer(server)
    const first = await logIn('ada', before)
    const next = dataOf(await before.send('data', refresh, { t: first.refreshToken }, null)).refreshSession
    await before.stop()
    const after = await startTestServer(server)
    try {
      expect(dataOf(await seenBy(after, next.token)).viewer.id).toBe(first.viewer.id)
      expect(
        dataOf(await after.send('data', refresh, { t: first.refreshToken }, null)).refreshSession
          .refreshToken,
      ).toBe(next.refreshToken)
      await sql`update _sessions set rotated_at = rotated_at - interval '11 seconds'`
      for (const t of [first.refreshToken, next.refreshToken])
        expect(errorOf(await after.send('data', refresh, { t }, null))).toMatch(/^UNAUTHENTICATED/)
      expect(errorOf(await seenBy(after, next.token))).toMatch(/^UNAUTHENTICATED/)
    } finally {
      await after.stop()
    }
  })
})

describe('a token of one app', () => {
  const other = (token: string, api = 'graphql') => post(`${second.url}/api/other/${api}`, viewer, {}, token)

  test('is worth nothing in another, nor on the platform, though they share secret, users and sessions', async () => {
    const { token } = await logIn('admin', {
      ...server,
      send: (api, query) =>
        server.send(api, query, { e: 'admin@example.com', p: 'correct horse battery' }, null),
    })
    const target = postgres(otherUrl, { max: 1 })
    await target`delete from _users`
    for (const row of await sql`select id, email, password_hash, roles from _users`)
      await target`insert into _users ${target(row)}`
    for (const row of await sql`select id, user_id, family_hash, token_hash, address, expires_at from _sessions`)
      await target`insert into _sessions ${target(row)}`
    await target.end()
    for (const api of ['graphql', 'admin/graphql']) {
      const reply = await other(token, api)
      expect([reply.status, errorOf(reply)]).toEqual([401, refused])
    }
    expect(errorOf(await second.send('platform', viewer, {}, token))).toBe(refused)
    expect(dataOf(await second.send('admin', viewer, {}, token)).viewer.roles).toEqual(['admin'])
  })

  test('that is an API key or a refresh token is worth nothing there either', async () => {
    const create = 'mutation { createApiKey(input: { name: "x", roles: ["admin"] }) { token } }'
    const { token } = dataOf(await server.send('admin', create)).createApiKey
    expect(errorOf(await other(token))).toBe(refused)
    expect(errorOf(await second.send('platform', viewer, {}, token))).toBe(refused)
    await makeUser('ada')
    const { refreshToken } = await logIn('ada')
    const reply = await post(`${second.url}/api/other/graphql`, refresh, { t: refreshToken })
    expect(errorOf(reply)).toMatch(/^UNAUTHENTICATED/)
    dataOf(await server.send('data', refresh, { t: refreshToken }, null))
  })
})

describe('the platform', () => {
  const enterPlatform = async (email: string, p = password) =>
    dataOf(await server.send('platform', enter, { e: email, p }, null)).login
  const owner = () => enterPlatform('admin@example.com', 'correct horse battery')
  const looker = async () => {
    const pool = connect(server.databaseUrl, { max: 1 })
    const email = `${randomUUID()}@example.com`
    await createPlatformUser(pool, { email, password, role: 'viewer' })
    await pool.end()
    return await enterPlatform(email)
  }
  const define =
    'mutation { createEntity(input: { name: "thing", fields: [{ name: "label", type: STRING }] }) { name } }'

  test('has sessions like an app', async () => {
    const first = await owner()
    expect(first.viewer.roles).toEqual(['admin'])
    const all = await Promise.all(
      Array.from({ length: 10 }, () => server.send('platform', refresh, { t: first.refreshToken }, null)),
    )
    const tokens = all.map((reply) => dataOf(reply).refreshSession)
    expect(new Set(tokens.map((each) => each.refreshToken)).size).toBe(1)
    expect(
      dataOf(await server.send('platform', '{ sessions { id current } }', {}, first.token)).sessions,
    ).toContainEqual({
      id: first.sessionId,
      current: true,
    })
    dataOf(await server.send('platform', 'mutation { logout }', {}, first.token))
    expect(errorOf(await server.send('platform', viewer, {}, first.token))).toMatch(/^UNAUTHENTICATED/)
    expect(errorOf(await server.send('platform', refresh, { t: tokens[0]?.refreshToken }, null))).toMatch(
      /^UNAUTHENTICATED/,
    )
  })

  test('makes its owner an administrator of every app', async () => {
    const { token, viewer: who } = await owner()
    for (const app of ['demo', 'other']) {
      const admin = `${second.url}/api/${app}/admin/graphql`
      expect(dataOf(await post(admin, viewer, {}, token)).viewer).toMatchObject({
        id: who.id,
        roles: ['admin'],
      })
      expect(dataOf(await post(admin, define, {}, token)).createEntity).toEqual({ name: 'thing' })
      expect(dataOf(await post(admin.replace('/admin', ''), '{ things { totalCount } }', {}, token))).toEqual(
        {
          things: { totalCount: 0 },
        },
      )
    }
  })

  test('lets its viewer read the admin API and the records of every app, and write nothing', async () => {
    const { token, viewer: who } = await looker()
    expect(who.roles).toEqual(['reader'])
    for (const app of ['demo', 'other']) {
      const admin = `${second.url}/api/${app}/admin/graphql`
      expect(dataOf(await post(admin, viewer, {}, token)).viewer).toMatchObject({
        id: who.id,
        roles: ['_reader'],
      })
      for (const query of [
        '{ entities { name } }',
        '{ users { email } }',
        '{ metadata { revision } }',
        '{ apiKeys { id } }',
      ])
        expect(errorOf(await post(admin, query, {}, token))).toBe('no error')
      for (const query of [define, 'mutation { createInvite(input: { email: "x@example.com" }) { token } }'])
        expect(errorOf(await post(admin, query, {}, token))).toBe(
          'FORBIDDEN: This needs the role admin; you have _reader',
        )
      const data = admin.replace('/admin', '')
      const make = 'mutation { createThing(input: { label: "one" }) { id } }'
      const { id } = dataOf(await post(data, make, {}, (await owner()).token)).createThing
      const things = '{ things { totalCount nodes { label history { nodes { action actor } } } } }'
      const entry = { action: 'CREATE', actor: expect.stringMatching(/^platform:/) }
      expect(dataOf(await post(data, things, {}, token)).things).toEqual({
        totalCount: 1,
        nodes: [{ label: 'one', history: { nodes: [entry] } }],
      })
      expect(errorOf(await post(data, make, {}, token))).toBe(
        'GRAPHQL_VALIDATION_FAILED: Cannot query field "createThing" on type "Mutation".',
      )
      const audit = '{ auditLog(entity: "thing") { nodes { recordId actor } } }'
      expect(dataOf(await post(admin, audit, {}, token)).auditLog.nodes).toEqual([
        { recordId: id, actor: `platform:${(await owner()).viewer.id}` },
      ])
    }
    expect(dataOf(await server.send('platform', '{ apps { name } }', {}, token)).apps).toHaveLength(2)
  })

  test('has sessions that an app cannot look at or end', async () => {
    const { token } = await owner()
    for (const query of ['mutation { logout }', '{ sessions { id } }'])
      expect(errorOf(await server.send('data', query, {}, token))).toBe(
        'FORBIDDEN: This needs a session of this API: log in with e-mail and password',
      )
  })

  test('does not take a user of an app with a role of the same name for one of its own', async () => {
    await makeUser('ada', ['reader'])
    const { token } = await logIn('ada')
    expect(errorOf(await server.send('admin', '{ users { email } }', {}, token))).toMatch(/^FORBIDDEN/)
  })

  test('takes its people back from the apps within 60 seconds', async () => {
    const { token, viewer: who } = await looker()
    expect(dataOf(await seenBy(second, token)).viewer.id).toBe(who.id)
    const platform = postgres(server.databaseUrl, { max: 1 })
    await platform`update _users set active = false where id = ${who.id}`
    await platform.end()
    pass(60_000)
    expect(errorOf(await seenBy(second, token))).toMatch(/^UNAUTHENTICATED/)
  })
})

describe('an identity provider', () => {
  let issuer: Issuer
  beforeAll(async () => {
    issuer = await startIssuer()
  })
  afterAll(() => issuer?.stop())
  const set =
    'mutation($input: IdentityProviderInput!) { setIdentityProvider(input: $input) { issuer rolesMap { value role } } }'
  const input = () => ({
    issuer: issuer.issuer,
    audience,
    jwksUrl: issuer.url,
    rolesClaim: 'groups',
    rolesMap: [
      { value: 'Staff', role: 'editor' },
      { value: 'Board', role: 'admin' },
    ],
  })

  test('lets its people in with the roles that the map gives, and nobody else', async () => {
    const staff = await issuer.sign({ groups: ['Staff', 'admin'], email: 'eve@example.com' })
    expect(errorOf(await seenBy(server, staff))).toBe(refused)
    dataOf(await server.send('admin', set, { input: input() }))
    expect(dataOf(await seenBy(server, staff)).viewer).toMatchObject({
      email: 'eve@example.com',
      roles: ['editor'],
    })
    expect(errorOf(await server.send('admin', '{ users { id } }', {}, staff))).toMatch(/^FORBIDDEN/)
    const board = await issuer.sign({ sub: 'boss', groups: ['Board'] })
    expect(dataOf(await server.send('admin', '{ users { email } }', {}, board)).users).toEqual([
      { email: 'admin@example.com' },
    ])
    for (const url of [`${second.url}/api/other/graphql`, server.address('platform')])
      expect(errorOf(await post(url, viewer, {}, board))).toBe(refused)
    const reply = await server.send('data', 'mutation { logout }', {}, staff)
    expect(errorOf(reply)).toMatch(/^FORBIDDEN: This needs a session of this API/)
  })

  test('is out within 60 seconds once it is removed', async () => {
    dataOf(await server.send('admin', set, { input: input() }))
    const token = await issuer.sign({ groups: ['Staff'] })
    expect(dataOf(await seenBy(second, token)).viewer.roles).toEqual(['editor'])
    dataOf(await server.send('admin', 'mutation { removeIdentityProvider }'))
    expect(dataOf(await server.send('admin', '{ identityProvider { issuer } }')).identityProvider).toBeNull()
    pass(60_000)
    expect(errorOf(await seenBy(second, token))).toBe(refused)
  })

  test('may not pretend to be us', async () => {
    const reply = await server.send('admin', set, { input: { ...input(), issuer: 'metaloom' } })
    expect(errorOf(reply)).toMatch(/^VALIDATION_FAILED: input.issuer: must not be metaloom/)
  })
})

describe('the address of a client', () => {
  const send = async (at: Server, forwarded: string) => {
    const reply = await fetch(at.address('data'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': forwarded },
      body: JSON.stringify({ query: enter, variables: { e: 'nobody@example.com', p: 'wrong horse' } }),
    })
    return ((await reply.json()) as { errors: { extensions: { code: string } }[] }).errors[0]?.extensions.code
  }

  test('comes from a trusted proxy, so that clients behind it count one by one', async () => {
    const codes = []
    for (let index = 0; index < 7; index++) codes.push(await send(server, `198.51.100.${index}`))
    expect(new Set(codes)).toEqual(new Set(['UNAUTHENTICATED']))
  })

  test('is not what a client writes, so that nobody gets more tries by it', async () => {
    const codes = []
    for (let index = 0; index < 7; index++) codes.push(await send(second, `198.51.100.${index}`))
    expect(codes.filter((code) => code === 'LIMIT_EXCEEDED')).toHaveLength(2)
  })
})
