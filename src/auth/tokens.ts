// Access tokens: signed, short-lived statements of who someone is, and the keys they are signed with.
import { createHash, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { decodeJwt, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { usualLimits } from '../config/limits.ts'
import { type AppError, fail } from '../errors.ts'

/**
 * What signs and verifies the tokens of one audience: an app by its name, or the platform as `_platform`.
 * `refreshKey` makes the successors of its refresh tokens.
 */
export type TokenKey = Readonly<{ audience: string; key: Uint8Array; keyId: string; refreshKey: Uint8Array }>
/** Whom a token is for, and the session that it ends with. */
export type Subject = Readonly<{ userId: string; sessionId: string }>
export type SignedToken = Readonly<{ token: string; expiresAt: Date }>
export type VerifiedToken = Subject & Readonly<{ expiresAt: Date }>

/** The audience of tokens for the platform; no app can have this name. */
export const platformAudience = '_platform'

/** The issuer of all our tokens; no other may call itself so. */
export const ownIssuer = 'metaloom'

const algorithm = 'HS256'
const tokenType = 'at+jwt'
const keyBytes = 32

/**
 * The secret that the keys of one app derive from. The salt is the app's own: one that is deleted and made again under
 * its name has other keys. Without a salt it is the server's.
 */
export function deriveAppSecret(secret: string, salt: string): string {
  if (salt === '') return secret
  return Buffer.from(hkdfSync('sha256', secret, salt, 'metaloom app', keyBytes)).toString('base64url')
}

/** Derives the key of one audience from the server's secret; keys of two audiences tell nothing of each other. */
export function deriveTokenKey(secret: string, audience: string): TokenKey {
  const key = deriveKey(secret, `metaloom token ${audience}`)
  const keyId = createHash('sha256').update(key).digest('base64url').slice(0, 16)
  return Object.freeze({
    audience,
    key,
    keyId,
    refreshKey: deriveKey(secret, `metaloom refresh ${audience}`),
  })
}

/** Derives the key that signs the cursors of one app; made once into what Node.js signs with, which it takes long for. */
export function deriveCursorKey(secret: string, app: string): KeyObject {
  return createSecretKey(deriveKey(secret, `metaloom cursor ${app}`))
}

/** Derives the key that the secrets of the webhooks of one app are made of. */
export function deriveWebhookKey(secret: string, app: string): Buffer {
  return deriveKey(secret, `metaloom webhook ${app}`)
}

/** Derives the key that signs the links to files of one app. */
export function deriveLinkKey(secret: string, app: string): Buffer {
  return deriveKey(secret, `metaloom file ${app}`)
}

/** Derives the key that seals how far the database of one app was. */
export function derivePositionKey(secret: string, app: string): Buffer {
  return deriveKey(secret, `metaloom position ${app}`)
}

function deriveKey(secret: string, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', info, keyBytes))
}

/** Signs a token for a user in a session; it is good for so many seconds. */
export async function signToken(
  key: TokenKey,
  { userId, sessionId }: Subject,
  now = new Date(),
  lifetime = usualLimits.accessToken,
): Promise<SignedToken> {
  const issuedAt = Math.floor(now.getTime() / 1000)
  const expiry = issuedAt + lifetime
  const token = await new SignJWT({ sid: sessionId })
    .setProtectedHeader({ alg: algorithm, typ: tokenType, kid: key.keyId })
    .setIssuer(ownIssuer)
    .setAudience(key.audience)
    .setSubject(userId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiry)
    .sign(key.key)
  return { token, expiresAt: new Date(expiry * 1000) }
}

/** Reads a token that this key signed and that has not expired; any other is UNAUTHENTICATED. */
export async function verifyToken(key: TokenKey, token: string, now = new Date()): Promise<VerifiedToken> {
  const { sub, sid, exp } = await readClaims(key, token, now)
  if (!isText(sub) || !isText(sid) || exp === undefined) throw refuseToken()
  return { userId: sub, sessionId: sid, expiresAt: new Date(exp * 1000) }
}

function isText(claim: unknown): claim is string {
  return typeof claim === 'string' && claim !== ''
}

/** The claims that say who would verify the token. Nothing here is verified yet. */
export function peekClaims(token: string): Readonly<{ issuer: unknown; audience: unknown }> {
  try {
    const { iss, aud } = decodeJwt(token)
    return { issuer: iss, audience: aud }
  } catch {
    throw refuseToken()
  }
}

async function readClaims(key: TokenKey, token: string, now: Date): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, (header) => selectKey(key, header.kid), {
      algorithms: [algorithm],
      issuer: ownIssuer,
      audience: key.audience,
      typ: tokenType,
      requiredClaims: ['sub', 'sid', 'iat', 'exp'],
      currentDate: now,
    })
    return payload
  } catch (error) {
    if (error instanceof errors.JWTExpired)
      throw fail('UNAUTHENTICATED', 'The token has expired; log in again')
    if (error instanceof errors.JOSEError) throw refuseToken()
    throw error
  }
}

function selectKey(key: TokenKey, keyId: string | undefined): Uint8Array {
  if (keyId !== key.keyId) throw new errors.JWKSNoMatchingKey()
  return key.key
}

/** One text for every fault: which check a forged token failed is of use to forgers only. */
export function refuseToken(): AppError {
  return fail('UNAUTHENTICATED', 'The token is not valid here; log in to get one that is')
}
