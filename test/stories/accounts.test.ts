// Accounts through the front door: each authentication case of the security page, by the compiled route and by Yoga.
import { createHmac } from 'node:crypto'
import argon2 from 'argon2'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { deriveTokenKey, type TokenKey } from '../../src/auth/tokens.ts'
import {
  dataOf,
  errorOf,
  findAppSecret,
  type GraphQLReply,
  type Server,
  serverSecret,
  startTestServer,
} from '../support/server.ts'

let server: Server
let sql: postgres.Sql
beforeAll(async () => {
  server = await startTestServer()
  sql = postgres(server.appUrl, { max: 2, onnotice: () => {} })
  for (const text of Object.values(texts))
    for (let hit = 0; hit < 4; hit++) await ask('compiled', text, nonsense)
  await sql`delete from _throttle`
})
afterAll(async () => {
  await sql?.end()
  await server?.stop()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await sql`delete from _throttle`
  await sql`delete from _users where email <> 'admin@example.com'`
})

/** A list of media types is nothing for the compiled route. */
const ways = { compiled: 'application/json', yoga: 'application/json, text/plain' } as const
type Way = keyof typeof ways

const session = '{ token expiresAt refreshToken sessionId viewer { id email roles displayName } }'
const texts = {
  login: `mutation($email: String!, $password: String!) { login(email: $email, password: $password) ${session} }`,
  refresh: `mutation($refreshToken: String!) { refreshSession(refreshToken: $refreshToken) ${session} }`,
  accept: `mutation($token: String!, $password: String!) { acceptInvite(token: $token, password: $password, displayName: "Ada") ${session} }`,
  reset:
    'mutation($token: String!, $password: String!) { resetPassword(token: $token, password: $password) }',
  change:
    'mutation($old: String!, $password: String!) { changePassword(oldPassword: $old, newPassword: $password) }',
  logout: 'mutation { logout }',
  sessions: '{ sessions { id current address createdAt lastUsedAt expiresAt } }',
  revoke: 'mutation($id: ID!) { revokeSession(id: $id) }',
  viewer: '{ viewer { id email roles } }',
} as const
const nonsense = { email: 'x', password: 'nonsense', refreshToken: 'x', token: 'x', old: 'x', id: 'x' }
const password = 'correct horse'
const refused = 'UNAUTHENTICATED: The token is not valid here; log in to get one that is'
const ended = 'UNAUTHENTICATED: This token was revoked, or its user is not active; log in again'

