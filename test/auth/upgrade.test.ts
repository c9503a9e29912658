// A database from before the sessions: it is brought up to date with its users as they were.
import { afterAll, describe, expect, it } from 'vitest'
import { login } from '../../src/auth/login.ts'
import { appPeople, createUser } from '../../src/auth/users.ts'
import { connect } from '../../src/database/connect.ts'
import { migrate } from '../../src/database/migrate.ts'
import { address, openRealm, password } from './realm.ts'

const realm = await openRealm()
afterAll(() => realm.stop())

describe('an older database', () => {
  it('gets the new tables once, also from two processes, and keeps its users', async () => {
    const { pool } = realm
    await pool.unsafe(`
      drop table _sessions, _invites, _password_resets, _api_keys, _identity_provider, _throttle;
      delete from _migrations where name = 'accounts'`)
    const user = await createUser(pool, { email: 'ada@example.com', password, roles: ['editor'] })
    const other = connect(realm.url, { max: 1 })
    await Promise.all([migrate(pool, 'app'), migrate(other, 'app')])
    await other.end()
    const entered = await login(realm, appPeople, { email: 'ada@example.com', password, address })
    expect(entered.viewer).toMatchObject({ id: user.id, roles: ['editor'] })
  })
})
