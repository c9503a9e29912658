// The throttle: how many failures are let through, for whom they count, and that nothing passes uncounted.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startLogin, startTry } from '../../src/auth/throttle.ts'
import { connect } from '../../src/database/connect.ts'
import { address, clearRealm, enter, makeUser, openRealm, type TestRealm } from './realm.ts'

let realm: TestRealm
beforeAll(async () => {
  realm = await openRealm()
})
afterAll(() => realm?.stop())
afterEach(() => clearRealm(realm))

const tryAs = (email: string, from: string) => startLogin(realm, email, from)
/** Fails so many times, and tells how many were let through. */
async function fail(times: number, attempt: (index: number) => Promise<unknown>): Promise<number> {
  const all = await Promise.allSettled(Array.from({ length: times }, (_, index) => attempt(index)))
  return all.filter(({ status }) => status === 'fulfilled').length
}

describe('log-ins', () => {
  it('of one account from one address may fail five times, also all at once', async () => {
    expect(await fail(20, () => tryAs('ada@example.com', address))).toBe(5)
    await expect(tryAs(' ADA@example.com', address)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringMatching(
        /^There were too many failed attempts for this account from this address; try again in \d+ seconds$/,
      ),
      hints: { retryAfter: expect.toSatisfy((seconds: number) => seconds > 880 && seconds <= 900) },
    })
  })

  it('of one account from another address, and of another account, are not held up', async () => {
    await fail(6, () => tryAs('ada@example.com', address))
    await tryAs('ada@example.com', '192.0.2.8')
    await tryAs('bob@example.com', address)
  })

  it('from one address may fail fifty times', async () => {
    expect(await fail(60, (index) => tryAs(`user${index}@example.com`, address))).toBe(50)
    await expect(tryAs('new@example.com', address)).rejects.toMatchObject({
      message: expect.stringMatching(/^There were too many failed attempts from this address;/),
    })
    await tryAs('new@example.com', '192.0.2.8')
  })

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', true],
    ['2001:db8:1:2::1', '2001:0db8:0001:0002::9', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['::1', '::2', true],
    ['2001::1', '2001::2:0:0:0:1', false],
  ])('from %s and %s count together: %s', async (one, other, isTogether) => {
    await fail(5, () => tryAs('ada@example.com', one))
    const last = tryAs('ada@example.com', other)
    if (isTogether) await expect(last).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' })
    else await last
  })

  it('count anew after fifteen minutes', async () => {
    await fail(6, () => tryAs('ada@example.com', address))
    await realm.pool`update _throttle set expire = expire - 900001`
    await tryAs('ada@example.com', address)
  })

  it('that succeed do not count, and forgive the account', async () => {
    for (let round = 0; round < 30; round++) await (await tryAs('ada@example.com', address)).succeed()
    await fail(4, () => tryAs('ada@example.com', address))
    await (await tryAs('ada@example.com', address)).succeed()
    expect(await fail(6, () => tryAs('ada@example.com', address))).toBe(5)
  })

  it('with the right password are refused too once there were too many', async () => {
    await makeUser(realm, 'ada')
    for (let round = 0; round < 5; round++)
      await expect(enter(realm, 'ada', 'wrong horse')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await expect(enter(realm, 'ada')).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' })
  })

  it('are counted for accounts that do not exist as for those that do', async () => {
    expect(await fail(6, () => enter(realm, 'nobody'))).toBe(0)
    await expect(enter(realm, 'nobody')).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' })
  })

  it('leave no e-mail behind', async () => {
    await tryAs('ada@example.com', address)
    expect(JSON.stringify(await realm.pool`select key from _throttle`)).not.toContain('ada')
  })
})

describe('other tries', () => {
  it.each([
    ['refresh', 100],
    ['reset', 20],
    ['invite', 20],
  ] as const)('at %s may fail %i times from one address, apart from the others', async (door, most) => {
    expect(await fail(most + 5, () => startTry(realm.pool, door, address))).toBe(most)
    await startTry(realm.pool, door === 'reset' ? 'invite' : 'reset', address)
  })
})

describe('the counts', () => {
  it('that are over go when new ones begin', async () => {
    await realm.pool`insert into _throttle select 'old ' || n, 1, 1 from generate_series(1, 5) n`
    await tryAs('ada@example.com', address)
    expect(await realm.pool`select 1 from _throttle where key like 'old%'`).toHaveLength(0)
  })

  it('that cannot be kept let nobody in, and say so', async () => {
    const broken = connect(realm.url.replace(/:\d+\//, ':1/'), { max: 1 })
    await expect(
      startLogin({ pool: broken, limits: realm.limits }, 'ada@example.com', address),
    ).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: 'Attempts cannot be counted at the moment, so none is let through; try again later',
      cause: expect.objectContaining({ code: 'ECONNREFUSED' }),
    })
    await broken.end()
    await realm.pool`alter table _throttle rename to _away`
    await makeUser(realm, 'ada')
    await expect(enter(realm, 'ada')).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' })
    await realm.pool`alter table _away rename to _throttle`
  })
})
