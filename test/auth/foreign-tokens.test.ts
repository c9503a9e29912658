// Tokens of an identity provider: verified with its keys, and meaning only what the administrator said.
import { createHmac } from 'node:crypto'
import { generateKeyPair } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { verifyForeign } from '../../src/auth/foreign-tokens.ts'
import {
  findIdentityProvider,
  type IdentityProviderInput,
  removeIdentityProvider,
  setIdentityProvider,
} from '../../src/auth/identity-provider.ts'
import { audience, type Issuer, startIssuer } from './issuer.ts'
import { openRealm, type TestRealm } from './realm.ts'

let realm: TestRealm
let issuer: Issuer
beforeAll(async () => {
  realm = await openRealm()
})
afterAll(() => realm?.stop())
beforeEach(async () => {
  issuer = await startIssuer()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await removeIdentityProvider(realm.pool)
  await issuer.stop()
})

const refused = 'The token is not valid here; log in to get one that is'
const unreachable = "The token cannot be checked: its issuer's keys could not be fetched; try again later"

const set = (change: Partial<IdentityProviderInput> = {}) =>
  setIdentityProvider(
    realm.pool,
    { issuer: issuer.issuer, audience, jwksUrl: issuer.url, ...change },
    { allowPrivate: true },
  )
/** The bearer of a token, as a server that has just started would read it. */
async function read(token: string, verify = verifyForeign(realm.pool, { allowPrivate: true })) {
  return await (await verify(token, new Date()))()
}

describe('a token of the provider', () => {
  it('makes a viewer by the mapping, and no user', async () => {
    await set({
      rolesClaim: 'realm.roles',
      rolesMap: [
        { value: 'Staff', role: 'Editor' },
        { value: 'Boss', role: 'admin' },
      ],
      attributesClaims: [
        { attribute: 'department', claim: 'dept' },
        { attribute: 'level', claim: 'more.level' },
        { attribute: 'absent', claim: 'nothing' },
      ],
    })
    const claims = {
      realm: { roles: ['Staff', 'Guest', 'admin'] },
      dept: 'sales',
      more: { level: 3 },
      email: 'Ada@Example.com',
    }
    const bearer = await read(await issuer.sign(claims))
    expect(bearer?.viewer).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      email: 'ada@example.com',
      roles: ['editor'],
      attributes: { department: 'sales', level: 3 },
      origin: 'identity_provider',
    })
    expect(await realm.pool`select 1 from _users`).toHaveLength(0)
  })

  it('has the same id for the same person, and another for another', async () => {
    await set()
    const id = async (sub: string) => (await read(await issuer.sign({ sub })))?.viewer.id
    expect(await id('ada')).toBe(await id('ada'))
    expect(await id('ada')).not.toBe(await id('bob'))
  })

  it.each([
    ['an unmapped value', { roles: ['admin'] }, []],
    ['values that are no text', { roles: [1, null, ['Staff'], { Staff: 1 }] }, []],
    ['no claim', {}, []],
    ['a claim that is null', { roles: null }, []],
    ['an inherited name', { roles: ['constructor', '__proto__'] }, []],
    ['a value twice', { roles: ['Staff', 'Staff'] }, ['editor']],
  ])('gets roles through the map only: %s', async (_, claims, roles) => {
    await set({ rolesMap: [{ value: 'Staff', role: 'editor' }] })
    expect((await read(await issuer.sign(claims)))?.viewer.roles).toEqual(roles)
  })

  it.each([
    [{ email: 'ada@example.com', email_verified: false }, undefined],
    [{ email: 'ada@example.com', email_verified: true }, 'ada@example.com'],
    [{ email: 'nonsense' }, undefined],
    [{ email: 7 }, undefined],
  ])('has an e-mail when it is one that was verified: %j', async (claims, email) => {
    await set()
    expect((await read(await issuer.sign(claims)))?.viewer.email).toBe(email)
  })

  it('whose roles are a text is refused', async () => {
    await set()
    await expect(read(await issuer.sign({ roles: 'admin' }))).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'The claim roles must be a list of texts, found "admin"',
    })
  })

  it('finds a claim whose own name has dots', async () => {
    await set({ rolesClaim: 'https://x.com/roles', rolesMap: [{ value: 'a', role: 'b' }] })
    expect((await read(await issuer.sign({ 'https://x.com/roles': ['a'] })))?.viewer.roles).toEqual(['b'])
  })
})