async function ask(way: Way, query: string, variables: object = {}, token?: string | null, url = server.url) {
  const reply = await fetch(`${url}/api/demo/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: ways[way],
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify({ query, variables }),
  })
  return { status: reply.status, ...((await reply.json()) as object) } as GraphQLReply
}

async function makeUser(name = 'ada', roles: readonly string[] = ['editor']): Promise<string> {
  const query = 'mutation($input: UserInput!) { createUser(input: $input) { id } }'
  const input = { email: `${name}@example.com`, password, roles }
  return dataOf(await server.send('admin', query, { input })).createUser.id
}
const logIn = async (way: Way, name = 'ada', given = password) =>
  dataOf(await ask(way, texts.login, { email: `${name}@example.com`, password: given })).login
const viewerOf = async (way: Way, token: string) => dataOf(await ask(way, texts.viewer, {}, token)).viewer

describe.each<Way>(['compiled', 'yoga'])('by the %s route', (way) => {
  test('a log-in opens a session that can be refreshed, looked at and left', async () => {
    const id = await makeUser()
    const first = await logIn(way)
    expect(first).toMatchObject({
      refreshToken: expect.stringMatching(/^mlr_/),
      viewer: { id, email: 'ada@example.com', roles: ['editor'], displayName: null },
    })
    const { refreshToken } = first
    const next = dataOf(await ask(way, texts.refresh, { refreshToken })).refreshSession
    expect(next).toMatchObject({ sessionId: first.sessionId, viewer: { id } })
    expect(await viewerOf(way, next.token)).toMatchObject({ id })
    expect(dataOf(await ask(way, texts.sessions, {}, next.token)).sessions).toMatchObject([
      { id: first.sessionId, current: true, address: '127.0.0.1' },
    ])
    expect(dataOf(await ask(way, texts.logout, {}, next.token))).toEqual({ logout: true })
    for (const { token } of [first, next])
      expect(errorOf(await ask(way, texts.viewer, {}, token))).toBe(ended)
    expect(errorOf(await ask(way, texts.refresh, { refreshToken: next.refreshToken }))).toMatch(
      /^UNAUTHENTICATED/,
    )
  })

  test('many log-ins in one request are refused whole, however they are written', async () => {
    const id = await makeUser()
    const one = 'login(email: "ada@example.com", password: "wrong")'
    const aliased = Array.from({ length: 14 }, (_, index) => `a${index}: ${one} { token }`).join(' ')
    const requests = [
      `mutation { ${aliased} }`,
      `mutation { ...a ...b } fragment a on Mutation { a: ${one} { token } } fragment b on Mutation { b: ${one} { token } }`,
      `mutation { ... { a: ${one} { token } } ... on Mutation { b: ${one} { token } } }`,
      `mutation { a: ${one} { token } b: refreshSession(refreshToken: "x") { token } }`,
      `mutation { a: resetPassword(token: "x", password: "y") b: resetPassword(token: "z", password: "y") }`,
      `mutation { a: acceptInvite(token: "x", password: "y") { token } logout }`,
      `mutation { a: changePassword(oldPassword: "a", newPassword: "b") b: changePassword(oldPassword: "c", newPassword: "b") }`,
    ]
    const verify = vi.spyOn(argon2, 'verify')
    for (const query of requests)
      expect(errorOf(await ask(way, query)), query).toMatch(
        /^LIMIT_EXCEEDED: The request has \d+ of the mutations login, refreshSession, .*; one of them is allowed$/,
      )
    expect(verify).not.toHaveBeenCalled()
    expect((await logIn(way)).viewer.id).toBe(id)
  })

  test('requests in a batch are refused', async () => {
    const reply = await fetch(server.address('data'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: ways[way] },
      body: JSON.stringify([{ query: texts.viewer }, { query: texts.viewer }]),
    })
    expect(await reply.text()).toMatch(/BAD_USER_INPUT/)
  })

  test('ten parallel refreshes with one token give one session', async () => {
    const id = await makeUser()
    const { refreshToken, sessionId } = await logIn(way)
    const all = await Promise.all(Array.from({ length: 10 }, () => ask(way, texts.refresh, { refreshToken })))
    const tokens = all.map((reply) => dataOf(reply).refreshSession)
    expect(new Set(tokens.map((each) => each.refreshToken)).size).toBe(1)
    expect(await sql`select id from _sessions where user_id = ${id}`).toEqual([{ id: sessionId }])
    for (const { token } of tokens) expect(await viewerOf(way, token)).toMatchObject({ id })
  })

  test('an old refresh token used again ends its family, access tokens too', async () => {
    await makeUser()
    const first = await logIn(way)
    const next = dataOf(await ask(way, texts.refresh, { refreshToken: first.refreshToken })).refreshSession
    await viewerOf(way, next.token)
    await sql`update _sessions set rotated_at = rotated_at - interval '11 seconds'`
    for (const { refreshToken } of [first, next])
      expect(errorOf(await ask(way, texts.refresh, { refreshToken }))).toMatch(
        /^UNAUTHENTICATED: The refresh token is not good any more/,
      )
    expect(errorOf(await ask(way, texts.viewer, {}, next.token))).toBe(ended)
  })

  test.each([
    ['an unknown e-mail', 'eve@example.com', password, 'select 1'],
    ['no e-mail', '', password, 'select 1'],
    ['a NUL', 'ada@example.com\0', password, 'select 1'],
    ['a wrong password', 'ada@example.com', 'wrong horse', 'select 1'],
    ['a deactivated user', 'ada@example.com', password, 'update _users set active = false'],
    ['a user without a password', 'ada@example.com', password, 'update _users set password_hash = null'],
  ])('the answer for %s is the same, after one argon2 check', async (_, email, given, change) => {
    await makeUser()
    await sql.unsafe(`${change}${change.startsWith('update') ? " where email = 'ada@example.com'" : ''}`)
    const verify = vi.spyOn(argon2, 'verify')
    const { status, errors, data } = await ask(way, texts.login, { email, password: given })
    expect({ status, data, errors }).toEqual({
      status: 200,
      data: null,
      errors: [
        {
          message: 'E-mail or password is wrong',
          path: ['login'],
          locations: expect.anything(),
          extensions: { code: 'UNAUTHENTICATED', requestId: expect.any(String) },
        },
      ],
    })
    expect(verify).toHaveBeenCalledTimes(1)
  })

  test('the sixth failed log-in is refused without a check, and says when to come back', async () => {
    await makeUser()
    const wrong = { email: 'Ada@example.com', password: 'wrong horse' }
    for (let round = 0; round < 5; round++) await ask(way, texts.login, wrong)
    const verify = vi.spyOn(argon2, 'verify')
    const reply = await ask(way, texts.login, { email: 'ada@example.com', password })
    expect(errorOf(reply)).toMatch(/^LIMIT_EXCEEDED: There were too many failed attempts for this account/)
    const [error] = reply.errors ?? []
    expect(error?.extensions).toMatchObject({ retryAfter: expect.toSatisfy((each: number) => each > 800) })
    expect(verify).not.toHaveBeenCalled()
  })

  test('log-ins that cannot be counted are refused, and say so', async () => {
    await makeUser()
    await sql`alter table _throttle rename to _away`
    const reply = await ask(way, texts.login, { email: 'ada@example.com', password })
    await sql`alter table _away rename to _throttle`
    expect(errorOf(reply)).toBe(
      'INTERNAL_SERVER_ERROR: Attempts cannot be counted at the moment, so none is let through; try again later',
    )
  })

  test('two parallel acceptances of an invite make one user', async () => {
    const invite = dataOf(
      await server.send(
        'admin',
        'mutation { createInvite(input: { email: "eve@example.com", roles: ["editor"] }) { token } }',
      ),
    ).createInvite
    const given = { token: invite.token, password }
    const all = await Promise.all([ask(way, texts.accept, given), ask(way, texts.accept, given)])
    const [winner] = all.filter((reply) => !reply.errors)
    expect(all.map(errorOf).sort()).toEqual([
      'UNAUTHENTICATED: The invite is not good: it was accepted, revoked or has expired; ask an administrator for a new one',
      'no error',
    ])
    expect(winner?.data.acceptInvite.viewer).toMatchObject({
      email: 'eve@example.com',
      roles: ['editor'],
      displayName: 'Ada',
    })
    expect(await viewerOf(way, winner?.data.acceptInvite.token)).toMatchObject({ email: 'eve@example.com' })
  })

  test('a changed password ends the other sessions at once, and keeps this one', async () => {
    await makeUser()
    const [mine, other] = [await logIn(way), await logIn(way)]
    await viewerOf(way, other.token)
    const given = { old: password, password: 'another horse' }
    expect(dataOf(await ask(way, texts.change, given, mine.token))).toEqual({ changePassword: true })
    expect(errorOf(await ask(way, texts.viewer, {}, other.token))).toBe(ended)
    expect(await viewerOf(way, mine.token)).toMatchObject({ email: 'ada@example.com' })
    await logIn(way, 'ada', 'another horse')
  })

  test('a reset token sets a password once', async () => {
    const userId = await makeUser()
    const { token: before } = await logIn(way)
    const { token } = dataOf(
      await server.send(
        'admin',
        'mutation($id: ID!) { createPasswordReset(userId: $id) { token expiresAt } }',
        { id: userId },
      ),
    ).createPasswordReset
    expect(dataOf(await ask(way, texts.reset, { token, password: 'third horse' }))).toEqual({
      resetPassword: true,
    })
    expect(errorOf(await ask(way, texts.reset, { token, password: 'fourth horse' }))).toMatch(
      /^UNAUTHENTICATED/,
    )
    expect(errorOf(await ask(way, texts.viewer, {}, before))).toBe(ended)
    await logIn(way, 'ada', 'third horse')
  })

  test('one’s own sessions can be ended, and nobody else’s', async () => {
    await makeUser()
    await makeUser('bob')
    const [ada, other, bob] = [await logIn(way), await logIn(way), await logIn(way, 'bob')]
    expect(dataOf(await ask(way, texts.sessions, {}, ada.token)).sessions).toHaveLength(2)
    expect(errorOf(await ask(way, texts.revoke, { id: bob.sessionId }, ada.token))).toMatch(/^NOT_FOUND/)
    expect(errorOf(await ask(way, texts.revoke, { id: "' or 1=1" }, ada.token))).toMatch(/^NOT_FOUND/)
    expect(dataOf(await ask(way, texts.revoke, { id: other.sessionId }, ada.token))).toEqual({
      revokeSession: true,
    })
    expect(errorOf(await ask(way, texts.viewer, {}, other.token))).toBe(ended)
    await viewerOf(way, bob.token)
  })

  test.each(['logout', 'sessions', 'revoke', 'change'] as const)('%s needs a token', async (name) => {
    expect(errorOf(await ask(way, texts[name], nonsense))).toMatch(/^UNAUTHENTICATED: This needs a token/)
  })

  test('a deactivated user is out at once on the instance that did it', async () => {
    const id = await makeUser()
    const { token, refreshToken } = await logIn(way)
    await viewerOf(way, token)
    dataOf(await server.send('admin', 'mutation($id: ID!) { deactivateUser(id: $id) { active } }', { id }))
    const reply = await ask(way, texts.viewer, {}, token)
    expect([reply.status, errorOf(reply)]).toEqual([401, ended])
    expect(errorOf(await ask(way, texts.refresh, { refreshToken }))).toMatch(/^UNAUTHENTICATED/)
  })
})

describe('a forged token', () => {
  const seconds = Math.floor(Date.now() / 1000)
  const platformKey = deriveTokenKey(serverSecret, '_platform')
  let key: TokenKey
  beforeAll(async () => {
    key = deriveTokenKey(await findAppSecret(server), 'demo')
  })
  const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  type Part = Record<string, unknown>

  /** Signs as the server would, for the administrator in their session, with whatever changed. */
  async function forge(header: Part, claims: Part, secret = key.key, hash = 'sha256'): Promise<string> {
    const [row] = await sql`select user_id as sub, id as sid from _sessions limit 1`
    const all = { iss: 'metaloom', aud: 'demo', ...row, iat: seconds, exp: seconds + 900, ...claims }
    const body = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: key.keyId, ...header })}.${encode(all)}`
    return `${body}.${createHmac(hash, secret).update(body).digest('base64url')}`
  }

  test('is what the server takes when nothing is changed', async () => {
    expect(await viewerOf('yoga', await forge({}, {}))).toMatchObject({ roles: ['admin'] })
  })

  test.each<[string, Part, Part, (Uint8Array | undefined)?, string?]>([
    ['alg none', { alg: 'none' }, {}],
    ['another HMAC', { alg: 'HS512' }, {}, undefined, 'sha512'],
    ['an asymmetric algorithm', { alg: 'RS256' }, {}],
    ['no expiry', {}, { exp: undefined }],
    ['an expiry that is a text', {}, { exp: String(seconds + 900) }],
    ['another audience', {}, { aud: 'other' }],
    ['the audience of the platform', {}, { aud: '_platform' }],
    ['the key of an app without a salt', {}, {}, deriveTokenKey(serverSecret, 'demo').key],
    ['the key of the platform', { kid: platformKey.keyId }, {}, platformKey.key],
    ['another issuer', {}, { iss: 'https://evil.example.com' }],
    ['no issuer', {}, { iss: undefined }],
    ['no session', {}, { sid: undefined }],
    ['another type', { typ: 'JWT' }, {}],
  ])('with %s is refused', async (_, header, claims, secret, hash) => {
    for (const way of ['compiled', 'yoga'] as const) {
      const reply = await ask(way, texts.viewer, {}, await forge(header, claims, secret, hash))
      expect([reply.status, errorOf(reply)]).toEqual([401, refused])
    }
  })

  test.each<[string, Part]>([
    ['a session of nobody', { sid: '0d2f3f0a-5a55-4f0c-9c3e-2f7f3f0a1b2c' }],
    ['a user of another session', { sub: '0d2f3f0a-5a55-4f0c-9c3e-2f7f3f0a1b2c' }],
    ['a session that is no uuid', { sid: 'x' }],
    ['a user that is no uuid', { sub: "' or 1=1" }],
  ])('with %s is refused', async (_, claims) => {
    expect(errorOf(await ask('yoga', texts.viewer, {}, await forge({}, claims)))).toBe(ended)
  })

  test('gets no roles from what it says', async () => {
    await makeUser()
    const { sessionId, viewer } = await logIn('yoga')
    for (const roles of ['admin', ['admin']])
      expect(
        await viewerOf('yoga', await forge({}, { sub: viewer.id, sid: sessionId, roles })),
      ).toMatchObject({
        roles: ['editor'],
      })
  })
})

