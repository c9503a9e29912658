// Opens the platform: its own database and its first owner; on the very first start also the app demo.
import { randomBytes } from 'node:crypto'
import { type Authenticator, createAuthenticator, type VerifyBearer } from '../auth/authenticate.ts'
import { verifySessions } from '../auth/credentials.ts'
import { createPlatformUser, platformPeople } from '../auth/platform-users.ts'
import type { Realm } from '../auth/realm.ts'
import { deriveTokenKey, platformAudience } from '../auth/tokens.ts'
import { createUser } from '../auth/users.ts'
import type { Config } from '../config.ts'
import { connect, type Pool, run } from '../database/connect.ts'
import { ensureDatabase, withDatabase } from '../database/databases.ts'
import { migrate } from '../database/migrate.ts'
import type { Storage } from '../files/storage.ts'
import type { Registrar } from './apps/lifecycle.ts'

export type OpenPlatform = Readonly<{
  realm: Realm
  authenticator: Authenticator
  /** Verifies tokens of the platform for the apps. */
  verify: VerifyBearer
  /** Where the list of apps is. */
  registrar: Registrar
  /** The password that was generated for the first administrators, to be shown once. */
  firstPassword?: string
  close(): Promise<void>
}>

const demo = 'demo'

/** Opens the platform whose database the url names, and makes what of it is missing. */
export async function openPlatform(
  url: string,
  config: Config,
  { secret, storage }: Readonly<{ secret: string; storage: Storage }>,
): Promise<OpenPlatform> {
  await ensureDatabase(url)
  const pool = connect(url, { max: config.limits.pool, prepare: config.prepare, limits: config.limits })
  await migrate(pool, 'platform')
  const firstPassword = await makeFirst(pool, url, config)
  const tokenKey = deriveTokenKey(secret, platformAudience)
  const verify = verifySessions({ pool, tokenKey }, platformPeople)
  const authenticator = createAuthenticator({ verify })
  return {
    realm: { pool, tokenKey, forgetViewer: authenticator.forget, limits: config.limits },
    authenticator,
    verify,
    registrar: { pool, url, prepare: config.prepare, storage },
    ...(firstPassword === undefined ? {} : { firstPassword }),
    close: () => pool.end({ timeout: 5 }),
  }
}

/** The first owner, the app demo and its first administrator; whichever of two processes comes first makes all of them. */
async function makeFirst(pool: Pool, url: string, config: Config): Promise<string | undefined> {
  const count = await run(pool, { text: 'select 1 from _users limit 1', values: [] })
  if (count.length > 0) return undefined
  const password = config.admin.password ?? randomBytes(12).toString('base64url')
  const database = `${new URL(url).pathname.slice(1)}_${demo}`
  const isFirst = await pool.begin(async (sql) => {
    await sql.unsafe("select pg_advisory_xact_lock(hashtext('metaloom first start'))")
    if ((await sql.unsafe('select 1 from _users limit 1')).length > 0) return false
    await createPlatformUser(sql, { email: config.admin.email, password, role: 'owner' })
    await makeAppAdmin(withDatabase(url, database), config, password)
    const salt = randomBytes(32).toString('base64url')
    await sql.unsafe('insert into _apps (name, display_name, database, salt) values ($1, $2, $3, $4)', [
      demo,
      'Demo',
      database,
      salt,
    ])
    return true
  })
  return isFirst && config.admin.password === undefined ? password : undefined
}

/** A crash before the app was listed leaves the database behind; the next start finds its administrator and sets the password anew. */
async function makeAppAdmin(url: string, config: Config, password: string): Promise<void> {
  await ensureDatabase(url)
  const pool = connect(url, { max: 1, prepare: config.prepare })
  try {
    await migrate(pool, 'app')
    await run(pool, {
      text: 'delete from _users where lower(email) = lower($1)',
      values: [config.admin.email],
    })
    await createUser(pool, { email: config.admin.email, password, roles: ['admin'] })
  } finally {
    await pool.end({ timeout: 5 })
  }
}
