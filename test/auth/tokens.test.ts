// Tokens: what a good one says, and that no forged one passes.
import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  deriveCursorKey,
  deriveTokenKey,
  signToken,
  type TokenKey,
  verifyToken,
} from '../../src/auth/tokens.ts'

const key = deriveTokenKey('a secret of the server', 'demo')
const now = new Date('2026-01-31T12:00:00Z')
const seconds = now.getTime() / 1000
const sub = '6f9619ff-8b86-4d11-b42d-00c04fc964ff'
const sid = '0d2f3f0a-5a55-4f0c-9c3e-2f7f3f0a1b2c'

type Claims = Record<string, unknown>
const header: Claims = { alg: 'HS256', typ: 'at+jwt', kid: key.keyId }
const claims: Claims = { iss: 'metaloom', aud: 'demo', sub, sid, iat: seconds, exp: seconds + 900 }

/** Makes a token as a forger would; changes to undefined leave the claim out. */
function forge(
  headerChanges: Claims,
  claimChanges: Claims,
  secret: Uint8Array = key.key,
  hash = 'sha256',
): string {
  const encode = (part: Claims): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  const body = `${encode({ ...header, ...headerChanges })}.${encode({ ...claims, ...claimChanges })}`
  return `${body}.${createHmac(hash, secret).update(body).digest('base64url')}`
}

describe('keys', () => {
  it('differ by secret, by audience and from cursor keys, and are the same at each start', () => {
    const keys = [
      key.key,
      deriveTokenKey('a secret of the server', 'other').key,
      deriveTokenKey('another secret', 'demo').key,
      key.refreshKey,
      deriveTokenKey('a secret of the server', 'other').refreshKey,
      deriveCursorKey('a secret of the server', 'demo').export(),
    ].map((each) => Buffer.from(each).toString('hex'))
    expect(new Set(keys).size).toBe(6)
    expect(deriveTokenKey('a secret of the server', 'demo')).toEqual(key)
    expect(key.key).toHaveLength(32)
  })
})

describe('a signed token', () => {
  it('names the user and ends after 15 minutes', async () => {
    const { token, expiresAt } = await signToken(key, { userId: sub, sessionId: sid }, now)
    expect(expiresAt.toISOString()).toBe('2026-01-31T12:15:00.000Z')
    expect(await verifyToken(key, token, now)).toEqual({ userId: sub, sessionId: sid, expiresAt })
  })

  it('is what the test forges when it changes nothing', async () => {
    expect(await verifyToken(key, forge({}, {}), now)).toMatchObject({ userId: sub })
  })

  it('cannot bring rights along: roles in it are not read', async () => {
    const verified = await verifyToken(key, forge({}, { roles: 'admin' }), now)
    expect(Object.keys(verified)).toEqual(['userId', 'sessionId', 'expiresAt'])
  })
})

describe('a forged token is UNAUTHENTICATED', () => {
  const other: TokenKey = deriveTokenKey('a secret of the server', 'other')
  const [head, body, signature] = forge({}, {}).split('.')
  const refused = 'The token is not valid here; log in to get one that is'
  const expired = 'The token has expired; log in again'

  it.each([
    ['alg none', `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${body}.`, refused],
    ['alg none with our key id', forge({ alg: 'none' }, {}), refused],
    ['another HMAC', forge({ alg: 'HS512' }, {}, key.key, 'sha512'), refused],
    ['an asymmetric algorithm', forge({ alg: 'RS256' }, {}), refused],
    ['another key', forge({}, {}, other.key), refused],
    ['an audience that is not ours', forge({}, { aud: 'other' }), refused],
    ['the platform as audience', forge({}, { aud: '_platform' }), refused],
    ['no audience', forge({}, { aud: undefined }), refused],
    ['another issuer', forge({}, { iss: 'someone' }), refused],
    ['no issuer', forge({}, { iss: undefined }), refused],
    ['no expiry', forge({}, { exp: undefined }), refused],
    ['an expiry that is text', forge({}, { exp: String(seconds + 900) }), refused],
    ['an expiry in the past', forge({}, { exp: seconds - 1 }), expired],
    ['an expiry of this second', forge({}, { exp: seconds }), expired],
    ['a start in the future', forge({}, { nbf: seconds + 60 }), refused],
    ['no time of issue', forge({}, { iat: undefined }), refused],
    ['no subject', forge({}, { sub: undefined }), refused],
    ['a subject that is no text', forge({}, { sub: 7 }), refused],
    ['an empty subject', forge({}, { sub: '' }), refused],
    ['no session', forge({}, { sid: undefined }), refused],
    ['a session that is no text', forge({}, { sid: 7 }), refused],
    ['an empty session', forge({}, { sid: '' }), refused],
    ['the type JWT', forge({ typ: 'JWT' }, {}), refused],
    ['no type', forge({ typ: undefined }, {}), refused],
    ['another key id', forge({ kid: other.keyId }, {}), refused],
    ['no key id', forge({ kid: undefined }, {}), refused],
    ['a critical header', forge({ crit: ['b64'], b64: false }, {}), refused],
    ['no signature', `${head}.${body}.`, refused],
    [
      'a changed body',
      `${head}.${Buffer.from(JSON.stringify({ ...claims, sub: 'root' })).toString('base64url')}.${signature}`,
      refused,
    ],
    ['two parts', `${head}.${body}`, refused],
    ['nothing', '', refused],
    ['no token at all', 'hello', refused],
  ])('%s', async (_, token, message) => {
    await expect(verifyToken(key, token, now)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message })
  })

  it('one of another app, signed by the same server', async () => {
    const { token } = await signToken(other, { userId: sub, sessionId: sid }, now)
    await expect(verifyToken(key, token, now)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: refused,
    })
  })
})