describe('an API key', () => {
  const create =
    'mutation($input: ApiKeyInput!) { createApiKey(input: $input) { token apiKey { id roles lastUsedAt } } }'

  test.each<Way>(['compiled', 'yoga'])(
    'lets a service in by the %s route, until it is revoked',
    async (way) => {
      const { token, apiKey } = dataOf(
        await server.send('admin', create, { input: { name: 'import', roles: ['editor'] } }),
      ).createApiKey
      expect(await viewerOf(way, token)).toEqual({ id: apiKey.id, email: null, roles: ['editor'] })
      for (const name of ['logout', 'sessions', 'change'] as const)
        expect(errorOf(await ask(way, texts[name], nonsense, token))).toBe(
          'FORBIDDEN: This needs a session of this API: log in with e-mail and password',
        )
      dataOf(
        await server.send('admin', 'mutation($id: ID!) { revokeApiKey(id: $id) { revokedAt } }', {
          id: apiKey.id,
        }),
      )
      expect(errorOf(await ask(way, texts.viewer, {}, token))).toBe(ended)
    },
  )

  test('with the role admin may define things; its text is in no list', async () => {
    const { token } = dataOf(
      await server.send('admin', create, { input: { name: 'ci', roles: ['admin'] } }),
    ).createApiKey
    const reply = await server.send(
      'admin',
      '{ apiKeys { id name roles createdAt expiresAt lastUsedAt revokedAt } }',
      {},
      token,
    )
    expect(dataOf(reply).apiKeys[0]).toMatchObject({ name: 'ci', lastUsedAt: expect.any(String) })
    expect(JSON.stringify(reply)).not.toContain(token.slice(4))
  })
})

