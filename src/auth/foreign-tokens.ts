// Verifies tokens of the app's identity provider with the keys that it publishes.
import { errors, type JWTPayload, jwtVerify } from 'jose'
import type { Pool } from '../database/connect.ts'
import { type AppError, fail } from '../errors.ts'
import type { Bearer, VerifyBearer } from './authenticate.ts'
import { readForeignViewer } from './claims.ts'
import { findIdentityProvider, type IdentityProvider } from './identity-provider.ts'
import { createRemoteKeys, type RemoteKeys } from './remote-keys.ts'
import { peekClaims, refuseToken } from './tokens.ts'

/** Only signatures that need a private key: what is published must not be good for signing. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

/** Verifies what the provider of the app signed, by its settings of the moment; without a provider nothing passes. */
export function verifyForeign(
  pool: Pool,
  { allowPrivate }: Readonly<{ allowPrivate: boolean }>,
): VerifyBearer {
  const findKeys = createKeyCache(allowPrivate)
  const read = async (token: string, now: Date): Promise<Bearer> => {
    const provider = await findIdentityProvider(pool)
    if (provider === undefined || provider.issuer !== peekClaims(token).issuer) throw refuseToken()
    const claims = await verify(token, provider, findKeys(provider.jwksUrl), now)
    const { sub, exp } = claims
    if (typeof sub !== 'string' || sub === '' || exp === undefined) throw refuseToken()
    return { viewer: readForeignViewer(provider, sub, claims), expiresAt: exp * 1000 }
  }
  return async (token, now) => {
    await read(token, now)
    return () => read(token, new Date())
  }
}

/** Keeps the keys of one address; another address makes new ones. */
function createKeyCache(allowPrivate: boolean): (url: string) => RemoteKeys {
  let known: Readonly<{ url: string; keys: RemoteKeys }> | undefined
  return (url) => {
    if (known?.url !== url) known = { url, keys: createRemoteKeys(url, allowPrivate) }
    return known.keys
  }
}

async function verify(
  token: string,
  { issuer, audience }: IdentityProvider,
  keys: RemoteKeys,
  now: Date,
): Promise<JWTPayload> {
  try {
    const requiredClaims = ['sub', 'exp', 'iss', 'aud']
    const options = { algorithms, issuer, audience, requiredClaims, currentDate: now }
    return (await jwtVerify(token, keys, options)).payload
  } catch (error) {
    throw tell(error)
  }
}

function tell(error: unknown): AppError {
  if (error instanceof errors.JWTExpired)
    return fail('UNAUTHENTICATED', 'The token has expired; log in again')
  if (error instanceof errors.JOSEError && !isUnreachable(error)) return refuseToken()
  const message = "The token cannot be checked: its issuer's keys could not be fetched; try again later"
  return Object.assign(fail('UNAUTHENTICATED', message), { cause: error })
}

/** What jose raises of a key set that it did not get or could not read. */
function isUnreachable(error: errors.JOSEError): boolean {
  const isAboutKeys = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid
  return isAboutKeys || error.code === 'ERR_JOSE_GENERIC'
}
