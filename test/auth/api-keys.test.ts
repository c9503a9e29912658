// API keys: who they make the viewer, when they end, and how often their use is noted.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createApiKey, findKeyBearer, listApiKeys, revokeApiKey } from '../../src/auth/api-keys.ts'
import { verifyAnyToken } from '../../src/auth/credentials.ts'
import { hashOpaqueToken } from '../../src/auth/opaque-tokens.ts'
import { refuseToken } from '../../src/auth/tokens.ts'
import { appPeople } from '../../src/auth/users.ts'
import { clearRealm, openRealm, type TestRealm } from './realm.ts'

let realm: TestRealm
beforeAll(async () => {
  realm = await openRealm()
})
afterAll(() => realm?.stop())
afterEach(() => clearRealm(realm))

const page = { first: 100, offset: 0 }
const find = (token: string) => findKeyBearer(realm.pool, hashOpaqueToken('api_key', token) ?? '')

describe('an API key', () => {
  it('makes a viewer with its id and roles, and no e-mail', async () => {
    const { token, apiKey } = await createApiKey(realm.pool, { name: ' import ', roles: ['Editor'] })
    expect(token).toMatch(/^mlk_[\w-]{43}$/)
    expect(apiKey).toMatchObject({ name: 'import', usedAt: null, expiresAt: null, revokedAt: null })
    expect(await find(token)).toEqual({
      viewer: { id: apiKey.id, roles: ['editor'], attributes: {}, origin: 'api_key' },
      expiresAt: Number.POSITIVE_INFINITY,
    })
    expect(JSON.stringify(await realm.pool`select * from _api_keys`)).not.toContain(token.slice(4))
  })

  it('notes its use once a minute', async () => {
    const { token } = await createApiKey(realm.pool, { name: 'import' })
    const used = async () => (await listApiKeys(realm.pool, page))[0]?.usedAt
    await find(token)
    const first = await used()
    expect(first).toMatch(/Z$/)
    await realm.pool`update _api_keys set used_at = used_at - interval '59 seconds'`
    const before = await used()
    await find(token)
    expect(await used()).toBe(before)
    await realm.pool`update _api_keys set used_at = used_at - interval '2 seconds'`
    await find(token)
    expect(Date.parse((await used()) ?? '')).toBeGreaterThanOrEqual(Date.parse(first ?? ''))
  })

  it('ends when it is revoked, and stays in the list', async () => {
    const { token, apiKey } = await createApiKey(realm.pool, { name: 'import' })
    const { revokedAt } = await revokeApiKey(realm, apiKey.id)
    expect(await find(token)).toBeUndefined()
    expect(realm.forgotten).toEqual([apiKey.id])
    expect((await revokeApiKey(realm, apiKey.id)).revokedAt).toBe(revokedAt)
    expect(await listApiKeys(realm.pool, page)).toMatchObject([{ id: apiKey.id, revokedAt }])
  })

  it('ends at its time', async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString()
    const { token } = await createApiKey(realm.pool, { name: 'import', expiresAt })
    expect(await find(token)).toMatchObject({ expiresAt: Date.parse(expiresAt) })
    await realm.pool`update _api_keys set expires_at = now() - interval '1 second'`
    expect(await find(token)).toBeUndefined()
  })

  it.each(['x', '6f9619ff-8b86-4d11-b42d-00c04fc964ff'])('of nobody (%j) cannot be revoked', async (id) => {
    await expect(revokeApiKey(realm, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it.each([
    [{ name: '' }, 'input.name: must have 1 to 100 characters'],
    [{ name: '  ' }, 'input.name: must have 1 to 100 characters'],
    [{ name: 'x'.repeat(101) }, 'input.name: must have 1 to 100 characters'],
    [{ name: 'a\0' }, 'input.name: must be text without NUL and without half surrogate pairs'],
    [{ name: 'a', roles: ['no role'] }, /^input.roles\[0\]: must be lower case words/],
    [
      { name: 'a', expiresAt: '2020-01-01T00:00:00.000Z' },
      'input.expiresAt: must be in the future, found 2020-01-01T00:00:00.000Z',
    ],
  ])('is not made from %j', async (input, message) => {
    await expect(createApiKey(realm.pool, input)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    })
  })

  it.each(['mlk_', `mlk_${'a'.repeat(43)}`, `mlk_${'a'.repeat(42)}`, `mlk_${'a'.repeat(44)}`, 'mlk_a.b.c'])(
    'that is made up (%j) is refused',
    async (token) => {
      const refuse = async () => {
        throw refuseToken()
      }
      const verify = verifyAnyToken(realm, appPeople, { platform: refuse, provider: refuse })
      await expect(verify(token, new Date())).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
        message: 'The token is not valid here; log in to get one that is',
      })
    },
  )
})
