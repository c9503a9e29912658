// The kinds of token that are taken, and who verifies each: our own sessions, the platform's, API keys, an identity provider.
import { findKeyBearer } from './api-keys.ts'
import type { Bearer, VerifyBearer } from './authenticate.ts'
import { hashOpaqueToken, isApiKey } from './opaque-tokens.ts'
import { asGuest } from './platform-users.ts'
import type { People, Realm } from './realm.ts'
import { ownIssuer, peekClaims, platformAudience, refuseToken, verifyToken } from './tokens.ts'

type Place = Pick<Realm, 'pool' | 'tokenKey'>

/** Who verifies what is not of the app itself. */
export type Others = Readonly<{ platform: VerifyBearer; provider: VerifyBearer }>

/** Verifies the access tokens of the realm's own sessions. */
export function verifySessions({ pool, tokenKey }: Place, people: People): VerifyBearer {
  return async (token, now) => {
    const { userId, sessionId, expiresAt } = await verifyToken(tokenKey, token, now)
    return async () => {
      const viewer = await people.findInSession(pool, userId, sessionId)
      return viewer && { viewer, expiresAt: expiresAt.getTime() }
    }
  }
}

/** Verifies whatever an app takes. A token is handed to one verifier only, by what it says of itself. */
export function verifyAnyToken(place: Place, people: People, others: Others): VerifyBearer {
  const own = verifySessions(place, people)
  return async (token, now) => {
    if (isApiKey(token)) return await verifyApiKey(place, token)
    const { issuer, audience } = peekClaims(token)
    if (issuer !== ownIssuer && typeof issuer === 'string') return await others.provider(token, now)
    if (audience !== platformAudience) return await own(token, now)
    const read = await others.platform(token, now)
    return async () => welcome(await read())
  }
}

function welcome(bearer: Bearer | undefined): Bearer | undefined {
  return bearer && { ...bearer, viewer: asGuest(bearer.viewer) }
}

/** Looks once before it is kept as known: else made-up keys would push good ones out. */
async function verifyApiKey({ pool }: Place, token: string): ReturnType<VerifyBearer> {
  const hash = hashOpaqueToken('api_key', token)
  if (hash === undefined || !(await findKeyBearer(pool, hash))) throw refuseToken()
  return () => findKeyBearer(pool, hash)
}
