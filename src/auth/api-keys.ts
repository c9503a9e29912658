// API keys: how services get in, with roles of their own and without a log-in.
import { type Row, run, type Sql } from '../database/connect.ts'
import { fail, failAll, type Problem } from '../errors.ts'
import { describe, joinPath } from '../reader.ts'
import type { Bearer } from './authenticate.ts'
import { createOpaqueToken } from './opaque-tokens.ts'
import type { Realm } from './realm.ts'
import { checkText, readRoles } from './user-input.ts'
import { isUuid } from './uuid.ts'

/** A key as administrators see it; times are RFC 3339, `usedAt` is exact to a minute. */
export type ApiKey = Readonly<{
  id: string
  name: string
  roles: readonly string[]
  createdAt: string
  expiresAt: string | null
  usedAt: string | null
  revokedAt: string | null
}>
export type ApiKeyInput = Readonly<{
  name: string
  roles?: readonly string[] | null | undefined
  /** RFC 3339; without it the key is good until it is revoked. */
  expiresAt?: string | null | undefined
}>
/** A key with its text, which is shown only now. */
export type NewApiKey = Readonly<{ apiKey: ApiKey; token: string }>

type ApiKeyRow = Row & {
  id: string
  name: string
  roles: string[]
  created_at: string
  expires_at: string | null
  used_at: string | null
  revoked_at: string | null
}

const columns = 'id, name, roles, created_at, expires_at, used_at, revoked_at'

/** Makes a key; problems of the input are VALIDATION_FAILED. */
export async function createApiKey(sql: Sql, input: ApiKeyInput, path = 'input'): Promise<NewApiKey> {
  const problems: Problem[] = []
  const name = input.name.trim()
  checkText(name, joinPath(path, 'name'), 'name', problems)
  if (name === '' || name.length > 100)
    problems.push({ path: joinPath(path, 'name'), field: 'name', message: 'must have 1 to 100 characters' })
  const roles = readRoles(input.roles ?? [], joinPath(path, 'roles'), problems)
  const expiresAt = input.expiresAt ?? null
  if (expiresAt !== null && Date.parse(expiresAt) <= Date.now())
    problems.push({
      path: joinPath(path, 'expiresAt'),
      field: 'expiresAt',
      message: `must be in the future, found ${expiresAt}`,
    })
  if (problems.length > 0) throw failAll('VALIDATION_FAILED', problems)
  const { token, hash } = createOpaqueToken('api_key')
  const text = `insert into _api_keys (name, roles, token_hash, expires_at)
    values ($1, $2::text[], $3, $4::timestamptz) returning ${columns}`
  const [row] = await run<ApiKeyRow>(sql, { text, values: [name, roles, hash, expiresAt] })
  if (row === undefined) throw new Error('PostgreSQL inserted an API key and gave nothing back')
  return { apiKey: readRow(row), token }
}

/** All keys, also those that are good no more; the latest first. */
export async function listApiKeys(
  sql: Sql,
  { first, offset }: Readonly<{ first: number; offset: number }>,
): Promise<readonly ApiKey[]> {
  const text = `select ${columns} from _api_keys order by created_at desc, id limit $1::int offset $2::int`
  return (await run<ApiKeyRow>(sql, { text, values: [first, offset] })).map(readRow)
}

/** Ends a key; one that was revoked before keeps that time. NOT_FOUND for an unknown id. */
export async function revokeApiKey({ pool, forgetViewer }: Realm, id: string): Promise<ApiKey> {
  const text = `update _api_keys set revoked_at = coalesce(revoked_at, now()) where id = $1 returning ${columns}`
  const [row] = isUuid(id) ? await run<ApiKeyRow>(pool, { text, values: [id] }) : []
  if (row === undefined) throw fail('NOT_FOUND', `There is no API key with the id ${describe(id)}`)
  forgetViewer(row.id)
  return readRow(row)
}

/** Whom a request with the key of that hash acts as; undefined when the key is not good. Notes the use once a minute. */
export async function findKeyBearer(sql: Sql, tokenHash: string): Promise<Bearer | undefined> {
  const text = `with used as (
      update _api_keys set used_at = now()
      where token_hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())
        and (used_at is null or used_at <= now() - interval '1 minute')
    )
    select ${columns} from _api_keys
    where token_hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())`
  const [row] = await run<ApiKeyRow>(sql, { text, values: [tokenHash] })
  if (row === undefined) return undefined
  const { id, roles } = readRow(row)
  return {
    viewer: { id, roles, attributes: {}, origin: 'api_key' },
    expiresAt: row.expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(row.expires_at),
  }
}

function readRow(row: ApiKeyRow): ApiKey {
  return Object.freeze({
    id: row.id,
    name: row.name,
    roles: Object.freeze(row.roles),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    usedAt: row.used_at,
    revokedAt: row.revoked_at,
  })
}
