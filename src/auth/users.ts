// The statements on the users of one app; password hashes leave only with findUserByEmail, for the log-in.
import { type Row, run, type Sql } from '../database/connect.ts'
import { findNameProblem } from '../database/identifiers.ts'
import { failAll, type Problem } from '../errors.ts'
import { readValue } from '../metadata/value.ts'
import { describe, isObject, joinPath } from '../reader.ts'
import { normaliseEmail } from './email.ts'
import { findPasswordProblem, hashPassword } from './passwords.ts'
import type { Viewer } from './viewer.ts'

/** A user of an app; times are RFC 3339. */
export type User = Readonly<{
  id: string
  email: string
  displayName: string | null
  roles: readonly string[]
  attributes: Readonly<Record<string, unknown>>
  active: boolean
  createdAt: string
  updatedAt: string
}>

/** A user with what the log-in checks; without a hash no password will do. */
export type Account<T> = Readonly<{ user: T; passwordHash: string | undefined }>

/** What a new user is made of; role names may have capitals. */
export type UserInput = Readonly<{
  email: string
  password: string
  displayName?: string | null | undefined
  roles?: readonly string[] | null | undefined
  attributes?: unknown
}>

type UserRow = Row & {
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

const columns = 'id, email, display_name, roles, attributes, active, created_at, updated_at'

/** Adds a user. All problems of the input are VALIDATION_FAILED, located under `path`; a taken e-mail is CONFLICT. */
export async function createUser(sql: Sql, input: UserInput, path = ''): Promise<User> {
  const problems: Problem[] = []
  const email = readEmail(input.email, joinPath(path, 'email'), problems)
  checkDisplayName(input.displayName, joinPath(path, 'displayName'), problems)
  const roles = readRoles(input.roles ?? [], joinPath(path, 'roles'), problems)
  const attributes = readAttributes(input.attributes ?? {}, joinPath(path, 'attributes'), problems)
  const passwordProblem = findPasswordProblem(input.password, joinPath(path, 'password'))
  if (passwordProblem !== undefined) problems.push(passwordProblem)
  if (problems.length > 0) throw failAll('VALIDATION_FAILED', problems)
  const text = `insert into _users (email, display_name, password_hash, roles, attributes)
    values ($1, $2, $3, $4::text[], $5::jsonb) on conflict (lower(email)) do nothing returning ${columns}`
  const values = [email, input.displayName ?? null, await hashPassword(input.password), roles, attributes]
  const [row] = await run<UserRow>(sql, { text, values })
  if (row === undefined) throw refuseTakenEmail(email, joinPath(path, 'email'))
  return readRow(row)
}

/** Reads the e-mail of a new user; adds a problem when it cannot be one. */
export function readEmail(email: string, path: string, problems: Problem[]): string {
  const normal = normaliseEmail(email)
  if (normal !== undefined) return normal
  const message = `must be an e-mail address such as ada@example.com, found ${describe(email)}`
  problems.push({ path, field: 'email', rule: 'email', message })
  return ''
}

/** The error for an e-mail that another user has. */
export function refuseTakenEmail(email: string, path: string) {
  const message = `is taken: a user with the e-mail ${describe(email)} exists already`
  return failAll('CONFLICT', [{ path, field: 'email', rule: 'unique', message }])
}

function checkDisplayName(name: string | null | undefined, path: string, problems: Problem[]): void {
  const reading = readValue({ type: 'string' }, name ?? '')
  if ('problem' in reading) problems.push({ path, field: 'displayName', message: reading.problem })
}

function readRoles(roles: readonly string[], path: string, problems: Problem[]): readonly string[] {
  const lowered = roles.map((role) => role.toLowerCase())
  lowered.forEach((role, index) => {
    const isRepeated = lowered.indexOf(role) !== index
    const message = findNameProblem(role) ?? (isRepeated ? `is listed twice: ${describe(role)}` : undefined)
    if (message !== undefined) problems.push({ path: joinPath(path, index), field: 'roles', message })
  })
  return lowered
}

function readAttributes(
  attributes: unknown,
  path: string,
  problems: Problem[],
): Readonly<Record<string, unknown>> {
  if (isObject(attributes)) return attributes
  problems.push({ path, field: 'attributes', message: `must be an object, found ${describe(attributes)}` })
  return {}
}

/** The user of that e-mail with the hash of the password, active or not. */
export async function findUserByEmail(sql: Sql, email: string): Promise<Account<User> | undefined> {
  const normal = normaliseEmail(email)
  if (normal === undefined) return undefined
  const text = `select ${columns}, password_hash from _users where lower(email) = lower($1)`
  const [row] = await run<AccountRow>(sql, { text, values: [normal] })
  return row && { user: readRow(row), passwordHash: row.password_hash ?? undefined }
}

/** The user of that id, active or not; an id that is no UUID is nobody's. */
export async function findUser(sql: Sql, id: string): Promise<User | undefined> {
  if (!isUuid(id)) return undefined
  const [row] = await run<UserRow>(sql, { text: `select ${columns} from _users where id = $1`, values: [id] })
  return row && readRow(row)
}

/** Whether PostgreSQL would take the text as a uuid. */
export function isUuid(id: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)
}

/** Users in the order in which they were made. */
export async function listUsers(
  sql: Sql,
  page: Readonly<{ first: number; offset: number }>,
): Promise<readonly User[]> {
  const text = `select ${columns} from _users order by created_at, id limit $1::int offset $2::int`
  const rows = await run<UserRow>(sql, { text, values: [page.first, page.offset] })
  return rows.map(readRow)
}

/** The active user of that id as a viewer: what the authenticator of an app asks. */
export async function findViewer(sql: Sql, id: string): Promise<Viewer | undefined> {
  const user = await findUser(sql, id)
  return user?.active ? toViewer(user) : undefined
}

/** The user as one who asks. */
export function toViewer(user: User): Viewer {
  return { id: user.id, email: user.email, roles: user.roles, attributes: user.attributes }
}

function readRow(row: UserRow): User {
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
