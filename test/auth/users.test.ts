// Users of an app and of the platform, and their log-ins, in real databases.
import { randomUUID } from 'node:crypto'
import argon2 from 'argon2'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { login, loginToPlatform } from '../../src/auth/login.ts'
import {
  createPlatformUser,
  findPlatformUserByEmail,
  findPlatformViewer,
} from '../../src/auth/platform-users.ts'
import { deriveTokenKey, verifyToken } from '../../src/auth/tokens.ts'
import { createUser, findUser, findUserByEmail, findViewer, listUsers } from '../../src/auth/users.ts'
import { connect, type Pool } from '../../src/database/connect.ts'
import { dropDatabase, ensureDatabase, withDatabase } from '../../src/database/databases.ts'
import { migrate } from '../../src/database/migrate.ts'

const tokenKey = deriveTokenKey('a secret of the server', 'demo')
const password = 'correct horse'
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
  await app`delete from _users`
  await platform`delete from _users`
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
    const viewer = await findViewer(app, id)
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

  it.each(['x', '', '6f9619ff-8b86-4d11-b42d-00c04fc964ff', "' or 1=1 --"])(
    'finds nobody by the id %j',
    async (id) => {
      expect(await findUser(app, id)).toBeUndefined()
      expect(await findPlatformViewer(platform, id)).toBeUndefined()
    },
  )

  it.each(['ada@example.org', 'a\0@b', '', '%'])('finds nobody by the e-mail %j', async (email) => {
    await createUser(app, { email: 'ada@example.com', password })
    expect(await findUserByEmail(app, email)).toBeUndefined()
    expect(await findPlatformUserByEmail(platform, email)).toBeUndefined()
  })

  it('gives the viewer of an active user only', async () => {
    const user = await createUser(app, { email: 'ada@example.com', password, roles: ['editor'] })
    expect(await findViewer(app, user.id)).toEqual({
      id: user.id,
      email: 'ada@example.com',
      roles: ['editor'],
      attributes: {},
    })
    await app`update _users set active = false`
    expect(await findViewer(app, user.id)).toBeUndefined()
  })

  it('makes owners of the platform admins and its viewers readers', async () => {
    const owner = await createPlatformUser(platform, { email: 'o@example.com', password, role: 'owner' })
    const viewer = await createPlatformUser(platform, { email: 'v@example.com', password, role: 'viewer' })
    expect((await findPlatformViewer(platform, owner.id))?.roles).toEqual(['admin'])
    expect((await findPlatformViewer(platform, viewer.id))?.roles).toEqual(['reader'])
  })
})

const apis = [
  {
    name: 'an app',
    make: () => createUser(app, { email: 'ada@example.com', password }),
    pool: () => app,
    enter: login,
  },
  {
    name: 'the platform',
    make: () => createPlatformUser(platform, { email: 'ada@example.com', password, role: 'owner' }),
    pool: () => platform,
    enter: loginToPlatform,
  },
] as const

describe.each(apis)('the log-in of $name', ({ make, pool, enter }) => {
  it('gives a token for the user, with one argon2 check', async () => {
    const made = await make()
    const verify = vi.spyOn(argon2, 'verify')
    const session = await enter(pool(), tokenKey, 'Ada@example.com', password)
    expect(session.user).toEqual(made)
    expect(await verifyToken(tokenKey, session.token)).toEqual({
      userId: made.id,
      expiresAt: session.expiresAt,
    })
    expect(verify).toHaveBeenCalledTimes(1)
  })

  it.each([
    ['an unknown e-mail', 'eve@example.com', password, 'select 1'],
    ['no e-mail at all', '', password, 'select 1'],
    ['a wrong password', 'ada@example.com', 'wrong horse', 'select 1'],
    ['an empty password', 'ada@example.com', '', 'select 1'],
    ['an inactive user', 'ada@example.com', password, 'update _users set active = false'],
    ['a user without a password', 'ada@example.com', password, 'update _users set password_hash = null'],
  ])('says the same for %s, after one argon2 check', async (_, email, given, change) => {
    await make()
    await pool().unsafe(change)
    const verify = vi.spyOn(argon2, 'verify')
    await expect(enter(pool(), tokenKey, email, given)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'E-mail or password is wrong',
      details: undefined,
    })
    expect(verify).toHaveBeenCalledTimes(1)
  })
})
