// Invites: made one by one or by the hundred, accepted once, and good for 72 hours.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { acceptInvite } from '../../src/auth/accept-invite.ts'
import { createInvite, createInvites, listInvites, revokeInvite } from '../../src/auth/invites.ts'
import { address, clearRealm, enter, makeUser, openRealm, password, type TestRealm } from './realm.ts'

let realm: TestRealm
beforeAll(async () => {
  realm = await openRealm()
})
afterAll(() => realm?.stop())
afterEach(() => clearRealm(realm))

const ada = { email: 'Ada@example.com', roles: ['Editor'], attributes: { department: 'sales' } }
const page = { first: 100, offset: 0 }
const refusal = {
  code: 'UNAUTHENTICATED',
  message:
    'The invite is not good: it was accepted, revoked or has expired; ask an administrator for a new one',
}
const accept = (token: string, more: object = {}) =>
  acceptInvite(realm, { token, password, address, ...more })

describe('an invite', () => {
  it('makes a user with its roles and attributes, who is logged in', async () => {
    const { token, invite } = await createInvite(realm.pool, ada)
    expect(Date.parse(invite.expiresAt) - Date.parse(invite.createdAt)).toBe(72 * 3_600_000)
    const entered = await accept(token, { displayName: 'Ada' })
    expect(entered).toMatchObject({
      refreshToken: expect.stringMatching(/^mlr_/),
      viewer: { email: 'ada@example.com', roles: ['editor'], attributes: { department: 'sales' } },
    })
    expect(await realm.pool`select display_name from _users`).toEqual([{ display_name: 'Ada' }])
    expect((await enter(realm, 'ada')).viewer.id).toBe(entered.viewer.id)
    expect(await listInvites(realm.pool, page)).toEqual([])
  })

  it('is kept without its token', async () => {
    const { token } = await createInvite(realm.pool, ada)
    const kept = await realm.pool`select * from _invites`
    expect(JSON.stringify(kept)).not.toContain(token.slice(4))
  })

  it('accepted by two at once makes one user; the other is refused', async () => {
    const { token } = await createInvite(realm.pool, ada)
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => accept(token)))
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const each of all) if (each.status === 'rejected') expect(each.reason).toMatchObject(refusal)
    expect(await realm.pool`select 1 from _users`).toHaveLength(1)
    expect(await realm.pool`select 1 from _sessions`).toHaveLength(1)
  })

  it('stays good when the password is refused, and says everything that is wrong', async () => {
    const { token } = await createInvite(realm.pool, ada)
    await expect(accept(token, { password: 'short', displayName: 'a\0' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [{ path: 'password' }, { path: 'displayName' }],
    })
    await accept(token)
  })

  it('stays good, and makes nobody, when the e-mail was taken meanwhile', async () => {
    const { token } = await createInvite(realm.pool, ada)
    const { id } = await makeUser(realm, 'ada')
    await expect(accept(token)).rejects.toMatchObject({ code: 'CONFLICT' })
    await realm.pool`delete from _users where id = ${id}`
    await accept(token)
  })

  it.each([
    ['that was revoked', 'delete from _invites'],
    ['that has expired', "update _invites set expires_at = now() - interval '1 second'"],
  ])('%s is refused', async (_, change) => {
    const { token } = await createInvite(realm.pool, ada)
    await realm.pool.unsafe(change)
    await expect(accept(token)).rejects.toMatchObject(refusal)
    expect(await realm.pool`select 1 from _users`).toHaveLength(0)
  })

  it.each([
    '',
    'mli_',
    `mli_${'a'.repeat(43)}`,
    `mlp_${'a'.repeat(43)}`,
    'a'.repeat(50_000),
    "' or 1=1",
    '\0',
  ])('is not opened by %j', async (token) => {
    await createInvite(realm.pool, ada)
    await expect(accept(token)).rejects.toMatchObject(refusal)
  })

  it('that was accepted is refused the second time', async () => {
    const { token } = await createInvite(realm.pool, ada)
    await accept(token)
    await expect(accept(token)).rejects.toMatchObject(refusal)
  })

  it('is revoked once', async () => {
    const { invite } = await createInvite(realm.pool, ada)
    expect(await revokeInvite(realm.pool, invite.id)).toEqual(invite)
    for (const id of [invite.id, 'x'])
      await expect(revokeInvite(realm.pool, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('inviting', () => {
  it('refuses everything that is wrong at once', async () => {
    const input = { email: 'ada', roles: ['no role'], attributes: [] }
    await expect(createInvite(realm.pool, input)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [{ path: 'input.email' }, { path: 'input.roles[0]' }, { path: 'input.attributes' }],
    })
  })

  it('refuses an e-mail that has a user', async () => {
    await makeUser(realm, 'ada')
    await expect(createInvite(realm.pool, ada)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'input.email: is taken: a user with the e-mail "ada@example.com" exists already',
    })
  })

  it('refuses an e-mail that is invited, until that invite has expired', async () => {
    const old = await createInvite(realm.pool, ada)
    await expect(createInvite(realm.pool, ada)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'input.email: is invited already: revoke the invite of "ada@example.com" to make another',
    })
    await realm.pool`update _invites set expires_at = now() - interval '1 second'`
    const { token } = await createInvite(realm.pool, ada)
    await expect(accept(old.token)).rejects.toMatchObject(refusal)
    await accept(token)
  })

  it('of many skips and reports those who cannot be invited', async () => {
    await makeUser(realm, 'bob')
    const emails = ['ada@example.com', 'bob@example.com', 'nonsense', 'ADA@example.com', 'eve@example.com']
    const { created, skipped } = await createInvites(
      realm.pool,
      emails.map((email) => ({ email })),
    )
    expect(created.map(({ invite }) => invite.email)).toEqual(['ada@example.com', 'eve@example.com'])
    expect(skipped.map(({ index, email, message }) => `${index} ${email} ${message}`)).toEqual([
      '1 bob@example.com inputs[1].email: is taken: a user with the e-mail "bob@example.com" exists already',
      '2 nonsense inputs[2].email: must be an e-mail address such as ada@example.com, found "nonsense"',
      '3 ADA@example.com inputs[3].email: is invited already: revoke the invite of "ada@example.com" to make another',
    ])
    for (const { token } of created) await accept(token)
  })

  it('of more than a hundred is refused whole', async () => {
    const inputs = Array.from({ length: 101 }, (_, index) => ({ email: `u${index}@example.com` }))
    await expect(createInvites(realm.pool, inputs)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: 'inputs must be at most 100, found 101',
    })
    expect(await listInvites(realm.pool, page)).toEqual([])
  })
})
