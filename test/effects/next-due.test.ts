// When an app has to be opened again, as its tables say.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect, type Pool } from '../../src/database/connect.ts'
import { findNextDue } from '../../src/effects/next-due.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await createDatabase()
  pool = connect(database.url, { max: 1 })
})
afterAll(async () => {
  await pool?.end()
  await database?.drop()
})

test('deliveries to a webhook that is switched off keep no app open', async () => {
  expect(await findNextDue(pool, [])).toBeUndefined()
  await pool`insert into _deliveries (id, event, endpoint, entity, record_id, action, body, due_at)
    values (gen_random_uuid(), 1, 'off', 'pen', '1', 'create', '{}', '2020-01-01T00:00:00Z')`
  expect(await findNextDue(pool, ['off'])).toBeUndefined()
  expect(await findNextDue(pool, [])).toEqual(new Date('2020-01-01T00:00:00Z'))
})