describe('a token is refused', () => {
  const now = Math.floor(Date.now() / 1000)
  it.each<[string, Record<string, unknown>, Record<string, unknown>, string]>([
    ['that has expired', { exp: now - 1 }, {}, 'The token has expired; log in again'],
    ['without an expiry', { exp: undefined }, {}, refused],
    ['for another audience', { aud: 'other' }, {}, refused],
    ['without an audience', { aud: undefined }, {}, refused],
    ['of another issuer', { iss: 'https://evil.example.com/' }, {}, refused],
    ['of nobody', { sub: undefined }, {}, refused],
    ['of an empty subject', { sub: '' }, {}, refused],
    ['that begins later', { nbf: now + 60 }, {}, refused],
    ['with an unknown key', {}, { kid: 'other' }, refused],
  ])('%s', async (_, claims, header, message) => {
    await set()
    await expect(issuer.sign(claims, header).then((token) => read(token))).rejects.toMatchObject({ message })
  })

  it('that another key signed', async () => {
    await set()
    const { privateKey } = await generateKeyPair('RS256')
    await expect(read(await issuer.sign({}, {}, privateKey))).rejects.toMatchObject({ message: refused })
  })

  it('without a signature, or signed with what is published', async () => {
    await set()
    const [, body] = (await issuer.sign()).split('.')
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const keys = await (await fetch(issuer.url)).text()
    for (const alg of ['none', 'HS256']) {
      const text = `${encode({ alg, kid: 'key 1' })}.${body}`
      const signature = alg === 'none' ? '' : createHmac('sha256', keys).update(text).digest('base64url')
      await expect(read(`${text}.${signature}`)).rejects.toMatchObject({ message: refused })
    }
  })

  it('when there is no provider, before anything is fetched', async () => {
    const before = issuer.count()
    await expect(read(await issuer.sign())).rejects.toMatchObject({ message: refused })
    expect(issuer.count()).toBe(before)
  })

  it('when it is of an issuer that is not ours, before anything is fetched', async () => {
    await set()
    const before = issuer.count()
    await expect(read(await issuer.sign({ iss: 'x' }))).rejects.toMatchObject({ message: refused })
    expect(issuer.count()).toBe(before)
  })
})

describe('the keys', () => {
  it('are fetched once for many tokens', async () => {
    await set()
    const before = issuer.count()
    const verify = verifyForeign(realm.pool, { allowPrivate: true })
    for (const sub of ['a', 'b', 'c']) await read(await issuer.sign({ sub }), verify)
    expect(issuer.count()).toBe(before + 1)
  })

  it('are fetched again for a new one, but not sooner than 30 seconds', async () => {
    await set()
    const verify = verifyForeign(realm.pool, { allowPrivate: true })
    await read(await issuer.sign(), verify)
    await issuer.rotate()
    const token = await issuer.sign()
    await expect(read(token, verify)).rejects.toMatchObject({ message: refused })
    const real = Date.now
    vi.spyOn(Date, 'now').mockImplementation(() => real() + 31_000)
    expect(await read(token, verify)).toMatchObject({ viewer: { origin: 'identity_provider' } })
  })

  it.each([
    ['an error', { status: 500 }],
    ['no JSON', { text: 'hello' }],
    ['no keys', { text: '{"keys": 7}' }],
    ['a redirection', { status: 302, location: 'http://127.0.0.1:1/' }],
    ['too much', { text: `{"keys":[],"x":"${'a'.repeat(300_000)}"}` }],
  ])('that are %s let nobody in', async (_, reply) => {
    await set()
    issuer.answer(reply)
    await expect(read(await issuer.sign())).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: unreachable,
    })
  })

  it('that do not come in five seconds let nobody in, and are not asked for by each request', async () => {
    await set()
    issuer.answer({ isSilent: true })
    const before = issuer.count()
    const verify = verifyForeign(realm.pool, { allowPrivate: true })
    const token = await issuer.sign()
    for (let round = 0; round < 5; round++)
      await expect(read(token, verify)).rejects.toMatchObject({ message: unreachable })
    expect(issuer.count()).toBe(before + 1)
  }, 20_000)

  it('at a private address are not fetched unless that is allowed', async () => {
    await set()
    const before = issuer.count()
    await expect(
      read(await issuer.sign(), verifyForeign(realm.pool, { allowPrivate: false })),
    ).rejects.toMatchObject({ message: unreachable })
    expect(issuer.count()).toBe(before)
  })
})

