// Migrations applied to real databases, alone and in a race.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connect, type Pool } from '../../src/database/connect.ts'
import { dropDatabase, ensureDatabase, withDatabase } from '../../src/database/databases.ts'
import { type EmbeddedDatabase, startEmbedded } from '../../src/database/embedded.ts'
import { migrate } from '../../src/database/migrate.ts'

let folder = ''
let server: EmbeddedDatabase
let pool: Pool

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metaloom-migrate-'))
  await chmod(folder, 0o755)
  server = await startEmbedded({ dataDir: folder, durable: false })
})

beforeEach(async () => {
  await ensureDatabase(withDatabase(server.url, 'app'))
  pool = connect(withDatabase(server.url, 'app'), { max: 2 })
})

afterEach(async () => {
  await pool.end({ timeout: 1 })
  await dropDatabase(withDatabase(server.url, 'app'))
})

afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true })
})

describe('migrate', () => {
  it('gives an app its tables, and one row of metadata at revision 0', async () => {
    await migrate(pool, 'app')

    expect(await listTables()).toEqual(
      expect.arrayContaining(['_entities', '_metadata', '_migrations', '_relations', '_users']),
    )
    expect(await pool`select revision from _metadata`).toEqual([{ revision: 0 }])
  })

  it('gives the platform its tables', async () => {
    await migrate(pool, 'platform')

    expect(await listTables()).toEqual(
      expect.arrayContaining(['_apps', '_migrations', '_settings', '_users']),
    )
  })

  it('records what it did and does nothing the second time', async () => {
    await migrate(pool, 'app')
    const before = await pool`select * from _migrations`

    await migrate(pool, 'app')

    expect(before).toContainEqual(expect.objectContaining({ number: 1, name: 'app' }))
    expect(await pool`select * from _migrations`).toEqual(before)
  })

  it('applies each migration once when two processes start at the same time', async () => {
    const other = connect(withDatabase(server.url, 'app'), { max: 1 })

    await Promise.all([migrate(pool, 'app'), migrate(other, 'app')])

    await other.end()
    expect(await pool`select count(*)::int from _metadata`).toEqual([{ count: 1 }])
  })

  it('leaves nothing behind when a migration fails', async () => {
    await pool`create table _relations (taken boolean)`

    await expect(migrate(pool, 'app')).rejects.toThrow(
      'Migration 1 (app) failed: relation "_relations" already exists',
    )

    expect(await listTables()).toEqual(['_relations'])
  })

  it('refuses a database of a newer Metaloom', async () => {
    await migrate(pool, 'app')
    await pool`insert into _migrations (number, name) values (999, 'from-tomorrow')`

    await expect(migrate(pool, 'app')).rejects.toThrow(
      /^This database was last used by a newer Metaloom: it has migration 999 \(from-tomorrow\), this version knows them up to \d+;/,
    )
  })

  it('goes on with a database that a newer Metaloom only expanded', async () => {
    await migrate(pool, 'app')
    await pool`insert into _migrations (number, name, expands) values (998, 'wider', true)`

    await migrate(pool, 'app')

    await pool`insert into _migrations (number, name) values (999, 'narrower')`
    await expect(migrate(pool, 'app')).rejects.toThrow('it has migration 999 (narrower)')
  })

  it('notes of each step whether it only expands, also in a database from before that was noted', async () => {
    await migrate(pool, 'app')
    await pool`alter table _migrations drop column expands`
    await pool`drop index _deliveries_dead, _workflow_instances_state`
    await pool`delete from _migrations where number = 12`

    await migrate(pool, 'app')

    expect(await pool`select expands from _migrations where number in (11, 12) order by number`).toEqual([
      { expands: false },
      { expands: true },
    ])
  })

  it('waits for a table in use without making others wait behind it', async () => {
    await migrate(pool, 'app')
    await pool`drop index _deliveries_dead, _workflow_instances_state`
    await pool`delete from _migrations where number = 12`
    const other = connect(withDatabase(server.url, 'app'), { max: 2 })
    let isMigrated = false
    let migrating: Promise<void> | undefined

    await other.begin(async (holder) => {
      await holder`insert into _deliveries (id, event, endpoint, entity, record_id, action, body)
        values (gen_random_uuid(), 1, 'e', 'x', '1', 'create', '{}')`
      migrating = migrate(pool, 'app').then(() => {
        isMigrated = true
      })
      for (let times = 0; times < 5; times++) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        await other`update _deliveries set attempts = 1`
      }
      expect(isMigrated).toBe(false)
    })
    await migrating
    await other.end()

    expect(await pool`select count(*)::int from _migrations where number = 12`).toEqual([{ count: 1 }])
  })
})

async function listTables(): Promise<readonly string[]> {
  const rows = await pool<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public' order by name`
  return rows.map(({ name }) => name)
}
