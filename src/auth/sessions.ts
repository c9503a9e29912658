// The statements on sessions, the same for apps and the platform: opened by a log-in, kept alive by refresh tokens.
import type { Limits } from '../config/limits.ts'
import { type Row, run, type Sql } from '../database/connect.ts'
import type { Realm } from './realm.ts'
import { createRefreshToken, deriveSuccessor, readRefreshToken } from './refresh-tokens.ts'
import type { Subject } from './tokens.ts'
import { isUuid } from './uuid.ts'

/** A log-in that lasts; times are RFC 3339, `address` is the one last seen. */
export type Session = Readonly<{
  id: string
  address: string
  createdAt: string
  usedAt: string
  expiresAt: string
}>

/** What a client needs to stay logged in; the token is good once. */
export type Grant = Subject & Readonly<{ refreshToken: string }>

/** Who logs in, as just checked; from where. */
export type Entry = Readonly<{ userId: string; passwordHash: string; address: string }>

const mostSessions = 100

/**
 * Opens a session, unless the user was deactivated or got another password since the check: then undefined.
 * Sessions that have ended go; of one user the 100 used last remain.
 */
export async function openSession(
  sql: Sql,
  entry: Entry,
  { refreshToken: lifetime }: Pick<Limits, 'refreshToken'>,
): Promise<Grant | undefined> {
  const { userId, passwordHash, address } = entry
  const { token, familyHash, tokenHash } = createRefreshToken()
  const text = `insert into _sessions (user_id, family_hash, token_hash, address, expires_at)
    select id, $3, $4, $5, now() + make_interval(secs => $6)
    from (select id from _users where id = $1 and active and password_hash = $2 for share) entering
    returning id`
  const values = [userId, passwordHash, familyHash, tokenHash, address, lifetime]
  const [row] = await run<{ id: string }>(sql, { text, values })
  if (row === undefined) return undefined
  await removeStale(sql, userId)
  return { userId, sessionId: row.id, refreshToken: token }
}

async function removeStale(sql: Sql, userId: string): Promise<void> {
  const text = `with ended as (
      delete from _sessions where id in (
        select id from _sessions where expires_at <= now() limit ${mostSessions} for update skip locked)
    )
    delete from _sessions where id in (
      select id from _sessions where user_id = $1
      order by used_at desc, id offset ${mostSessions} for update skip locked)`
  await run(sql, { text, values: [userId] })
}

/**
 * Takes a refresh token for its successor. Of many that come at once with the same token one rotates it, and the
 * others get the same successor for a short grace. Later, and from any older token, it is theft: the session ends.
 * Undefined when there is no session to go on with.
 */
export async function rotateSession(
  { pool, tokenKey, forgetViewer, limits }: Realm,
  refreshToken: string,
  address: string,
): Promise<Grant | undefined> {
  const given = readRefreshToken(refreshToken)
  if (given === undefined) return undefined
  const next = deriveSuccessor(tokenKey, given)
  const text = `update _sessions set token_hash = $3, address = $4, used_at = now(), expires_at = now() + make_interval(secs => $5),
      rotated_at = case when token_hash = $2 then now() else rotated_at end
    from _users
    where family_hash = $1 and _users.id = user_id and active and expires_at > now()
      and (token_hash = $2 or (token_hash = $3 and rotated_at > now() - make_interval(secs => $6)))
    returning _sessions.id, user_id`
  const { refreshToken: lifetime, refreshGrace: grace } = limits
  const values = [given.familyHash, given.tokenHash, next.tokenHash, address, lifetime, grace]
  const [row] = await run<{ id: string; user_id: string }>(pool, { text, values })
  if (row) return { userId: row.user_id, sessionId: row.id, refreshToken: next.token }
  const [ended] = await run<{ user_id: string }>(pool, {
    text: 'delete from _sessions where family_hash = $1 returning user_id',
    values: [given.familyHash],
  })
  if (ended) forgetViewer(ended.user_id)
  return undefined
}

/** The sessions of a user that have not ended, those used last first. */
export async function listSessions(sql: Sql, userId: string): Promise<readonly Session[]> {
  const text = `select id, address, created_at, used_at, expires_at from _sessions
    where user_id = $1 and expires_at > now() order by used_at desc, id`
  return (await run<SessionRow>(sql, { text, values: [userId] })).map(readRow)
}

type SessionRow = Row & {
  id: string
  address: string
  created_at: string
  used_at: string
  expires_at: string
}

function readRow(row: SessionRow): Session {
  const { id, address, created_at: createdAt, used_at: usedAt, expires_at: expiresAt } = row
  return Object.freeze({ id, address, createdAt, usedAt, expiresAt })
}

/** Ends one session of the user; false when they have none of that id. */
export async function endSession(
  { pool, forgetViewer }: Realm,
  { userId, sessionId }: Subject,
): Promise<boolean> {
  if (!isUuid(sessionId)) return false
  const text = 'delete from _sessions where id = $1 and user_id = $2 returning 1 as ended'
  const ended = await run(pool, { text, values: [sessionId, userId] })
  forgetViewer(userId)
  return ended.length > 0
}

/** Ends all sessions of the user, but the one to keep. */
export async function endSessions(sql: Sql, userId: string, keep?: string): Promise<void> {
  const text = 'delete from _sessions where user_id = $1 and id is distinct from $2::uuid'
  await run(sql, { text, values: [userId, keep ?? null] })
}
