// The statements on the users of the platform: owners, who may do everything, and viewers, who may look.
import { type Row, run, type Sql } from '../database/connect.ts'
import { failAll, type Problem } from '../errors.ts'
import { joinPath } from '../reader.ts'
import { normaliseEmail } from './email.ts'
import { findPasswordProblem, hashPassword } from './passwords.ts'
import { type Account, isUuid, readEmail, refuseTakenEmail } from './users.ts'
import type { Viewer } from './viewer.ts'

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

type PlatformUserRow = Row & {
  id: string
  email: string
  role: PlatformRole
  active: boolean
  created_at: string
}
type AccountRow = PlatformUserRow & { password_hash: string | null }

const columns = 'id, email, role, active, created_at'
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
    on conflict (lower(email)) do nothing returning ${columns}`
  const values = [email, await hashPassword(input.password), input.role]
  const [row] = await run<PlatformUserRow>(sql, { text, values })
  if (row === undefined) throw refuseTakenEmail(email, joinPath(path, 'email'))
  return readRow(row)
}

/** The platform's user of that e-mail with the hash of the password, active or not. */
export async function findPlatformUserByEmail(
  sql: Sql,
  email: string,
): Promise<Account<PlatformUser> | undefined> {
  const normal = normaliseEmail(email)
  if (normal === undefined) return undefined
  const text = `select ${columns}, password_hash from _users where lower(email) = lower($1)`
  const [row] = await run<AccountRow>(sql, { text, values: [normal] })
  return row && { user: readRow(row), passwordHash: row.password_hash ?? undefined }
}

/** The active user of that id as a viewer: what the authenticator of the platform asks. */
export async function findPlatformViewer(sql: Sql, id: string): Promise<Viewer | undefined> {
  if (!isUuid(id)) return undefined
  const text = `select ${columns} from _users where id = $1 and active`
  const [row] = await run<PlatformUserRow>(sql, { text, values: [id] })
  return row && toPlatformViewer(readRow(row))
}

/** The platform's user as one who asks: an owner passes as admin, a viewer as reader, here and in every app. */
export function toPlatformViewer(user: PlatformUser): Viewer {
  return { id: user.id, email: user.email, roles: rolesOf[user.role], attributes: {} }
}

function readRow(row: PlatformUserRow): PlatformUser {
  return Object.freeze({
    id: row.id,
    email: row.email,
    role: row.role,
    active: row.active,
    createdAt: row.created_at,
  })
}