describe('the admin API', () => {
  test('lists, finds and changes users', async () => {
    const id = await makeUser()
    const list = '{ users(where: { role: "EDITOR", active: true, email: "Ada" }) { id } }'
    expect(dataOf(await server.send('admin', list)).users).toEqual([{ id }])
    const update = `mutation($id: ID!, $input: UserUpdateInput!) { updateUser(id: $id, input: $input) { displayName roles attributes active } }`
    const input = { roles: ['Auditor'], attributes: { level: 2 }, displayName: 'Ada' }
    expect(dataOf(await server.send('admin', update, { id, input })).updateUser).toEqual({
      displayName: 'Ada',
      roles: ['auditor'],
      attributes: { level: 2 },
      active: true,
    })
    expect(dataOf(await server.send('admin', '{ user(id: "x") { id } }')).user).toBeNull()
    expect(dataOf(await server.send('admin', `{ user(id: "${id}") { email } }`)).user).toEqual({
      email: 'ada@example.com',
    })
  })

  test('keeps the last active administrator', async () => {
    const [row] = await sql`select id from _users where email = 'admin@example.com'`
    const reply = await server.send('admin', 'mutation($id: ID!) { deactivateUser(id: $id) { id } }', {
      id: row?.id,
    })
    expect(errorOf(reply)).toMatch(/^CONFLICT: admin@example.com is the last active administrator/)
  })

  test('invites many, and says who was skipped', async () => {
    await makeUser()
    const query = `mutation($inputs: [InviteInput!]!) { createInvites(inputs: $inputs) {
      created { token invite { id email roles expiresAt } } skipped { index email message } } }`
    const inputs = [{ email: 'eve@example.com' }, { email: 'ada@example.com' }]
    const { created, skipped } = dataOf(await server.send('admin', query, { inputs })).createInvites
    expect(skipped).toMatchObject([{ index: 1, email: 'ada@example.com' }])
    expect(dataOf(await server.send('admin', '{ invites { email } }')).invites).toEqual([
      { email: 'eve@example.com' },
    ])
    const revoke = 'mutation($id: ID!) { revokeInvite(id: $id) { email } }'
    dataOf(await server.send('admin', revoke, { id: created[0].invite.id }))
    expect(errorOf(await ask('yoga', texts.accept, { token: created[0].token, password }))).toMatch(
      /^UNAUTHENTICATED/,
    )
  })

  test.each([
    '{ users { id } }',
    '{ invites { id } }',
    '{ apiKeys { id } }',
    '{ identityProvider { issuer } }',
  ])('%s is for administrators', async (query) => {
    await makeUser()
    const { token } = await logIn('yoga')
    expect(errorOf(await server.send('admin', query, {}, token))).toMatch(/^FORBIDDEN/)
    expect(errorOf(await server.send('admin', query, {}, null))).toMatch(/^UNAUTHENTICATED/)
  })
})
