// Limits that no single request shows: each is handed to whoever keeps it.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLogin } from '../../src/auth/throttle.ts'
import { signToken } from '../../src/auth/tokens.ts'
import { usualLimits } from '../../src/config/limits.ts'
import { connect } from '../../src/database/connect.ts'
import { startFeed } from '../../src/effects/feed.ts'
import { choosePause } from '../../src/effects/pauses.ts'
import { createSlots } from '../../src/effects/slots.ts'
import { createSender } from '../../src/outgoing/send.ts'
import { countCalls, startCalls } from '../../src/pipeline/calls.ts'
import { address, clearRealm, enter, makeUser, openRealm, type TestRealm } from '../auth/realm.ts'

let realm: TestRealm
beforeAll(async () => {
  realm = await openRealm()
})
afterAll(() => realm?.stop())

describe('a connection', () => {
  it('has the times that are set', async () => {
    const limits = { statementTimeout: 123, lockTimeout: 45, idleInTransaction: 6_700 }
    const pool = connect(realm.url, { max: 1, limits })
    const settings = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']
    const found = await Promise.all(
      settings.map(async (name) => (await pool.unsafe(`show ${name}`))[0]?.[name]),
    )
    expect(found).toEqual(['123ms', '45ms', '6700ms'])
    await expect(pool.unsafe('select pg_sleep(1)')).rejects.toMatchObject({ code: '57014' })
    await pool.end()
  })
})

describe('accounts', () => {
  const narrow = (limits: Partial<typeof usualLimits>) => ({
    ...realm,
    limits: { ...usualLimits, ...limits },
  })

  it('take as many failed log-ins as are set', async () => {
    const own = narrow({ accountLogins: 2, addressLogins: 3 })
    for (const email of ['a@x.org', 'a@x.org', 'b@x.org']) await startLogin(own, email, address)
    for (const email of ['a@x.org', 'b@x.org'])
      await expect(startLogin(own, email, address)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' })
    await clearRealm(realm)
  })

  it('get tokens and sessions that last as long as is set', async () => {
    await makeUser(realm, 'ada')
    const { expiresAt } = await enter(narrow({ accessToken: 60, refreshToken: 600 }), 'ada')
    expect(Math.abs(expiresAt.getTime() - Date.now() - 60_000)).toBeLessThan(5_000)
    const [session] = await realm.pool`select extract(epoch from expires_at - now()) as left from _sessions`
    expect(Math.abs(Number(session?.left) - 600)).toBeLessThan(5)
    const now = new Date(0)
    expect((await signToken(realm.tokenKey, { userId: 'u', sessionId: 's' }, now, 5)).expiresAt).toEqual(
      new Date(5_000),
    )
  })
})

describe('subscriptions', () => {
  it('are as many as are set, of a client and of an app', async () => {
    const limits = { clientSubscriptions: 1, appSubscriptions: 2 }
    const feed = startFeed({ pool: realm.pool, pollEvery: 60_000, limits, log: () => undefined })
    feed.follow('bill', 'ada')
    expect(() => feed.follow('bill', 'ada')).toThrow(
      'You have 1 subscriptions open; at most 1 are allowed at once',
    )
    feed.follow('bill', 'bob')
    expect(() => feed.follow('bill', 'eve')).toThrow(
      'This app has 2 subscriptions open here, as many as it may',
    )
    await feed.stop()
  })
})

describe('webhooks', () => {
  it('are called as often in a mutation, and for as long, as is set', () => {
    const limits = { calls: 2, callTimeout: 30, callsTimeout: 40 }
    const outside = { wake() {}, ask: async () => [], slots: createSlots(1), limits }
    const calls = startCalls()
    expect(countCalls(calls, outside, 2)).toBe(30)
    calls.spent = 25
    calls.count = 0
    expect(countCalls(calls, outside, 2)).toBe(15)
    expect(() => countCalls(calls, outside, 1)).toThrow(
      'may call at most 2 webhooks that it waits for, and this one needs 3',
    )
  })

  it('wait no longer between tries than is set', () => {
    const retry = { maxAttempts: 20, backoff: 'exponential' } as const
    const limits = { firstPause: 100, longestPause: 1_000 }
    expect(choosePause(retry, limits, { attempts: 1 })).toBeLessThanOrEqual(120)
    expect(choosePause(retry, limits, { attempts: 9, retryAfter: 99_000 })).toBe(1_000)
  })

  it('have as much of their replies kept as is set', async () => {
    const receiver = createServer((_request, response) => response.end('x'.repeat(100)))
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
    const sender = createSender({ allowPrivate: true, variables: {}, mostReply: 10 })
    const sent = await sender.send({
      url,
      method: 'POST',
      headers: {},
      signed: {},
      body: '{}',
      timeout: 5_000,
    })
    expect(sent).toMatchObject({ kind: 'answered', text: 'x'.repeat(10) })
    await sender.close()
    receiver.close()
  })
})
