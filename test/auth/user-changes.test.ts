// Changes of users: what may be changed, and that an app keeps its last active administrator.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { refreshSession } from '../../src/auth/login.ts'
import { createPasswordReset } from '../../src/auth/password-changes.ts'
import { updateUser } from '../../src/auth/user-changes.ts'
import { appPeople } from '../../src/auth/users.ts'
import { address, clearRealm, enter, makeUser, openRealm, type TestRealm } from './realm.ts'

let realm: TestRealm
beforeAll(async () => {
  realm = await openRealm()
})
afterAll(() => realm?.stop())
afterEach(() => clearRealm(realm))

const nobody = '6f9619ff-8b86-4d11-b42d-00c04fc964ff'

describe('a change', () => {
  it('sets what is given and keeps the rest', async () => {
    const ada = await makeUser(realm, 'ada', { displayName: 'Ada', roles: ['editor'], attributes: { a: 1 } })
    const changed = await updateUser(realm, ada.id, { roles: ['Auditor'], attributes: { b: 2 } })
    expect(changed).toMatchObject({
      displayName: 'Ada',
      roles: ['auditor'],
      attributes: { b: 2 },
      active: true,
    })
    expect((await updateUser(realm, ada.id, { displayName: null })).displayName).toBeNull()
    expect(realm.forgotten).toEqual([ada.id, ada.id])
  })

  it.each([
    [{ roles: null }, 'input.roles: must not be null; leave it out to keep it'],
    [{ attributes: null }, 'input.attributes: must not be null; leave it out to keep it'],
    [{ active: null }, 'input.active: must not be null; leave it out to keep it'],
    [{ attributes: ['x'] }, 'input.attributes: must be an object, found ["x"]'],
    [{ roles: ['a', 'A'] }, 'input.roles[1]: is listed twice: "a"'],
    [{ displayName: 'a\0' }, 'input.displayName: must be text without NUL and without half surrogate pairs'],
    [{ roles: Array.from({ length: 51 }, (_, n) => `r${n}`) }, 'input.roles: must be at most 50, found 51'],
  ])('to %j is refused', async (changes, message) => {
    const ada = await makeUser(realm, 'ada')
    await expect(updateUser(realm, ada.id, changes)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message,
    })
  })

  it.each([nobody, 'x', ''])('of nobody (%j) is NOT_FOUND', async (id) => {
    await expect(updateUser(realm, id, { active: false })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('deactivation', () => {
  it('ends all sessions and reset tokens for good', async () => {
    const ada = await makeUser(realm, 'ada')
    const { refreshToken } = await enter(realm, 'ada')
    await createPasswordReset(realm.pool, ada.id)
    await updateUser(realm, ada.id, { active: false })
    expect(await realm.pool`select 1 from _password_resets`).toHaveLength(0)
    await updateUser(realm, ada.id, { active: true })
    await expect(refreshSession(realm, appPeople, { refreshToken, address })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    })
    await enter(realm, 'ada')
  })

  it('leaves no session behind that was opened at the same time', async () => {
    for (let round = 0; round < 10; round++) {
      const user = await makeUser(realm, `user${round}`)
      await Promise.allSettled([
        enter(realm, `user${round}`),
        enter(realm, `user${round}`),
        updateUser(realm, user.id, { active: false }),
      ])
    }
    expect(await realm.pool`select 1 from _sessions`).toHaveLength(0)
  })
})

describe('the last active administrator', () => {
  const message =
    'ada@example.com is the last active administrator; give the role admin to another active user first'

  it.each([{ active: false }, { roles: ['editor'] }, { roles: [] }, { active: false, roles: ['admin'] }])(
    'cannot be changed by %j',
    async (changes) => {
      const ada = await makeUser(realm, 'ada', { roles: ['admin'] })
      const bob = await makeUser(realm, 'bob', { roles: ['admin'] })
      await updateUser(realm, bob.id, { active: false })
      await expect(updateUser(realm, ada.id, changes)).rejects.toMatchObject({ code: 'CONFLICT', message })
      expect((await enter(realm, 'ada')).viewer.roles).toEqual(['admin'])
    },
  )

  it('can go once there is another', async () => {
    const ada = await makeUser(realm, 'ada', { roles: ['admin'] })
    await makeUser(realm, 'bob', { roles: ['admin'] })
    expect((await updateUser(realm, ada.id, { active: false })).active).toBe(false)
  })

  it('remains when all of them are deactivated at once', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const admins = await Promise.all(names.map((name) => makeUser(realm, name, { roles: ['admin'] })))
    const results = await Promise.allSettled(
      admins.map(({ id }, index) => updateUser(realm, id, index % 2 ? { active: false } : { roles: [] })),
    )
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1)
    const left = await realm.pool`select 1 from _users where active and 'admin' = any(roles)`
    expect(left).toHaveLength(1)
  })

  it('is not asked for where there was none', async () => {
    const ada = await makeUser(realm, 'ada')
    expect((await updateUser(realm, ada.id, { active: false })).active).toBe(false)
  })
})
