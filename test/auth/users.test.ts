// Users of an app and of the platform, and their log-ins, in real databases.
import { randomUUID } from 'node:crypto'
import argon2 from 'argon2'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { login } from '../../src/auth/login.ts'
import { createPlatformUser, platformPeople } from '../../src/auth/platform-users.ts'
import type { Realm } from '../../src/auth/realm.ts'
import { deriveTokenKey, verifyToken } from '../../src/auth/tokens.ts'
import { appPeople, createUser, findUser, listUsers } from '../../src/auth/users.ts'
import { usualLimits } from '../../src/config/limits.ts'
import { connect, type Pool } from '../../src/database/connect.ts'
import { dropDatabase, ensureDatabase, withDatabase } from '../../src/database/databases.ts'
import { migrate } from '../../src/database/migrate.ts'

const tokenKey = deriveTokenKey('a secret of the server', 'demo')
const password = 'correct horse'
const address = '192.0.2.7'
const urls = { app: '', platform: '' }
let app: Pool
let platform: Pool

async function open(kind: 'app' | 'platform'): Promise<Pool> {
  urls[kind] = withDatabase(inject('databaseUrl'), `users_${kind}_${randomUUID().slice(0, 8)}`)
  await ensureDatabase(urls[kind])
  const pool = connect(urls[kind], { max: 4 })
  await migrate(pool, kind)
  return pool
}

beforeAll(async () => {
  app = await open('app')
  platform = await open('platform')
})

afterAll(async () => {
  for (const pool of [app, platform]) await pool.end({ timeout: 1 })
  for (const url of Object.values(urls)) await dropDatabase(url)
})

afterEach(async () => {
  vi.restoreAllMocks()
  for (const pool of [app, platform]) await pool`delete from _users`
  for (const pool of [app, platform]) await pool`delete from _throttle`
})

describe('a new user', () => {
  it('is kept with a normal e-mail and lower-case roles, and without the password', async () => {
    const input = {
      email: ' Ada@Example.com ',
      password,
      displayName: 'Ada',
      roles: ['Editor', 'admin'],
      attributes: { department: 'sales' },
    }
    const user = await createUser(app, input)
    expect(user).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      email: 'ada@example.com',
      displayName: 'Ada',
      roles: ['editor', 'admin'],
      attributes: { department: 'sales' },
      active: true,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: user.createdAt,
    })
    expect(await findUser(app, user.id)).toEqual(user)
  })

  it('whose e-mail is taken, in whatever capitals, is a CONFLICT that names the field', async () => {
    await createUser(app, { email: 'ada@example.com', password })
    const message = 'is taken: a user with the e-mail "ada@example.com" exists already'
    await expect(createUser(app, { email: 'ADA@example.com', password }, 'input')).rejects.toMatchObject({
      code: 'CONFLICT',
      message: `input.email: ${message}`,
      details: [{ path: 'input.email', field: 'email', rule: 'unique', message }],
    })
  })

  it('is refused with every problem at once', async () => {
    const input = {
      email: 'ada',
      password: 'short',
      displayName: 'A\0',
      roles: ['editor', 'Editor', 'no role'],
      attributes: ['x'],
    }
    const error = await createUser(app, input, 'input').catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'VALIDATION_FAILED' })
    expect(
      (error as { details: { path: string; message: string }[] }).details.map(
        ({ path, message }) => `${path} ${message}`,
      ),
    ).toEqual([
      'input.email must be an e-mail address such as ada@example.com, found "ada"',
      'input.displayName must be text without NUL and without half surrogate pairs',
      'input.roles[1] is listed twice: "editor"',
      expect.stringContaining('input.roles[2] must be lower case words joined by single underscores'),
      'input.attributes must be an object, found ["x"]',
      'input.password must have 8 to 200 characters, found 5',
    ])
  })

  it.each(['', '@', 'a@', '@b', 'a b@c', 'a@b@c', 'a\0@b', 'a\u202e@b', `${'a'.repeat(250)}@b.cd`])(
    'cannot have the e-mail %j',
    async (email) => {
      await expect(createUser(app, { email, password })).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        details: [{ path: 'email' }],
      })
    },
  )

  it('keeps attributes as data, whatever their keys', async () => {
    const attributes: unknown = JSON.parse('{"__proto__": {"department": "board"}}')
    const { id } = await createUser(app, { email: 'ada@example.com', password, attributes })
    const viewer = (await appPeople.findById(app, id))?.viewer
    expect(JSON.stringify(viewer?.attributes)).toBe('{"__proto__":{"department":"board"}}')
    expect(viewer?.attributes.department).toBeUndefined()
  })
})

