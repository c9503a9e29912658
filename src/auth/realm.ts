// Where accounts live, an app or the platform: the same tables in both, so the same statements, but other people.
import type { Limits } from '../config/limits.ts'
import type { Pool, Sql } from '../database/connect.ts'
import type { TokenKey } from './tokens.ts'
import type { Viewer } from './viewer.ts'

/** One place with users and sessions of its own. */
export type Realm = Readonly<{
  pool: Pool
  tokenKey: TokenKey
  limits: Limits
  /** Makes this instance read the viewer anew at once; the others do within a minute. */
  forgetViewer(id: string): void
}>

/** A viewer who has logged in. */
export type KnownViewer = Viewer & Readonly<{ id: string }>

/** Who may log in, with what the log-in checks; without a hash no password will do. */
export type Account = Readonly<{ viewer: KnownViewer; active: boolean; passwordHash: string | undefined }>

/** How the users of a kind of realm are found. */
export type People = Readonly<{
  findByEmail(sql: Sql, email: string): Promise<Account | undefined>
  findById(sql: Sql, id: string): Promise<Account | undefined>
  /** The active user, when the session is theirs and has not ended. */
  findInSession(sql: Sql, userId: string, sessionId: string): Promise<KnownViewer | undefined>
}>
