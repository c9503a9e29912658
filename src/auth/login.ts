// Logging in and staying logged in, the same for apps and the platform: whatever is wrong, it takes as long and says as much.
import { type AppError, fail } from '../errors.ts'
import { verifyPassword } from './passwords.ts'
import type { KnownViewer, People, Realm } from './realm.ts'
import { type Grant, openSession, rotateSession } from './sessions.ts'
import { startLogin, startTry } from './throttle.ts'
import { type SignedToken, signToken } from './tokens.ts'

/** Who logged in, the token to send from now on, and the one that gets the next. */
export type LogIn = SignedToken & Grant & Readonly<{ viewer: KnownViewer }>
/** What somebody types; `address` is where it comes from. */
export type Credentials = Readonly<{ email: string; password: string; address: string }>

/** Logs in; UNAUTHENTICATED for an unknown e-mail, a wrong password and an inactive user alike, LIMIT_EXCEEDED after too many. */
export async function login(realm: Realm, people: People, credentials: Credentials): Promise<LogIn> {
  const { email, password, address } = credentials
  const attempt = await startLogin(realm, email, address)
  const account = await people.findByEmail(realm.pool, email)
  const isRight = await verifyPassword(account?.passwordHash, password)
  if (!isRight || account?.passwordHash === undefined || !account.active) throw refusePassword()
  const { viewer, passwordHash } = account
  const grant = await openSession(realm.pool, { userId: viewer.id, passwordHash, address }, realm.limits)
  if (grant === undefined) throw refusePassword()
  await attempt.succeed()
  return await signIn(realm, viewer, grant)
}

function refusePassword(): AppError {
  return fail('UNAUTHENTICATED', 'E-mail or password is wrong')
}

/** Changes a refresh token for a new one and an access token; UNAUTHENTICATED when it is not good any more. */
export async function refreshSession(
  realm: Realm,
  people: People,
  { refreshToken, address }: Readonly<{ refreshToken: string; address: string }>,
): Promise<LogIn> {
  const attempt = await startTry(realm.pool, 'refresh', address)
  const grant = await rotateSession(realm, refreshToken, address)
  const account = grant && (await people.findById(realm.pool, grant.userId))
  if (grant === undefined || !account?.active)
    throw fail(
      'UNAUTHENTICATED',
      'The refresh token is not good any more: it was used before, its session ended or it expired; log in again',
    )
  await attempt.succeed()
  return await signIn(realm, account.viewer, grant)
}

/** Signs the access token of a session that was just opened or rotated. */
export async function signIn({ tokenKey, limits }: Realm, viewer: KnownViewer, grant: Grant): Promise<LogIn> {
  const { userId, sessionId } = grant
  const signed = await signToken(tokenKey, grant, new Date(), limits.accessToken)
  return { ...signed, ...grant, viewer: { ...viewer, id: userId, sessionId } }
}
