// Accepting an invite: it is consumed, the user made and logged in, all at once or not at all.
import { inTransaction } from '../database/transaction.ts'
import { type AppError, fail, failAll, type Problem } from '../errors.ts'
import { consumeInvite, isInviteGood } from './invites.ts'
import { type LogIn, signIn } from './login.ts'
import { hashOpaqueToken } from './opaque-tokens.ts'
import { findPasswordProblem, hashPassword } from './passwords.ts'
import type { Realm } from './realm.ts'
import { openSession } from './sessions.ts'
import { startTry } from './throttle.ts'
import { checkText } from './user-input.ts'
import { insertUser, toViewer } from './users.ts'

/** What the invited person gives. */
export type Acceptance = Readonly<{
  token: string
  password: string
  displayName?: string | null | undefined
  address: string
}>

/** Makes the invited user and logs them in. Of two at once one wins; the token is good once. */
export async function acceptInvite(realm: Realm, acceptance: Acceptance): Promise<LogIn> {
  checkAcceptance(acceptance)
  const { token, password, displayName = null, address } = acceptance
  const attempt = await startTry(realm.pool, 'invite', address)
  const tokenHash = hashOpaqueToken('invite', token)
  if (tokenHash === undefined || !(await isInviteGood(realm.pool, tokenHash))) throw refuseInvite()
  const passwordHash = await hashPassword(password)
  const { user, grant } = await inTransaction(realm.pool, async (sql) => {
    const invite = await consumeInvite(sql, tokenHash)
    if (invite === undefined) throw refuseInvite()
    const { email, roles, attributes } = invite
    const user = await insertUser(sql, { email, roles, attributes, displayName, passwordHash })
    return { user, grant: await openSession(sql, { userId: user.id, passwordHash, address }, realm.limits) }
  })
  await attempt.succeed()
  if (grant === undefined) throw refuseInvite()
  return await signIn(realm, toViewer(user), grant)
}

function checkAcceptance({ password, displayName }: Acceptance): void {
  const problems: Problem[] = []
  const problem = findPasswordProblem(password, 'password')
  if (problem !== undefined) problems.push(problem)
  checkText(displayName, 'displayName', 'displayName', problems)
  if (problems.length > 0) throw failAll('VALIDATION_FAILED', problems)
}

function refuseInvite(): AppError {
  return fail(
    'UNAUTHENTICATED',
    'The invite is not good: it was accepted, revoked or has expired; ask an administrator for a new one',
  )
}
