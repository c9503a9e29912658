// New passwords: by the user who knows the old one, or with a token that an administrator gave out.
import { run, type Sql } from '../database/connect.ts'
import { inTransaction } from '../database/transaction.ts'
import { type AppError, fail, failAll } from '../errors.ts'
import { createOpaqueToken, hashOpaqueToken } from './opaque-tokens.ts'
import { findPasswordProblem, hashPassword, verifyPassword } from './passwords.ts'
import type { People, Realm } from './realm.ts'
import { endSessions } from './sessions.ts'
import { startLogin, startTry } from './throttle.ts'
import type { Subject } from './tokens.ts'
import { refuseUnknownUser } from './user-changes.ts'
import { isUuid } from './uuid.ts'

/** A password reset to hand over, and for whom; the token is shown only now. */
export type PasswordReset = Readonly<{ token: string; expiresAt: string; email: string }>

export type PasswordChange = Readonly<{ oldPassword: string; newPassword: string; address: string }>

/** Changes the password of a user who knows the old one, and ends their other sessions. */
export async function changePassword(
  realm: Realm,
  people: People,
  { userId, sessionId }: Subject,
  { oldPassword, newPassword, address }: PasswordChange,
): Promise<void> {
  checkPassword(newPassword, 'newPassword')
  const account = await people.findById(realm.pool, userId)
  const attempt = await startLogin(realm, account?.viewer.email ?? userId, address)
  if (!(await verifyPassword(account?.passwordHash, oldPassword))) throw refuseOld()
  const hash = await hashPassword(newPassword)
  await inTransaction(realm.pool, async (sql) => {
    const text = `update _users set password_hash = $3
      where id = $1 and active and password_hash = $2 returning 1 as changed`
    const changed = await run(sql, { text, values: [userId, account?.passwordHash ?? null, hash] })
    if (changed.length === 0) throw refuseOld()
    await run(sql, { text: 'delete from _password_resets where user_id = $1', values: [userId] })
    await endSessions(sql, userId, sessionId)
  })
  await attempt.succeed()
  realm.forgetViewer(userId)
}

function refuseOld(): AppError {
  return failAll('VALIDATION_FAILED', [
    {
      path: 'oldPassword',
      field: 'oldPassword',
      rule: 'password',
      message: 'is not the password of this user',
    },
  ])
}

function checkPassword(password: string, path: string): void {
  const problem = findPasswordProblem(password, path)
  if (problem !== undefined) throw failAll('VALIDATION_FAILED', [problem])
}

/** Makes a token with which an active user may choose a password for an hour; an earlier one ends. To be called in a transaction. */
export async function createPasswordReset(sql: Sql, userId: string): Promise<PasswordReset> {
  if (!isUuid(userId)) throw refuseUnknownUser(userId)
  const { token, hash } = createOpaqueToken('password_reset')
  const find = 'select active, email from _users where id = $1 for share'
  const [user] = await run<{ active: boolean; email: string }>(sql, { text: find, values: [userId] })
  if (user === undefined) throw refuseUnknownUser(userId)
  if (!user.active) throw fail('CONFLICT', 'The user is not active; activate them first')
  const text = `insert into _password_resets (user_id, token_hash, expires_at)
      values ($1, $2, now() + interval '1 hour')
      on conflict (user_id) do update set token_hash = excluded.token_hash, expires_at = excluded.expires_at
      returning expires_at`
  const [row] = await run<{ expires_at: string }>(sql, { text, values: [userId, hash] })
  return { token, expiresAt: row?.expires_at ?? '', email: user.email }
}

/** Sets the password of the user that the token is for, and ends all their sessions. The token is good once. */
export async function resetPassword(
  realm: Realm,
  { token, password, address }: Readonly<{ token: string; password: string; address: string }>,
): Promise<void> {
  checkPassword(password, 'password')
  const attempt = await startTry(realm.pool, 'reset', address)
  const tokenHash = hashOpaqueToken('password_reset', token)
  if (tokenHash === undefined || !(await isGood(realm.pool, tokenHash))) throw refuseReset()
  const passwordHash = await hashPassword(password)
  const userId = await inTransaction(realm.pool, (sql) => consumeReset(sql, tokenHash, passwordHash))
  await attempt.succeed()
  realm.forgetViewer(userId)
}

/** Spares the work of a hash for tokens that are none. */
async function isGood(sql: Sql, tokenHash: string): Promise<boolean> {
  const text = 'select 1 as found from _password_resets where token_hash = $1 and expires_at > now()'
  return (await run(sql, { text, values: [tokenHash] })).length > 0
}

async function consumeReset(sql: Sql, tokenHash: string, passwordHash: string): Promise<string> {
  const text = 'delete from _password_resets where token_hash = $1 and expires_at > now() returning user_id'
  const [row] = await run<{ user_id: string }>(sql, { text, values: [tokenHash] })
  if (row === undefined) throw refuseReset()
  const update = 'update _users set password_hash = $2 where id = $1 and active returning 1 as changed'
  const changed = await run(sql, { text: update, values: [row.user_id, passwordHash] })
  if (changed.length === 0) throw refuseReset()
  await endSessions(sql, row.user_id)
  return row.user_id
}

function refuseReset(): AppError {
  return fail(
    'UNAUTHENTICATED',
    'The token is not good: it was used, replaced or has expired; ask an administrator for a new one',
  )
}
