// The log-in, the same for apps and the platform: whatever is wrong, it takes as long and says as much.
import type { Sql } from '../database/connect.ts'
import { fail } from '../errors.ts'
import { verifyPassword } from './passwords.ts'
import { findPlatformUserByEmail, type PlatformUser } from './platform-users.ts'
import { type SignedToken, signToken, type TokenKey } from './tokens.ts'
import { type Account, findUserByEmail, type User } from './users.ts'

/** Who logged in, and the token to send from now on. */
export type Session<T> = SignedToken & Readonly<{ user: T }>

/** Logs a user of an app in; UNAUTHENTICATED for an unknown e-mail, a wrong password and an inactive user alike. */
export async function login(
  sql: Sql,
  tokenKey: TokenKey,
  email: string,
  password: string,
): Promise<Session<User>> {
  return await openSession(await findUserByEmail(sql, email), tokenKey, password)
}

/** Logs a user of the platform in, likewise. */
export async function loginToPlatform(
  sql: Sql,
  tokenKey: TokenKey,
  email: string,
  password: string,
): Promise<Session<PlatformUser>> {
  return await openSession(await findPlatformUserByEmail(sql, email), tokenKey, password)
}

async function openSession<T extends Readonly<{ id: string; active: boolean }>>(
  account: Account<T> | undefined,
  tokenKey: TokenKey,
  password: string,
): Promise<Session<T>> {
  const isRight = await verifyPassword(account?.passwordHash, password)
  if (account === undefined || !isRight || !account.user.active)
    throw fail('UNAUTHENTICATED', 'E-mail or password is wrong')
  return { ...(await signToken(tokenKey, { sub: account.user.id })), user: account.user }
}
