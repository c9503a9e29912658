// Sessions: refresh tokens are good once, racers share one successor, and reuse ends the session.
import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { refreshSession } from '../../src/auth/login.ts'
import { endSession, endSessions, listSessions } from '../../src/auth/sessions.ts'
import { deriveTokenKey, verifyToken } from '../../src/auth/tokens.ts'
import { appPeople } from '../../src/auth/users.ts'
import { address, clearRealm, enter, makeUser, openRealm, type TestRealm } from './realm.ts'

let realm: TestRealm
beforeAll(async () => {
  realm = await openRealm()
})
afterAll(() => realm?.stop())
afterEach(() => clearRealm(realm))

const refusal = {
  code: 'UNAUTHENTICATED',
  message:
    'The refresh token is not good any more: it was used before, its session ended or it expired; log in again',
}
const refresh = (refreshToken: string) => refreshSession(realm, appPeople, { refreshToken, address })
const count = async () => (await realm.pool`select 1 from _sessions`).length
const passGrace = () => realm.pool`update _sessions set rotated_at = rotated_at - interval '11 seconds'`

describe('a refresh token', () => {
  it('gives a new pair for the same session, and lasts seven days from then', async () => {
    const { id } = await makeUser(realm, 'ada', { roles: ['editor'] })
    const first = await enter(realm, 'ada')
    await realm.pool`update _sessions set expires_at = now() + interval '1 hour'`
    const next = await refresh(first.refreshToken)
    expect(next).toMatchObject({ sessionId: first.sessionId, viewer: { id, roles: ['editor'] } })
    expect(next.refreshToken).not.toBe(first.refreshToken)
    expect(await verifyToken(realm.tokenKey, next.token)).toMatchObject({ sessionId: first.sessionId })
    const [row] = await realm.pool`select expires_at > now() + interval '167 hours' as long from _sessions`
    expect(row?.long).toBe(true)
  })

  it('is kept as a hash only', async () => {
    await makeUser(realm, 'ada')
    const { refreshToken } = await enter(realm, 'ada')
    const [row] = await realm.pool`select * from _sessions`
    const kept = JSON.stringify(row)
    for (const part of [refreshToken, refreshToken.slice(4, 28), refreshToken.slice(28)])
      expect(kept).not.toContain(part)
  })

  it('used ten times at once gives one session, and everyone the same successor', async () => {
    await makeUser(realm, 'ada')
    const { refreshToken, sessionId } = await enter(realm, 'ada')
    const all = await Promise.all(Array.from({ length: 10 }, () => refresh(refreshToken)))
    expect(new Set(all.map((each) => each.refreshToken)).size).toBe(1)
    expect(new Set(all.map((each) => each.sessionId))).toEqual(new Set([sessionId]))
    expect(await count()).toBe(1)
    expect(await refresh(all[0]?.refreshToken ?? '')).toMatchObject({ sessionId })
  })

  it('used again within ten seconds gives the same successor', async () => {
    await makeUser(realm, 'ada')
    const { refreshToken } = await enter(realm, 'ada')
    const next = await refresh(refreshToken)
    expect((await refresh(refreshToken)).refreshToken).toBe(next.refreshToken)
  })

  it('used again does not make the ten seconds longer', async () => {
    await makeUser(realm, 'ada')
    const { refreshToken } = await enter(realm, 'ada')
    await refresh(refreshToken)
    await realm.pool`update _sessions set rotated_at = rotated_at - interval '9 seconds'`
    await refresh(refreshToken)
    await realm.pool`update _sessions set rotated_at = rotated_at - interval '2 seconds'`
    await expect(refresh(refreshToken)).rejects.toMatchObject(refusal)
  })

  it('used again later ends the whole family, the newest token too', async () => {
    const { id } = await makeUser(realm, 'ada')
    const { refreshToken } = await enter(realm, 'ada')
    const next = await refresh(refreshToken)
    await passGrace()
    await expect(refresh(refreshToken)).rejects.toMatchObject(refusal)
    expect(await count()).toBe(0)
    expect(realm.forgotten).toEqual([id])
    await expect(refresh(next.refreshToken)).rejects.toMatchObject(refusal)
  })

  it('that is two uses old ends the family at once', async () => {
    await makeUser(realm, 'ada')
    const first = await enter(realm, 'ada')
    const second = await refresh(first.refreshToken)
    const third = await refresh(second.refreshToken)
    await expect(refresh(first.refreshToken)).rejects.toMatchObject(refusal)
    await expect(refresh(third.refreshToken)).rejects.toMatchObject(refusal)
  })

  it('that was made up for a family ends it', async () => {
    await makeUser(realm, 'ada')
    const { refreshToken } = await enter(realm, 'ada')
    await expect(
      refresh(`${refreshToken.slice(0, 28)}${randomBytes(32).toString('base64url')}`),
    ).rejects.toMatchObject(refusal)
    expect(await count()).toBe(0)
  })

  it('is no good in another session of the same user', async () => {
    await makeUser(realm, 'ada')
    const [one, other] = [await enter(realm, 'ada'), await enter(realm, 'ada')]
    await refresh(one.refreshToken)
    await passGrace()
    await expect(refresh(one.refreshToken)).rejects.toMatchObject(refusal)
    expect(await refresh(other.refreshToken)).toMatchObject({ sessionId: other.sessionId })
  })

  it.each([
    ['of an expired session', "update _sessions set expires_at = now() - interval '1 second'"],
    ['of a deactivated user', 'update _users set active = false'],
    ['of a deleted user', 'delete from _users'],
    ['of an ended session', 'delete from _sessions'],
  ])('%s is refused', async (_, change) => {
    await makeUser(realm, 'ada')
    const { refreshToken } = await enter(realm, 'ada')
    await realm.pool.unsafe(change)
    await expect(refresh(refreshToken)).rejects.toMatchObject(refusal)
  })

  it.each([
    ['nothing', ''],
    ['another text', 'hello'],
    ['an access token', 'a.b.c'],
    ['a prefix alone', 'mlr_'],
    ['an API key', `mlk_${'a'.repeat(43)}`],
    ['one letter too many', `mlr_${'a'.repeat(68)}`],
    ['one letter too few', `mlr_${'a'.repeat(66)}`],
    ['a NUL', `mlr_${'a'.repeat(66)}\0`],
    ['SQL', "' or 1=1 --"],
    ['a long text', 'a'.repeat(100_000)],
    ['a well formed one of nobody', `mlr_${'a'.repeat(67)}`],
  ])('that is %s is refused and ends nothing', async (_, token) => {
    await makeUser(realm, 'ada')
    await enter(realm, 'ada')
    await expect(refresh(token)).rejects.toMatchObject(refusal)
    expect(await count()).toBe(1)
  })

  it('of another app, of a server with the same secret, has another successor', async () => {
    await makeUser(realm, 'ada')
    const { refreshToken } = await enter(realm, 'ada')
    const next = await refresh(refreshToken)
    const other = { ...realm, tokenKey: deriveTokenKey('a secret of the server', 'other') }
    await expect(refreshSession(other, appPeople, { refreshToken, address })).rejects.toMatchObject(refusal)
    expect(next.refreshToken).toMatch(/^mlr_[\w-]{67}$/)
  })
})

