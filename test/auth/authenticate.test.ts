// The authenticator: what it takes as a header, how long it trusts what it knows, and how often it asks.
import { describe, expect, it } from 'vitest'
import { createAuthenticator } from '../../src/auth/authenticate.ts'
import { deriveTokenKey, signToken, verifyToken } from '../../src/auth/tokens.ts'
import { anonymous, type Viewer } from '../../src/auth/viewer.ts'

const tokenKey = deriveTokenKey('a secret of the server', 'demo')
const start = Date.parse('2026-01-31T12:00:00Z')

/** An authenticator on a clock that the test turns, over users that the test changes. */
async function arrange() {
  const users = new Map<string, Viewer>([['ada', { id: 'ada', roles: ['editor'], attributes: {} }]])
  const clock = { now: start, readings: 0, failure: undefined as Error | undefined }
  const { authenticate, forget } = createAuthenticator({
    now: () => clock.now,
    verify: async (token, now) => {
      const { userId, expiresAt } = await verifyToken(tokenKey, token, now)
      return async () => {
        clock.readings += 1
        if (clock.failure) throw clock.failure
        const viewer = users.get(userId)
        return viewer && { viewer, expiresAt: expiresAt.getTime() }
      }
    },
  })
  const sign = async (sub: string): Promise<string> =>
    `Bearer ${(await signToken(tokenKey, { userId: sub, sessionId: 's' }, new Date(clock.now))).token}`
  return { authenticate, forget, clock, users, sign, header: await sign('ada') }
}

describe('the header', () => {
  it('may be absent: the viewer is anonymous', async () => {
    const { authenticate, clock } = await arrange()
    expect(await authenticate(undefined)).toBe(anonymous)
    expect(clock.readings).toBe(0)
  })

  it.each(['', 'Bearer', 'Bearer ', 'Basic YTpi', 'Token abc', 'Bearer a b', 'Bearer a,b', 'abc.def.ghi'])(
    '%j is refused',
    async (header) => {
      const { authenticate } = await arrange()
      await expect(authenticate(header)).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
        message: 'The Authorization header must be "Bearer <access token>"',
      })
    },
  )

  it('that holds a bad token is refused, not taken as anonymous', async () => {
    const { authenticate } = await arrange()
    await expect(authenticate('Bearer abc.def.ghi')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('names its scheme in any case', async () => {
    const { authenticate, header } = await arrange()
    expect(await authenticate(header.replace('Bearer', 'bearer'))).toMatchObject({ id: 'ada' })
  })
})

describe('the user of a token', () => {
  it('is read once in 60 seconds, then again', async () => {
    const { authenticate, clock, header } = await arrange()
    for (const seconds of [0, 30, 59]) {
      clock.now = start + seconds * 1000
      await authenticate(header)
    }
    expect(clock.readings).toBe(1)
    clock.now = start + 60_000
    await authenticate(header)
    expect(clock.readings).toBe(2)
  })

  it('is read once for requests that come together', async () => {
    const { authenticate, clock, header } = await arrange()
    await Promise.all(Array.from({ length: 20 }, () => authenticate(header)))
    expect(clock.readings).toBe(1)
    clock.now = start + 61_000
    await Promise.all(Array.from({ length: 20 }, () => authenticate(header)))
    expect(clock.readings).toBe(2)
  })

  it('has new roles within 60 seconds', async () => {
    const { authenticate, clock, users, header } = await arrange()
    expect((await authenticate(header)).roles).toEqual(['editor'])
    users.set('ada', { id: 'ada', roles: ['reader'], attributes: {} })
    clock.now = start + 60_000
    expect((await authenticate(header)).roles).toEqual(['reader'])
  })

  it('that was deactivated is refused within 60 seconds, and welcome again later', async () => {
    const { authenticate, clock, users, header } = await arrange()
    const ada = await authenticate(header)
    users.delete('ada')
    clock.now = start + 60_000
    await expect(authenticate(header)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'This token was revoked, or its user is not active; log in again',
    })
    users.set('ada', ada)
    clock.now = start + 120_000
    expect(await authenticate(header)).toMatchObject({ id: 'ada' })
  })

  it('is read at once when it is to be forgotten, and nobody else is', async () => {
    const { authenticate, forget, clock, users, sign, header } = await arrange()
    users.set('bob', { id: 'bob', roles: [], attributes: {} })
    const other = await sign('bob')
    for (const each of [header, other]) await authenticate(each)
    users.clear()
    forget('ada')
    await expect(authenticate(header)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(await authenticate(other)).toMatchObject({ id: 'bob' })
    expect(clock.readings).toBe(3)
  })

  it('that cannot be read now refuses the request and is asked for again by the next', async () => {
    const { authenticate, clock, header } = await arrange()
    await authenticate(header)
    clock.now = start + 60_000
    clock.failure = new Error('no connection')
    await expect(authenticate(header)).rejects.toThrow('no connection')
    clock.failure = undefined
    expect(await authenticate(header)).toMatchObject({ id: 'ada' })
    expect(clock.readings).toBe(3)
  })
})

describe('a token', () => {
  it('is refused from its expiry on, also when it was known', async () => {
    const { authenticate, clock, header } = await arrange()
    await authenticate(header)
    clock.now = start + 15 * 60_000 - 1
    expect(await authenticate(header)).toMatchObject({ id: 'ada' })
    clock.now = start + 15 * 60_000
    await expect(authenticate(header)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'The token has expired; log in again',
    })
  })

  it('is forgotten when 10,000 others came after it, and only then', async () => {
    const { authenticate, clock, sign, users, header } = await arrange()
    await authenticate(header)
    for (let count = 1; count < 10_000; count++) {
      users.set(`user ${count}`, anonymous)
      await authenticate(await sign(`user ${count}`))
    }
    expect(clock.readings).toBe(10_000)
    await authenticate(header)
    expect(clock.readings).toBe(10_000)
    users.set('last', anonymous)
    await authenticate(await sign('last'))
    await authenticate(header)
    expect(clock.readings).toBe(10_002)
  }, 30_000)
})
