// The statements on the users of one app; password hashes leave only with an account, for the log-in.
import { type Row, run, type Sql } from '../database/connect.ts'
import { failAll, type Problem } from '../errors.ts'
import { isObject, isStorable, joinPath } from '../reader.ts'
import { normaliseEmail } from './email.ts'
import { findPasswordProblem, hashPassword } from './passwords.ts'
import type { Account, KnownViewer, People } from './realm.ts'
import {
  type Attributes,
  checkText,
  readAttributes,
  readEmail,
  readRoles,
  refuseTakenEmail,
} from './user-input.ts'
import { isUuid } from './uuid.ts'

/** A user of an app; times are RFC 3339. */
export type User = Readonly<{
  id: string
  email: string
  displayName: string | null
  roles: readonly string[]
  attributes: Attributes
  active: boolean
  createdAt: string
  updatedAt: string
}>

/** What a new user is made of; role names may have capitals. */
export type UserInput = Readonly<{
  email: string
  password: string
  displayName?: string | null | undefined
  roles?: readonly string[] | null | undefined
  attributes?: unknown
}>

/** A new user as it is kept. */
export type NewUser = Pick<User, 'email' | 'displayName' | 'roles' | 'attributes'> &
  Readonly<{ passwordHash: string }>

/** Which users to list: all that are given must hold; `email` is a part of the address, in any case. */
export type UserQuery = Readonly<{
  email?: string | null | undefined
  role?: string | null | undefined
  active?: boolean | null | undefined
  first: number
  offset: number
}>

export type UserRow = Row & {
  id: string
  email: string
  display_name: string | null
  roles: string[]
  attributes: unknown
  active: boolean
  created_at: string
  updated_at: string
}
type AccountRow = UserRow & { password_hash: string | null }

export const userColumns = 'id, email, display_name, roles, attributes, active, created_at, updated_at'

/** Adds a user. All problems of the input are VALIDATION_FAILED, located under `path`; a taken e-mail is CONFLICT. */
export async function createUser(sql: Sql, input: UserInput, path = ''): Promise<User> {
  const problems: Problem[] = []
  const email = readEmail(input.email, joinPath(path, 'email'), problems)
  checkText(input.displayName, joinPath(path, 'displayName'), 'displayName', problems)
  const roles = readRoles(input.roles ?? [], joinPath(path, 'roles'), problems)
  const attributes = readAttributes(input.attributes ?? {}, joinPath(path, 'attributes'), problems)
  const passwordProblem = findPasswordProblem(input.password, joinPath(path, 'password'))
  if (passwordProblem !== undefined) problems.push(passwordProblem)
  if (problems.length > 0) throw failAll('VALIDATION_FAILED', problems)
  const passwordHash = await hashPassword(input.password)
  const displayName = input.displayName ?? null
  return await insertUser(sql, { email, displayName, passwordHash, roles, attributes }, path)
}

/** Adds a user whose parts were checked; a taken e-mail is CONFLICT. */
export async function insertUser(sql: Sql, user: NewUser, path = ''): Promise<User> {
  const { email, displayName, passwordHash, roles, attributes } = user
  const text = `insert into _users (email, display_name, password_hash, roles, attributes)
    values ($1, $2, $3, $4::text[], $5::jsonb) on conflict (lower(email)) do nothing returning ${userColumns}`
  const values = [email, displayName, passwordHash, roles, attributes]
  const [row] = await run<UserRow>(sql, { text, values })
  if (row === undefined) throw refuseTakenEmail(email, joinPath(path, 'email'))
  return readUser(row)
}

/** The user of that id, active or not; an id that is no UUID is nobody's. */
export async function findUser(sql: Sql, id: string): Promise<User | undefined> {
  if (!isUuid(id)) return undefined
  const text = `select ${userColumns} from _users where id = $1`
  const [row] = await run<UserRow>(sql, { text, values: [id] })
  return row && readUser(row)
}

/** Users in the order in which they were made. */
export async function listUsers(sql: Sql, query: UserQuery): Promise<readonly User[]> {
  const { email, role, active, first, offset } = query
  if (!isStorable(email ?? '') || !isStorable(role ?? '')) return []
  const text = `select ${userColumns} from _users
    where ($1::text is null or strpos(email, $1) > 0) and ($2::text is null or $2 = any(roles))
      and ($3::boolean is null or active = $3)
    order by created_at, id limit $4::int offset $5::int`
  const part = email == null ? null : email.trim().normalize('NFC').toLowerCase()
  const values = [part, role?.toLowerCase() ?? null, active ?? null, first, offset]
  const rows = await run<UserRow>(sql, { text, values })
  return rows.map(readUser)
}

/** The users of an app, as the log-in and the authenticator look for them. */
export const appPeople: People = Object.freeze({
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
    const text = `select ${userColumns} from _users where id = $1 and active
      and exists (select from _sessions where id = $2 and user_id = $1 and expires_at > now())`
    const [row] = await run<UserRow>(sql, { text, values: [userId, sessionId] })
    return row && { ...toViewer(readUser(row)), sessionId }
  },
})

async function findAccount(sql: Sql, condition: string, value: string): Promise<Account | undefined> {
  const text = `select ${userColumns}, password_hash from _users where ${condition}`
  const [row] = await run<AccountRow>(sql, { text, values: [value] })
  if (row === undefined) return undefined
  return {
    viewer: toViewer(readUser(row)),
    active: row.active,
    passwordHash: row.password_hash ?? undefined,
  }
}

/** The user as one who asks. */
export function toViewer(user: User): KnownViewer {
  return { id: user.id, email: user.email, roles: user.roles, attributes: user.attributes }
}

export function readUser(row: UserRow): User {
  return Object.freeze({
    id: row.id,
    email: row.email,
    displayName: row.display_name,
    roles: Object.freeze(row.roles),
    attributes: isObject(row.attributes) ? row.attributes : {},
    active: row.active,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  })
}