describe('the settings', () => {
  it('of the moment hold for tokens that are known, too', async () => {
    await set({ rolesMap: [{ value: 'Staff', role: 'editor' }] })
    const again = await verifyForeign(realm.pool, { allowPrivate: true })(
      await issuer.sign({ roles: ['Staff'] }),
      new Date(),
    )
    expect((await again())?.viewer.roles).toEqual(['editor'])
    await set({ rolesMap: [{ value: 'Staff', role: 'auditor' }] })
    expect((await again())?.viewer.roles).toEqual(['auditor'])
    await removeIdentityProvider(realm.pool)
    await expect(again()).rejects.toMatchObject({ message: refused })
  })

  it('are kept whole, with lower-case roles', async () => {
    const made = await set({ rolesMap: [{ value: 'Staff', role: 'Editor' }] })
    expect(made).toMatchObject({ rolesClaim: 'roles', emailClaim: 'email', rolesMap: [{ role: 'editor' }] })
    expect(await findIdentityProvider(realm.pool)).toEqual(made)
    expect(await removeIdentityProvider(realm.pool)).toBe(true)
    expect(await removeIdentityProvider(realm.pool)).toBe(false)
  })

  it.each([
    [{ issuer: 'metaloom' }, 'input.issuer: must not be metaloom, which is ours'],
    [{ issuer: '' }, 'input.issuer: must be text of 1 to 500 characters'],
    [{ audience: 'a\0' }, 'input.audience: must be text of 1 to 500 characters'],
    [
      { rolesMap: [{ value: 'a', role: 'no role' }] },
      /^input.rolesMap\[0\].role\[0\]: must be lower case words/,
    ],
    [
      { attributesClaims: [{ attribute: '', claim: 'a' }] },
      /^input.attributesClaims\[0\].attribute: must be text/,
    ],
    [{ jwksUrl: 'hello' }, 'input.jwksUrl: must be an address such as https://example.com/keys'],
    [{ jwksUrl: 'file:///etc/passwd' }, 'input.jwksUrl: must begin with https://'],
    [{ jwksUrl: 'https://a:b@example.com/' }, 'input.jwksUrl: must not hold a user name or a password'],
    [{ jwksUrl: 'http://127.0.0.1:1/' }, /^input.jwksUrl: must lead to a JSON Web Key Set: .*ECONNREFUSED/],
  ])('%j are refused', async (change, message) => {
    await expect(set(change)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    })
    expect(await findIdentityProvider(realm.pool)).toBeUndefined()
  })

  it('with http, or a private address, are for development only', async () => {
    const input = { issuer: issuer.issuer, audience, jwksUrl: issuer.url }
    const save = (jwksUrl: string) =>
      setIdentityProvider(realm.pool, { ...input, jwksUrl }, { allowPrivate: false })
    await expect(save(issuer.url)).rejects.toMatchObject({
      message: 'input.jwksUrl: must begin with https://',
    })
    await expect(save('https://127.0.0.1/keys')).rejects.toMatchObject({
      message: 'input.jwksUrl: must not lead to a private address',
    })
    await expect(save('https://localhost/keys')).rejects.toMatchObject({
      message: expect.stringMatching(/localhost leads to a private address/),
    })
  })
})
