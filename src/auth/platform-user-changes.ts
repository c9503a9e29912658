// Changes of the users of the platform by owners: a platform keeps an active owner.
import { run, type Sql } from '../database/connect.ts'
import { inTransaction } from '../database/transaction.ts'
import { fail } from '../errors.ts'
import {
  type PlatformRole,
  type PlatformUser,
  type PlatformUserRow,
  platformUserColumns,
  readPlatformUser,
} from './platform-users.ts'
import type { Realm } from './realm.ts'
import { endSessions } from './sessions.ts'
import { refuseUnknownUser } from './user-changes.ts'
import { isUuid } from './uuid.ts'

/** What shall change; what is absent stays. */
export type PlatformUserChanges = Readonly<{ role?: PlatformRole | undefined; active?: boolean | undefined }>

/**
 * Changes a user, and ends their sessions when they are not active any more. NOT_FOUND for an unknown id, CONFLICT when it
 * would leave the platform without an active owner, however many such changes come at once.
 */
export async function updatePlatformUser(
  { pool, forgetViewer }: Pick<Realm, 'pool' | 'forgetViewer'>,
  id: string,
  changes: PlatformUserChanges,
): Promise<PlatformUser> {
  if (!isUuid(id)) throw refuseUnknownUser(id)
  const user = await inTransaction(pool, async (sql) => {
    await run(sql, { text: "select pg_advisory_xact_lock(hashtext('metaloom owners'))", values: [] })
    const changed = await write(sql, id, changes)
    await checkOwnerLeft(sql, changed)
    if (!changed.active) await closeAccount(sql, id)
    return changed
  })
  forgetViewer(user.id)
  return user
}

async function write(sql: Sql, id: string, { role, active }: PlatformUserChanges): Promise<PlatformUser> {
  const text = `update _users set role = coalesce($2, role), active = coalesce($3::boolean, active)
    where id = $1 returning ${platformUserColumns}`
  const [row] = await run<PlatformUserRow>(sql, { text, values: [id, role ?? null, active ?? null] })
  if (row === undefined) throw refuseUnknownUser(id)
  return readPlatformUser(row)
}

async function checkOwnerLeft(sql: Sql, { email }: PlatformUser): Promise<void> {
  const text = "select 1 as found from _users where active and role = 'owner' limit 1"
  if ((await run(sql, { text, values: [] })).length > 0) return
  throw fail(
    'CONFLICT',
    `${email} is the last active owner; give the role OWNER to another active user first`,
  )
}

async function closeAccount(sql: Sql, userId: string): Promise<void> {
  await endSessions(sql, userId)
  await run(sql, { text: 'delete from _password_resets where user_id = $1', values: [userId] })
}