describe('sessions', () => {
  it('are listed with where and when they were used, the last first', async () => {
    const { id } = await makeUser(realm, 'ada')
    const [first, second] = [await enter(realm, 'ada'), await enter(realm, 'ada')]
    await realm.pool`update _sessions set used_at = now() - interval '1 hour' where id = ${second.sessionId}`
    await refreshSession(realm, appPeople, { refreshToken: first.refreshToken, address: '192.0.2.8' })
    expect((await listSessions(realm.pool, id)).map((each) => [each.id, each.address])).toEqual([
      [first.sessionId, '192.0.2.8'],
      [second.sessionId, address],
    ])
  })

  it('are ended by their user only', async () => {
    const ada = await makeUser(realm, 'ada')
    const bob = await makeUser(realm, 'bob')
    const { sessionId } = await enter(realm, 'ada')
    expect(await endSession(realm, { userId: bob.id, sessionId })).toBe(false)
    expect(await endSession(realm, { userId: ada.id, sessionId: 'x' })).toBe(false)
    expect(await endSession(realm, { userId: ada.id, sessionId })).toBe(true)
    expect(await endSession(realm, { userId: ada.id, sessionId })).toBe(false)
  })

  it('are ended all but one, and no one else’s', async () => {
    const ada = await makeUser(realm, 'ada')
    await makeUser(realm, 'bob')
    const kept = await enter(realm, 'ada')
    await enter(realm, 'ada')
    await enter(realm, 'bob')
    await endSessions(realm.pool, ada.id, kept.sessionId)
    expect(await count()).toBe(2)
    await endSessions(realm.pool, ada.id)
    expect(await count()).toBe(1)
  })
})
