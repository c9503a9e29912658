// A realm for tests: an app's database without a server around it.
import { login } from '../../src/auth/login.ts'
import type { Realm } from '../../src/auth/realm.ts'
import { deriveTokenKey } from '../../src/auth/tokens.ts'
import { appPeople, createUser, type User, type UserInput } from '../../src/auth/users.ts'
import { usualLimits } from '../../src/config/limits.ts'
import { connect } from '../../src/database/connect.ts'
import { createDatabase } from '../support/database.ts'

export const address = '192.0.2.7'
export const password = 'correct horse'

/** `forgotten` are the viewers whom the instance was told to read anew. */
export type TestRealm = Realm & Readonly<{ url: string; forgotten: string[]; stop(): Promise<void> }>

/** Opens an app of its own. */
export async function openRealm(): Promise<TestRealm> {
  const { url, drop } = await createDatabase()
  const pool = connect(url, { max: 12 })
  const forgotten: string[] = []
  return {
    url,
    pool,
    limits: usualLimits,
    tokenKey: deriveTokenKey('a secret of the server', 'demo'),
    forgotten,
    forgetViewer: (id) => void forgotten.push(id),
    async stop() {
      await pool.end({ timeout: 1 })
      await drop()
    },
  }
}

/** Empties what a test may have filled. */
export async function clearRealm({ pool, forgotten }: TestRealm): Promise<void> {
  await pool`delete from _users`
  await pool`delete from _throttle`
  await pool`delete from _invites`
  await pool`delete from _api_keys`
  forgotten.splice(0)
}

export async function makeUser({ pool }: Realm, name: string, more: Partial<UserInput> = {}): Promise<User> {
  return await createUser(pool, { email: `${name}@example.com`, password, ...more })
}

export async function enter(realm: Realm, name: string, given = password) {
  return await login(realm, appPeople, { email: `${name}@example.com`, password: given, address })
}
