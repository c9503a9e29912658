// When a server asks to be left out: while it stops, without its database, and with definitions that are too old.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect, type Pool } from '../../src/database/connect.ts'
import { createReadiness } from '../../src/server/readiness.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await createDatabase()
  pool = connect(database.url, { max: 1 })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})
const upToDate = { listLate: () => [] }

test('nothing is wrong with a server whose database answers and whose definitions are new', async () => {
  expect(await createReadiness(pool, upToDate).findProblem()).toBeUndefined()
})

test('a database that does not answer is told', async () => {
  const away = connect('postgres://nobody@127.0.0.1:1/none', { max: 1 })
  expect(await createReadiness(away, upToDate).findProblem()).toBe('the database does not answer')
  await away.end({ timeout: 0 })
})

test('so is one that takes no time for us, and it is asked once however many want to know', async () => {
  const readiness = createReadiness(pool, upToDate)
  const problems = await pool.begin(() => Promise.all([1, 2, 3].map(() => readiness.findProblem())))
  expect(problems).toEqual(Array(3).fill('the database does not answer'))
  expect(await readiness.findProblem()).toBeUndefined()
})

test('definitions that could not be read for half a minute are told with their apps', async () => {
  const asked: number[] = []
  const listLate = (milliseconds: number) => {
    asked.push(milliseconds)
    return ['shop', '_platform']
  }
  expect(await createReadiness(pool, { listLate }).findProblem()).toBe(
    'the metadata of shop, _platform could not be read for 30 s',
  )
  expect(asked).toEqual([30_000])
})

test('a server that stops says so whatever else there is', async () => {
  const readiness = createReadiness(pool, upToDate)
  readiness.startDraining()
  expect(await readiness.findProblem()).toBe('the server is stopping')
  expect(readiness.isDraining()).toBe(true)
})
