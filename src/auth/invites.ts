// Invites: an administrator names an e-mail and its roles, whoever holds the token chooses the password.
import { type Row, run, type Sql } from '../database/connect.ts'
import { AppError, fail, failAll, type Problem } from '../errors.ts'
import { describe, isObject, joinPath } from '../reader.ts'
import { createOpaqueToken } from './opaque-tokens.ts'
import { type Attributes, readAttributes, readEmail, readRoles, refuseTakenEmail } from './user-input.ts'
import { isUuid } from './uuid.ts'

/** An invite that nobody has accepted yet; times are RFC 3339. */
export type Invite = Readonly<{
  id: string
  email: string
  roles: readonly string[]
  attributes: Attributes
  createdAt: string
  expiresAt: string
}>
export type InviteInput = Readonly<{
  email: string
  roles?: readonly string[] | null | undefined
  attributes?: unknown
}>
/** An invite with its token, which is shown only now. */
export type NewInvite = Readonly<{ invite: Invite; token: string }>
/** Why one of many was not made; `index` is its place in the list. */
export type SkippedInvite = Readonly<{ index: number; email: string; message: string }>
export type InviteBatch = Readonly<{ created: readonly NewInvite[]; skipped: readonly SkippedInvite[] }>

type InviteRow = Row & {
  id: string
  email: string
  roles: string[]
  attributes: unknown
  created_at: string
  expires_at: string
}

const columns = 'id, email, roles, attributes, created_at, expires_at'
const mostInvites = 100

/** Invites somebody for 72 hours. CONFLICT when the e-mail has a user, or an invite that is still good. */
export async function createInvite(sql: Sql, input: InviteInput, path = 'input'): Promise<NewInvite> {
  const problems: Problem[] = []
  const email = readEmail(input.email, joinPath(path, 'email'), problems)
  const roles = readRoles(input.roles ?? [], joinPath(path, 'roles'), problems)
  const attributes = readAttributes(input.attributes ?? {}, joinPath(path, 'attributes'), problems)
  if (problems.length > 0) throw failAll('VALIDATION_FAILED', problems)
  if (await isUser(sql, email)) throw refuseTakenEmail(email, joinPath(path, 'email'))
  const { token, hash } = createOpaqueToken('invite')
  const text = `insert into _invites (email, roles, attributes, token_hash, expires_at)
    values ($1, $2::text[], $3::jsonb, $4, now() + interval '72 hours')
    on conflict (lower(email)) do update set roles = excluded.roles, attributes = excluded.attributes,
      token_hash = excluded.token_hash, created_at = now(), expires_at = excluded.expires_at
      where _invites.expires_at <= now()
    returning ${columns}`
  const [row] = await run<InviteRow>(sql, { text, values: [email, roles, attributes, hash] })
  if (row === undefined) throw refuseInvited(email, joinPath(path, 'email'))
  return { invite: readRow(row), token }
}

async function isUser(sql: Sql, email: string): Promise<boolean> {
  const text = 'select 1 as found from _users where lower(email) = lower($1)'
  return (await run(sql, { text, values: [email] })).length > 0
}

function refuseInvited(email: string, path: string): AppError {
  const message = `is invited already: revoke the invite of ${describe(email)} to make another`
  return failAll('CONFLICT', [{ path, field: 'email', rule: 'unique', message }])
}

/** Invites up to 100 people; those that cannot be invited are skipped and reported, the others are invited. */
export async function createInvites(sql: Sql, inputs: readonly InviteInput[]): Promise<InviteBatch> {
  if (inputs.length > mostInvites)
    throw fail('LIMIT_EXCEEDED', `inputs must be at most ${mostInvites}, found ${inputs.length}`)
  const created: NewInvite[] = []
  const skipped: SkippedInvite[] = []
  for (const [index, input] of inputs.entries()) {
    const made = await createInvite(sql, input, joinPath('inputs', index)).catch(keepRefusal)
    if (made instanceof AppError) skipped.push({ index, email: input.email, message: made.message })
    else created.push(made)
  }
  return { created, skipped }
}

function keepRefusal(error: unknown): AppError {
  if (error instanceof AppError) return error
  throw error
}

/** The invites that are still good, the latest first. */
export async function listInvites(
  sql: Sql,
  { first, offset }: Readonly<{ first: number; offset: number }>,
): Promise<readonly Invite[]> {
  const text = `select ${columns} from _invites where expires_at > now()
    order by created_at desc, id limit $1::int offset $2::int`
  return (await run<InviteRow>(sql, { text, values: [first, offset] })).map(readRow)
}

/** Takes an invite back; NOT_FOUND when it was accepted, revoked or never made. */
export async function revokeInvite(sql: Sql, id: string): Promise<Invite> {
  const text = `delete from _invites where id = $1 returning ${columns}`
  const [row] = isUuid(id) ? await run<InviteRow>(sql, { text, values: [id] }) : []
  if (row === undefined) throw fail('NOT_FOUND', `There is no open invite with the id ${describe(id)}`)
  return readRow(row)
}

/** Whether the invite of that hash is still good. */
export async function isInviteGood(sql: Sql, tokenHash: string): Promise<boolean> {
  const text = 'select 1 as found from _invites where token_hash = $1 and expires_at > now()'
  return (await run(sql, { text, values: [tokenHash] })).length > 0
}

/** Takes the invite of that hash; undefined when it is not good, or somebody else took it. */
export async function consumeInvite(sql: Sql, tokenHash: string): Promise<Invite | undefined> {
  const text = `delete from _invites where token_hash = $1 and expires_at > now() returning ${columns}`
  const [row] = await run<InviteRow>(sql, { text, values: [tokenHash] })
  return row && readRow(row)
}

function readRow(row: InviteRow): Invite {
  return Object.freeze({
    id: row.id,
    email: row.email,
    roles: Object.freeze(row.roles),
    attributes: isObject(row.attributes) ? row.attributes : {},
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  })
}