describe('finding users', () => {
  it('lists them by pages in the order in which they were made', async () => {
    for (const name of ['a', 'b', 'c']) await createUser(app, { email: `${name}@example.com`, password })
    expect((await listUsers(app, { first: 2, offset: 1 })).map(({ email }) => email)).toEqual([
      'b@example.com',
      'c@example.com',
    ])
  })

  it.each([
    [{ email: 'EXAMPLE.com' }, ['ada@example.com', 'bob@example.com']],
    [{ email: '%' }, []],
    [{ email: 'a\0' }, []],
    [{ role: 'Editor' }, ['ada@example.com']],
    [{ role: 'edit' }, []],
    [{ active: false }, ['bob@example.com']],
    [{ email: 'ada', role: 'editor', active: true }, ['ada@example.com']],
    [{ email: 'ada', active: false }, []],
    [{ email: null, role: null, active: null }, ['ada@example.com', 'bob@example.com']],
  ])('lists those who fit %j', async (query, expected) => {
    await createUser(app, { email: 'ada@example.com', password, roles: ['editor'] })
    const bob = await createUser(app, { email: 'bob@example.com', password })
    await app`update _users set active = false where id = ${bob.id}`
    const found = await listUsers(app, { ...query, first: 10, offset: 0 })
    expect(found.map(({ email }) => email)).toEqual(expected)
  })

  it.each(['x', '', '6f9619ff-8b86-4d11-b42d-00c04fc964ff', "' or 1=1 --"])(
    'finds nobody by the id %j',
    async (id) => {
      expect(await findUser(app, id)).toBeUndefined()
      expect(await appPeople.findById(app, id)).toBeUndefined()
      expect(await platformPeople.findById(platform, id)).toBeUndefined()
    },
  )

  it.each(['ada@example.org', 'a\0@b', '', '%'])('finds nobody by the e-mail %j', async (email) => {
    await createUser(app, { email: 'ada@example.com', password })
    expect(await appPeople.findByEmail(app, email)).toBeUndefined()
    expect(await platformPeople.findByEmail(platform, email)).toBeUndefined()
  })

  it('makes owners of the platform admins and its viewers readers there', async () => {
    const owner = await createPlatformUser(platform, { email: 'o@example.com', password, role: 'owner' })
    const viewer = await createPlatformUser(platform, { email: 'v@example.com', password, role: 'viewer' })
    expect((await platformPeople.findById(platform, owner.id))?.viewer.roles).toEqual(['admin'])
    expect((await platformPeople.findById(platform, viewer.id))?.viewer.roles).toEqual(['reader'])
  })
})

const realms = [
  {
    name: 'an app',
    make: () => createUser(app, { email: 'ada@example.com', password }),
    open: (): Realm => ({ pool: app, tokenKey, limits: usualLimits, forgetViewer: () => {} }),
    people: appPeople,
  },
  {
    name: 'the platform',
    make: () => createPlatformUser(platform, { email: 'ada@example.com', password, role: 'owner' }),
    open: (): Realm => ({ pool: platform, tokenKey, limits: usualLimits, forgetViewer: () => {} }),
    people: platformPeople,
  },
] as const

describe.each(realms)('the log-in of $name', ({ make, open, people }) => {
  it('gives a token for the user in a new session, with one argon2 check', async () => {
    const { id } = await make()
    const verify = vi.spyOn(argon2, 'verify')
    const entered = await login(open(), people, { email: 'Ada@example.com', password, address })
    expect(entered.viewer).toMatchObject({ id, email: 'ada@example.com', sessionId: entered.sessionId })
    expect(await verifyToken(tokenKey, entered.token)).toEqual({
      userId: id,
      sessionId: entered.sessionId,
      expiresAt: entered.expiresAt,
    })
    expect(verify).toHaveBeenCalledTimes(1)
  })

  it.each([
    ['an unknown e-mail', 'eve@example.com', password, 'select 1'],
    ['no e-mail at all', '', password, 'select 1'],
    ['a wrong password', 'ada@example.com', 'wrong horse', 'select 1'],
    ['an empty password', 'ada@example.com', '', 'select 1'],
    ['a deactivated user', 'ada@example.com', password, 'update _users set active = false'],
    ['a user without a password', 'ada@example.com', password, 'update _users set password_hash = null'],
  ])('says the same for %s, after one argon2 check', async (_, email, given, change) => {
    await make()
    await open().pool.unsafe(change)
    const verify = vi.spyOn(argon2, 'verify')
    await expect(login(open(), people, { email, password: given, address })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'E-mail or password is wrong',
      details: undefined,
    })
    expect(verify).toHaveBeenCalledTimes(1)
    expect(await open().pool`select id from _sessions`).toHaveLength(0)
  })

  it('finds the viewer in the session while both are good', async () => {
    const { id } = await make()
    const { sessionId } = await login(open(), people, { email: 'ada@example.com', password, address })
    const find = () => people.findInSession(open().pool, id, sessionId)
    expect(await find()).toMatchObject({ id, sessionId })
    expect(await people.findInSession(open().pool, sessionId, sessionId)).toBeUndefined()
    await open().pool`update _users set active = false`
    expect(await find()).toBeUndefined()
    await open().pool`update _users set active = true`
    await open().pool`update _sessions set expires_at = now() - interval '1 second'`
    expect(await find()).toBeUndefined()
  })

  it.each([
    ['gets another password', "update _users set password_hash = 'x'"],
    ['is deactivated', 'update _users set active = false'],
  ])('opens nothing for a user who %s during the check', async (_, change) => {
    await make()
    const real = argon2.verify
    vi.spyOn(argon2, 'verify').mockImplementation(async (...given) => {
      const isRight = await real(...given)
      await open().pool.unsafe(change)
      return isRight
    })
    const entering = login(open(), people, { email: 'ada@example.com', password, address })
    await expect(entering).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(await open().pool`select id from _sessions`).toHaveLength(0)
  })

  it('keeps the 100 sessions that were used last, and none that has ended', async () => {
    const { id } = await make()
    await open().pool`
      insert into _sessions (user_id, family_hash, token_hash, address, used_at, expires_at)
      select ${id}, 'family ' || n, 'token', '', now() - n * interval '1 minute', now() + (115 - n) * interval '1 day'
      from generate_series(1, 120) n`
    const { sessionId } = await login(open(), people, { email: 'ada@example.com', password, address })
    const kept = await open().pool`select id from _sessions order by used_at desc`
    expect(kept).toHaveLength(100)
    expect(kept[0]?.id).toBe(sessionId)
    expect(await open().pool`select 1 from _sessions where expires_at <= now()`).toHaveLength(0)
  })
})
