// The statements on the users of the platform: owners, who may do everything, and viewers, who may look.
import { type Row, run, type Sql } from '../database/connect.ts'
import { failAll, type Problem } from '../errors.ts'
import { joinPath } from '../reader.ts'
import { normaliseEmail } from './email.ts'
import { findPasswordProblem, hashPassword } from './passwords.ts'
import type { Account, KnownViewer, People } from './realm.ts'
import { readEmail, refuseTakenEmail } from './user-input.ts'
import { isUuid } from './uuid.ts'
import { isAdminRole, readerRole, type Viewer } from './viewer.ts'

export type PlatformRole = 'owner' | 'viewer'
/** A user of the platform; times are RFC 3339. */
export type PlatformUser = Readonly<{
  id: string
  email: string
  role: PlatformRole
  active: boolean
  createdAt: string
}>
export type PlatformUserInput = Readonly<{ email: string; password: string; role: PlatformRole }>

export type PlatformUserRow = Row & {
  id: string
  email: string
  role: PlatformRole
  active: boolean
  created_at: string
}
type AccountRow = PlatformUserRow & { password_hash: string | null }

export const platformUserColumns = 'id, email, role, active, created_at'
const rolesOf = { owner: ['admin'], viewer: ['reader'] } as const

/** Adds a user of the platform. Problems of the input are VALIDATION_FAILED; a taken e-mail is CONFLICT. */
export async function createPlatformUser(
  sql: Sql,
  input: PlatformUserInput,
  path = '',
): Promise<PlatformUser> {
  const problems: Problem[] = []
  const email = readEmail(input.email, joinPath(path, 'email'), problems)
  const passwordProblem = findPasswordProblem(input.password, joinPath(path, 'password'))
  if (passwordProblem !== undefined) problems.push(passwordProblem)
  if (problems.length > 0) throw failAll('VALIDATION_FAILED', problems)
  const text = `insert into _users (email, password_hash, role) values ($1, $2, $3)
    on conflict (lower(email)) do nothing returning ${platformUserColumns}`
  const values = [email, await hashPassword(input.password), input.role]
  const [row] = await run<PlatformUserRow>(sql, { text, values })
  if (row === undefined) throw refuseTakenEmail(email, joinPath(path, 'email'))
  return readPlatformUser(row)
}

/** All users of the platform, in the order in which they were made. */
export async function listPlatformUsers(sql: Sql): Promise<readonly PlatformUser[]> {
  const text = `select ${platformUserColumns} from _users order by created_at, id`
  return (await run<PlatformUserRow>(sql, { text, values: [] })).map(readPlatformUser)
}

/** The users of the platform, as the log-in and the authenticator look for them. */
export const platformPeople: People = Object.freeze({
  async findByEmail(sql: Sql, email: string): Promise<Account | undefined> {
    const normal = normaliseEmail(email)
    if (normal === undefined) return undefined
    return await findAccount(sql, 'lower(email) = lower($1)', normal)
  },
  async findById(sql: Sql, id: string): Promise<Account | undefined> {
    return isUuid(id) ? await findAccount(sql, 'id = $1', id) : undefined
  },
  async findInSession(sql: Sql, userId: string, sessionId: string): Promise<KnownViewer | undefined> {
    if (!isUuid(userId) || !isUuid(sessionId)) return undefined
    const text = `select ${platformUserColumns} from _users where id = $1 and active
      and exists (select from _sessions where id = $2 and user_id = $1 and expires_at > now())`
    const [row] = await run<PlatformUserRow>(sql, { text, values: [userId, sessionId] })
    return row && { ...toPlatformViewer(readPlatformUser(row)), sessionId }
  },
})

async function findAccount(sql: Sql, condition: string, value: string): Promise<Account | undefined> {
  const text = `select ${platformUserColumns}, password_hash from _users where ${condition}`
  const [row] = await run<AccountRow>(sql, { text, values: [value] })
  if (row === undefined) return undefined
  const { active, password_hash: hash } = row
  return { viewer: toPlatformViewer(readPlatformUser(row)), active, passwordHash: hash ?? undefined }
}

/** The platform's user as one who asks there: an owner passes as admin, a viewer as reader. */
function toPlatformViewer(user: PlatformUser): KnownViewer {
  return { id: user.id, email: user.email, roles: rolesOf[user.role], attributes: {}, origin: 'platform' }
}

/**
 * The same in an app: an owner is an administrator of it, a viewer may read all of it and write nothing.
 * The session is one of the platform and nothing that the app could end.
 */
export function asGuest({ sessionId: _, ...viewer }: Viewer): Viewer {
  return { ...viewer, roles: viewer.roles.some(isAdminRole) ? viewer.roles : [readerRole] }
}

export function readPlatformUser(row: PlatformUserRow): PlatformUser {
  return Object.freeze({
    id: row.id,
    email: row.email,
    role: row.role,
    active: row.active,
    createdAt: row.created_at,
  })
}
