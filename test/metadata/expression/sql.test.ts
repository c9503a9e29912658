// Conditions of permissions are the same in memory and in PostgreSQL, for every row.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type Pool, type Row, run } from '../../../src/database/connect.ts'
import { ExpressionError } from '../../../src/metadata/expression/error.ts'
import { compileExpression } from '../../../src/metadata/expression/expression.ts'
import { compileToSql } from '../../../src/metadata/expression/to-sql.ts'
import { isTrue } from '../../../src/metadata/expression/values.ts'
import { bind, sqlType, type Values } from '../../../src/pipeline/statement.ts'
import { createDatabase, type TestDatabase } from '../../support/database.ts'
import { createRandom, writeCondition } from './random.ts'
import { environment, fields, scope } from './scope.ts'

const count = process.env.METALOOM_TEST_SIZE === 'long' ? 5_000 : 600

let database: TestDatabase
let pool: Pool
let rows: readonly Row[]

beforeAll(async () => {
  database = await createDatabase()
  pool = connect(database.url, { max: 2 })
  const columns = fields.map((field) => `"${field.name}" ${sqlType(field.type)}`)
  await pool.unsafe(
    `create table samples (place integer generated always as identity, ${columns.join(', ')})`,
  )
  await pool.unsafe(`insert into samples (title, other, owner, count, big, total, rate, paid, due, sent, opens, extra) values
    ('a', 'b', 'a0000000-0000-4000-8000-000000000001', 7, 9007199254740993, 12.50, 0.5, true, '2026-03-01', '2026-02-28T23:30:00Z', '08:30', '{"a":1}'),
    ('\u{1F600}', '\uFFFD', null, 0, -1, 0.1, 1e10, false, '2026-02-28', '2026-03-01T00:00:00Z', null, null),
    ('Äb', '', 'a0000000-0000-4000-8000-000000000002', -1, 0, 1000000, -2, null, null, null, '23:59:59.5', '[]'),
    ('north', 'North', null, 1, 2, -0.10, 0, true, '2026-03-02', '2026-03-02T10:00:00Z', '00:00', 'null'),
    (null, null, null, null, null, null, null, null, null, null, null, null)`)
  rows = await run(pool, { text: 'select * from samples order by place', values: [] })
})
afterAll(async () => {
  await pool?.end()
  await database?.drop()
})

const types = new Map(fields.map((field) => [field.name, sqlType(field.type)]))

async function askPostgres(text: string): Promise<readonly boolean[]> {
  const compiled = compileToSql(text, scope)
  if ('problem' in compiled) throw new Error(`${text}: ${compiled.problem}`)
  const values: Values = []
  const sql = compiled.sql.write({
    column: (path) => ({ sql: `s."${path.at(-1)}"`, pgType: types.get(path.at(-1) ?? '') ?? 'text' }),
    bind: (value, type) => bind(values, value, type),
    environment,
  })
  const found = await run(pool, {
    text: `select (${sql}) is true as holds from samples s order by place`,
    values,
  })
  return found.map((row) => row.holds === true)
}

function askMemory(text: string): readonly boolean[] {
  const compiled = compileExpression(text, scope)
  if ('problem' in compiled) throw new Error(`${text}: ${compiled.problem}`)
  return rows.map((record) => {
    try {
      return isTrue(compiled.expression.evaluate({ ...environment, record }))
    } catch (error) {
      if (error instanceof ExpressionError) return false
      throw error
    }
  })
}

describe('memory and PostgreSQL', () => {
  it.each([
    'record.owner == user.id',
    'record.owner != user.id',
    'record.owner in [user.id, nil]',
    'record.count in [1, 7, nil]',
    'record.count == 7.0',
    'record.big == 9007199254740993',
    'record.title == user.attributes.level',
    'record.title != user.attributes.level',
    'record.rate == 0.5',
    'record.rate < record.total',
    'record.due == record.sent',
    "record.sent > '2026-03-01'",
    "record.opens >= '08:30'",
    'add_days(record.due, 1) > record.sent',
    'days_between(record.sent, record.due) == 1',
    'record.paid == nil || !record.paid',
    'record.extra == nil',
    "lower(record.other) == 'north'",
    "record.title + record.other == 'ab'",
    'date(record.sent) < now',
  ])('agree on %s', async (text) => {
    expect(await askPostgres(text)).toEqual(askMemory(text))
  })

  it(`agree on random conditions (${count})`, { timeout: 300_000 }, async () => {
    const random = createRandom(123)
    for (let index = 0; index < count; index++) {
      const text = writeCondition(random, 1 + random(4))
      expect({ text, holds: await askPostgres(text) }).toEqual({ text, holds: askMemory(text) })
    }
  })

  it.each([
    ["matches(record.title, 'a')", 'cannot call matches with fields of the record'],
    ['record.total / 2 > 1', 'cannot use "/" with fields of the record'],
    ['record.rate * 2 > 1', 'cannot use "*" with fields of the record'],
    ['coalesce(record.total, user.attributes.level) > 1', 'can only compare values that may be of any kind'],
    ['add_days(record.due, record.count) > now', 'can add a whole number of days that is written out'],
    ['date(record.title) > now', 'cannot read dates out of texts'],
    ['record.extra.a == 1', 'in a permission'],
    ['record.total', 'must be true or false, but it is a number'],
  ])('%s is for memory only', (text, problem) => {
    const compiled = compileToSql(text, scope)
    expect('problem' in compiled && compiled.problem).toContain(problem)
  })
})
