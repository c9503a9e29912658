// New passwords: who may set one, what it ends, and that reset tokens are good once.
import argon2 from 'argon2'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { changePassword, createPasswordReset, resetPassword } from '../../src/auth/password-changes.ts'
import { appPeople } from '../../src/auth/users.ts'
import { address, clearRealm, enter, makeUser, openRealm, password, type TestRealm } from './realm.ts'

let realm: TestRealm
beforeAll(async () => {
  realm = await openRealm()
})
afterAll(() => realm?.stop())
afterEach(async () => {
  vi.restoreAllMocks()
  await clearRealm(realm)
})

const next = 'another horse'
const ids = async () => (await realm.pool<{ id: string }[]>`select id from _sessions`).map(({ id }) => id)

describe('changing one’s password', () => {
  const change = (
    subject: { userId: string; sessionId: string },
    oldPassword = password,
    newPassword = next,
  ) => changePassword(realm, appPeople, subject, { oldPassword, newPassword, address })

  it('takes the old one, and ends the other sessions and reset tokens', async () => {
    const { id } = await makeUser(realm, 'ada')
    const [mine] = [await enter(realm, 'ada'), await enter(realm, 'ada')]
    const { token } = await createPasswordReset(realm.pool, id)
    await change(mine)
    expect(await ids()).toEqual([mine.sessionId])
    await expect(enter(realm, 'ada')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect((await enter(realm, 'ada', next)).viewer.id).toBe(id)
    await expect(resetPassword(realm, { token, password, address })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    })
  })

  it.each([
    ['a wrong old password', 'wrong horse', next, 'oldPassword: is not the password of this user'],
    ['a new one that is too short', password, 'short', 'newPassword: must have 8 to 200 characters, found 5'],
  ])('refuses %s', async (_, old, new_, message) => {
    await makeUser(realm, 'ada')
    const mine = await enter(realm, 'ada')
    await expect(change(mine, old, new_)).rejects.toMatchObject({ code: 'VALIDATION_FAILED', message })
    await enter(realm, 'ada')
  })

  it('is no way to guess the old one: it counts as a log-in', async () => {
    await makeUser(realm, 'ada')
    const mine = await enter(realm, 'ada')
    for (let round = 0; round < 5; round++)
      await expect(change(mine, 'wrong horse')).rejects.toMatchObject({ code: 'VALIDATION_FAILED' })
    await expect(change(mine)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' })
    await expect(enter(realm, 'ada')).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' })
  })

  it('of two changes at once lets one win', async () => {
    await makeUser(realm, 'ada')
    const mine = await enter(realm, 'ada')
    const all = await Promise.allSettled([
      change(mine, password, 'one horse'),
      change(mine, password, 'two horses'),
    ])
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('leaves no session of a log-in with the old password that ran meanwhile', async () => {
    await makeUser(realm, 'ada')
    const mine = await enter(realm, 'ada')
    const real = argon2.verify
    let isFirst = true
    vi.spyOn(argon2, 'verify').mockImplementation(async (...given) => {
      const isRight = await real(...given)
      if (isFirst) {
        isFirst = false
        await change(mine)
      }
      return isRight
    })
    await expect(enter(realm, 'ada')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(await ids()).toEqual([mine.sessionId])
  })
})

describe('a password reset', () => {
  const reset = (token: string, chosen = next) => resetPassword(realm, { token, password: chosen, address })
  const refusal = {
    code: 'UNAUTHENTICATED',
    message:
      'The token is not good: it was used, replaced or has expired; ask an administrator for a new one',
  }

  it('sets a password once, and ends all sessions', async () => {
    const { id } = await makeUser(realm, 'ada')
    await enter(realm, 'ada')
    const { token, expiresAt } = await createPasswordReset(realm.pool, id)
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(3_590_000)
    await reset(token)
    expect(await ids()).toEqual([])
    expect(realm.forgotten).toContain(id)
    await enter(realm, 'ada', next)
    await expect(reset(token, 'third horse')).rejects.toMatchObject(refusal)
  })

  it('used many times at once is good once', async () => {
    const { id } = await makeUser(realm, 'ada')
    const { token } = await createPasswordReset(realm.pool, id)
    const all = await Promise.allSettled(
      Array.from({ length: 6 }, (_, n) => reset(token, `horse number ${n}`)),
    )
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('is replaced by the next one', async () => {
    const { id } = await makeUser(realm, 'ada')
    const [old, new_] = [await createPasswordReset(realm.pool, id), await createPasswordReset(realm.pool, id)]
    await expect(reset(old.token)).rejects.toMatchObject(refusal)
    await reset(new_.token)
  })

  it('gives a user without a password their first', async () => {
    const { id } = await makeUser(realm, 'ada')
    await realm.pool`update _users set password_hash = null`
    await reset((await createPasswordReset(realm.pool, id)).token)
    await enter(realm, 'ada', next)
  })

  it('stays good when the password is refused', async () => {
    const { id } = await makeUser(realm, 'ada')
    const { token } = await createPasswordReset(realm.pool, id)
    await expect(reset(token, 'short')).rejects.toMatchObject({ code: 'VALIDATION_FAILED' })
    await reset(token)
  })

  it.each([
    ['has expired', "update _password_resets set expires_at = now() - interval '1 second'"],
    ['is for somebody deactivated', 'update _users set active = false'],
  ])('that %s is refused', async (_, change) => {
    const { id } = await makeUser(realm, 'ada')
    const { token } = await createPasswordReset(realm.pool, id)
    await realm.pool.unsafe(change)
    await expect(reset(token)).rejects.toMatchObject(refusal)
  })

  it.each(['', 'x', `mlp_${'a'.repeat(43)}`, `mli_${'a'.repeat(43)}`])(
    'is not opened by %j',
    async (token) => {
      await expect(reset(token)).rejects.toMatchObject(refusal)
    },
  )

  it.each(['x', '6f9619ff-8b86-4d11-b42d-00c04fc964ff'])('is not made for nobody (%j)', async (id) => {
    await expect(createPasswordReset(realm.pool, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('is not made for somebody deactivated', async () => {
    const { id } = await makeUser(realm, 'ada')
    await realm.pool`update _users set active = false`
    await expect(createPasswordReset(realm.pool, id)).rejects.toMatchObject({ code: 'CONFLICT' })
  })
})
