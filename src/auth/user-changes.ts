// Changes of users by administrators: an app that has an active administrator keeps one.
import { run, type Sql } from '../database/connect.ts'
import { inTransaction } from '../database/transaction.ts'
import { fail, failAll, type Problem } from '../errors.ts'
import { describe, joinPath } from '../reader.ts'
import type { Realm } from './realm.ts'
import { endSessions } from './sessions.ts'
import { type Attributes, checkText, readAttributes, readRoles } from './user-input.ts'
import { readUser, type User, type UserRow, userColumns } from './users.ts'
import { isUuid } from './uuid.ts'
import { isAdminRole } from './viewer.ts'

/** What shall change; what is absent stays. A display name of null goes. */
export type UserChanges = Readonly<{
  displayName?: string | null | undefined
  roles?: readonly string[] | null | undefined
  attributes?: unknown
  active?: boolean | null | undefined
}>

/** The columns to set. */
type Columns = Readonly<{
  display_name?: string | null
  roles?: readonly string[]
  attributes?: Attributes
  active?: boolean
}>

/**
 * Changes a user, and ends their sessions when they are not active any more. NOT_FOUND for an unknown id, CONFLICT
 * when it would leave the app without an active administrator, however many such changes come at once.
 */
export async function updateUser(
  realm: Realm,
  id: string,
  changes: UserChanges,
  path = 'input',
): Promise<User> {
  const columns = readChanges(changes, path)
  const user = await inTransaction(realm.pool, async (sql) => {
    await run(sql, {
      text: "select pg_advisory_xact_lock(hashtext('metaloom administrators'))",
      values: [],
    })
    const before = await lockUser(sql, id)
    const after = await writeUser(sql, before, columns)
    if (isActiveAdmin(before) && !isActiveAdmin(after)) await checkAdminLeft(sql, before)
    if (!after.active) await closeAccount(sql, after.id)
    return after
  })
  realm.forgetViewer(user.id)
  return user
}

function readChanges(changes: UserChanges, path: string): Columns {
  const problems: Problem[] = []
  for (const field of ['roles', 'attributes', 'active'] as const)
    if (changes[field] === null)
      problems.push({
        path: joinPath(path, field),
        field,
        message: 'must not be null; leave it out to keep it',
      })
  const { displayName, roles, attributes, active } = changes
  checkText(displayName, joinPath(path, 'displayName'), 'displayName', problems)
  const columns: Columns = {
    ...(displayName === undefined ? {} : { display_name: displayName }),
    ...(roles == null ? {} : { roles: readRoles(roles, joinPath(path, 'roles'), problems) }),
    ...(attributes == null
      ? {}
      : { attributes: readAttributes(attributes, joinPath(path, 'attributes'), problems) }),
    ...(active == null ? {} : { active }),
  }
  if (problems.length > 0) throw failAll('VALIDATION_FAILED', problems)
  return columns
}

async function lockUser(sql: Sql, id: string): Promise<User> {
  const text = `select ${userColumns} from _users where id = $1 for update`
  const [row] = isUuid(id) ? await run<UserRow>(sql, { text, values: [id] }) : []
  if (row === undefined) throw refuseUnknownUser(id)
  return readUser(row)
}

export function refuseUnknownUser(id: string) {
  return fail('NOT_FOUND', `There is no user with the id ${describe(id)}`)
}

async function writeUser(sql: Sql, user: User, columns: Columns): Promise<User> {
  const { display_name = user.displayName, roles = user.roles } = columns
  const { attributes = user.attributes, active = user.active } = columns
  const text = `update _users set display_name = $2, roles = $3::text[], attributes = $4::jsonb, active = $5,
    updated_at = now() where id = $1 returning ${userColumns}`
  const [row] = await run<UserRow>(sql, { text, values: [user.id, display_name, roles, attributes, active] })
  if (row === undefined) throw refuseUnknownUser(user.id)
  return readUser(row)
}

function isActiveAdmin({ active, roles }: User): boolean {
  return active && roles.some(isAdminRole)
}

async function checkAdminLeft(sql: Sql, { email }: User): Promise<void> {
  const text = "select 1 as found from _users where active and 'admin' = any(roles) limit 1"
  if ((await run(sql, { text, values: [] })).length > 0) return
  const message = `${email} is the last active administrator; give the role admin to another active user first`
  throw fail('CONFLICT', message)
}

async function closeAccount(sql: Sql, userId: string): Promise<void> {
  await endSessions(sql, userId)
  await run(sql, { text: 'delete from _password_resets where user_id = $1', values: [userId] })
}
