// Conditions of permissions have two back ends, memory and PostgreSQL: for random ones, they agree on every row.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect, type Pool, run } from '../../../src/database/connect.ts'
import { ExpressionError } from '../../../src/metadata/expression/error.ts'
import { compileExpression } from '../../../src/metadata/expression/expression.ts'
import type { SqlColumn, SqlTarget } from '../../../src/metadata/expression/sql-value.ts'
import { compileToSql } from '../../../src/metadata/expression/to-sql.ts'
import { recordType, type Scope, type Type } from '../../../src/metadata/expression/type.ts'
import { isTrue } from '../../../src/metadata/expression/values.ts'
import type { FieldType } from '../../../src/metadata/value.ts'
import { bind, sqlType, type Values } from '../../../src/pipeline/statement.ts'
import { createDatabase, type TestDatabase } from '../../support/database.ts'
import { type Dice, makeDice } from './dice.ts'
import { makeExpression, type Vocabulary } from './generator.ts'
import { makeField } from './language.ts'

const count = process.env.METALOOM_TEST_SIZE === 'long' ? 5_000 : 300
const rowCount = 60

const columns: Readonly<Record<string, FieldType>> = {
  id: 'uuid',
  boss_id: 'uuid',
  name: 'string',
  note: 'text',
  small: 'int',
  big: 'bigint',
  amount: 'decimal',
  price: 'decimal',
  score: 'float',
  rate: 'float',
  active: 'boolean',
  paid: 'boolean',
  sent_at: 'timestamp',
  seen_at: 'timestamp',
  due_on: 'date',
  born_on: 'date',
  opens_at: 'time',
  closes_at: 'time',
  extra: 'json',
}
const ids = Array.from(
  { length: rowCount },
  (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
)
const long = '123456789'.repeat(100)

/** Values of each type, the odd ones first of all. */
const samples: Readonly<Record<FieldType, readonly unknown[]>> = {
  uuid: ids.slice(0, 5),
  string: [
    '',
    'a',
    'A',
    'b',
    'north',
    'ä',
    'Ä',
    'ß',
    '😀',
    '\uffff',
    '%',
    "'",
    '\\',
    '2026-01-31',
    '7',
    'a😀b',
    ids[0],
    ' a',
  ],
  text: ['a', 'ab', 'AB', 'a b', 'nörth', 'x'.repeat(3_000), '\n', '"', '€', 'z', 'north'],
  int: [0, 1, -1, 2, 7, 100, 2_147_483_647, -2_147_483_648],
  bigint: ['0', '1', '-1', '7', '9007199254740993', '9223372036854775807', '-9223372036854775808'],
  decimal: ['0', '1', '1.0', '-1.50', '0.1', '0.10', '7', '99999999999999.99', '0.01'],
  float: [
    0, -0, 1, 0.1, 0.2, 0.3, -1.5, 7, 1e308, -1.7976931348623157e308, 5e-324, 1e-10, 1e21, 123456789.125,
  ],
  boolean: [true, false],
  timestamp: [
    '2026-01-31T00:00:00.000Z',
    '2026-01-31T23:59:59.999Z',
    '2026-02-01T00:00:00.000Z',
    '0001-01-01T00:00:00.000Z',
    '9999-12-31T23:59:59.999Z',
    '1969-12-31T23:59:59.500Z',
    '2024-02-29T12:00:00.010Z',
  ],
  date: ['2026-01-31', '2026-02-01', '0001-01-01', '9999-12-31', '2024-02-29', '1970-01-01'],
  time: ['00:00:00', '09:30', '09:30:00', '09:30:00.5', '09:30:00.250000', '23:59:59.999999'],
  json: [null, 1, 'a', [1], { a: null }, false],
  file: [],
}
const odd: Readonly<Record<string, readonly unknown[]>> = {
  amount: [long, `0.${long}`, `-${long}.5`, '1e2'.replace('1e2', '100')],
}

const person = recordType(
  'person',
  Object.entries(columns).map(([name, type]) => makeField({ name, type })),
)
const fields = new Map(person.kind === 'record' ? person.fields : [])
const record: Type = { kind: 'record', name: 'person', fields }
fields.set('boss', record)
const user: Type = {
  kind: 'record',
  name: 'user',
  fields: new Map<string, Type>([
    ['id', { kind: 'string' }],
    ['email', { kind: 'string' }],
    ['roles', { kind: 'list', of: { kind: 'string' } }],
    ['attributes', { kind: 'any' }],
  ]),
}
const scope: Scope = new Map<string, Type>([
  ['record', record],
  ['user', user],
  ['now', { kind: 'timestamp' }],
])

const hops = ['record', 'record', 'record.boss', 'record.boss.boss']
const attributes = ['level', 'region', 'since', 'shift', 'tags', 'nothing']

function listFields(...types: FieldType[]): readonly string[] {
  const names = Object.keys(columns).filter((name) => types.includes(columns[name] ?? 'file'))
  return hops.flatMap((hop) => names.map((name) => `${hop}.${name}`))
}

function quote(values: readonly unknown[]): readonly string[] {
  return values.map((value) => JSON.stringify(value))
}

const open = attributes.map((name) => `user.attributes.${name}`)
const words: Vocabulary = {
  isWhole: false,
  boolean: [...listFields('boolean'), 'true', 'false', ...open.slice(0, 1)],
  number: [
    ...listFields('int', 'bigint', 'decimal', 'float'),
    ...[
      '0',
      '1',
      '-1',
      '7',
      '0.1',
      '0.10',
      '1.5',
      '2147483648',
      '9223372036854775808',
      '1000000',
      '30',
      '-400000',
    ],
    ...['number(user.attributes.level)', 'len(user.roles)', '10 / 4', '1 / number(user.attributes.level)'],
    '0.1000000000000000055511151231257827',
  ],
  text: [
    ...listFields('string', 'text', 'uuid'),
    ...quote([
      '',
      'a',
      'A',
      'ä',
      '😀',
      '\uffff',
      'north',
      'b',
      '%',
      ids[1],
      String(ids[2]).toUpperCase(),
      'zzz',
    ]),
    ...['user.id', 'user.email', 'user.roles[0]', 'upper(user.email)', 'string(user.attributes.region)'],
  ],
  day: [
    ...listFields('timestamp', 'date'),
    ...['now', 'today', 'now()', 'add_days(today, -3)', 'date(user.attributes.since)', 'date("2026-01-31")'],
  ],
  time: listFields('time'),
  list: ['user.roles', '["a", "north"]', '[]', 'map(user.roles, "upper(it)")', 'user.roles'],
  open: [...open, 'nil'],
}

let database: TestDatabase
let pool: Pool
let rows: readonly Readonly<Record<string, unknown>>[] = []

beforeAll(async () => {
  database = await createDatabase()
  pool = connect(database.url, { max: 2 })
  const definitions = Object.entries(columns).map(([name, type]) => `${name} ${sqlType(type)}`)
  await pool.unsafe(`create table people (${definitions.join(', ')})`)
  for (let index = 0; index < rowCount; index++) await insert(makeRow(makeDice(index), index))
  const found = await run(pool, { text: 'select * from people order by id', values: [] })
  rows = nest(found)
})

afterAll(async () => {
  await pool.end()
  await database.drop()
})

/** The first row has nothing but a key; the others have nulls here and there. */
function makeRow(dice: Dice, index: number): Readonly<Record<string, unknown>> {
  const values = Object.entries(columns).map(([name, type]) => {
    const isNull = index === 0 || dice.isLucky(0.2)
    const rare = odd[name] ?? []
    return [name, isNull ? null : dice.pick([...samples[type], ...(dice.isLucky(0.2) ? rare : [])])]
  })
  return { ...Object.fromEntries(values), id: ids[index] }
}

async function insert(row: Readonly<Record<string, unknown>>): Promise<void> {
  const values: Values = []
  const places = Object.entries(columns).map(([name, type]) =>
    type === 'json' && row[name] === null && row.id !== ids[0]
      ? "'null'::jsonb"
      : bind(values, row[name], sqlType(type)),
  )
  const names = Object.keys(columns).join(', ')
  await run(pool, { text: `insert into people (${names}) values (${places.join(', ')})`, values })
}

/** Each row with its boss in it, and that one's boss, as permissions see records behind relations to one. */
function nest(found: readonly Readonly<Record<string, unknown>>[]) {
  const byId = new Map(found.map((row) => [row.id, row]))
  const withBoss = (
    row: Readonly<Record<string, unknown>>,
    depth: number,
  ): Readonly<Record<string, unknown>> => {
    const boss = byId.get(row.boss_id)
    return { ...row, boss: boss && depth > 0 ? withBoss(boss, depth - 1) : null }
  }
  return found.map((row) => withBoss(row, 3))
}

function columnOf(path: readonly string[], alias = 't'): SqlColumn {
  const [name = '', ...rest] = path
  if (rest.length === 0) return { sql: `${alias}."${name}"`, pgType: sqlType(columns[name] ?? 'file') }
  const inner = columnOf(rest, `${alias}b`)
  return {
    sql: `(select ${inner.sql} from people ${alias}b where ${alias}b.id = ${alias}.boss_id)`,
    pgType: inner.pgType,
  }
}

const garbage = [
  undefined,
  null,
  0,
  7,
  1.5,
  -1,
  true,
  'a',
  'north',
  '',
  {},
  { a: 1 },
  [],
  [1, 'a', null, [2]],
  1e300,
]

function makeUser(dice: Dice): Readonly<Record<string, unknown>> {
  const usual: Readonly<Record<string, readonly unknown[]>> = {
    level: [1, 7, 0, '7', true],
    region: ['north', 'a', 'A'],
    since: [
      '2026-01-31',
      '2026-01-31T12:00:00Z',
      '2026-01-31T12:00:00+14:00',
      '2026-02-30',
      '0001-01-01',
      'x',
    ],
    shift: ['09:30', '09:30:00.500', '25:00'],
    tags: [
      ['a', 'north'],
      [1, 7, 0.1, '2026-01-31'],
      ids,
      ['2026-01-31', '2026-02-01T00:00:00.000Z', '09:30'],
    ],
  }
  const own = attributes.map((name) => [
    name,
    dice.pick(dice.isLucky(0.75) ? (usual[name] ?? [null]) : garbage),
  ])
  return {
    id: dice.pick([null, ...ids.slice(0, 4)]),
    email: dice.pick([null, 'a', 'north']),
    roles: dice.pick([[], ['a'], ['b', 'north', 'A']]),
    attributes: dice.isLucky(0.1) ? null : Object.fromEntries(own),
  }
}

type Case = Readonly<{ text: string; environment: Readonly<Record<string, unknown>> }>

function makeCase(seed: number): Case {
  const dice = makeDice(seed)
  const text = makeExpression('boolean', dice, words, 1 + dice.roll(4))
  const now = dice.pick(['2026-02-01T00:00:00.000Z', '2026-01-31T23:59:59.999Z', '2026-07-01T10:30:00.250Z'])
  return { text, environment: { user: makeUser(dice), now } }
}

/** Whether each row meets the condition, by PostgreSQL; and what it was asked. */
async function askPostgres(write: (target: SqlTarget) => string, environment: Case['environment']) {
  const values: Values = []
  const target: SqlTarget = {
    column: columnOf,
    bind: (value, type) => bind(values, value, type),
    environment,
  }
  const sql = write(target)
  const text = `select (${sql}) is true as holds, ((${sql}) is not true) as fails from people t order by t.id`
  try {
    const found = await pool.unsafe(text, values as never[])
    for (const { holds, fails } of found) expect(holds).toBe(!fails)
    return { sql, values, answers: found.map(({ holds }) => holds === true) }
  } catch (cause) {
    throw new Error(`${sql} with ${JSON.stringify(values)}`, { cause })
  }
}

function evaluate(text: string, environment: Case['environment']): boolean | 'error' {
  const compiled = compileExpression(text, scope)
  if ('problem' in compiled) throw new Error(compiled.problem)
  try {
    return isTrue(compiled.expression.evaluate(environment))
  } catch (error) {
    if (error instanceof ExpressionError) return 'error'
    throw error
  }
}

/** How many rows a condition holds for; undefined when permissions cannot say it. */
async function compareBackEnds({ text, environment }: Case): Promise<number | undefined> {
  const compiled = compileToSql(text, scope)
  if ('problem' in compiled) return undefined
  const { write, holds } = compiled.sql
  const { sql, values, answers } = await askPostgres(write, environment)
  const inMemory = rows.map((row) => holds({ ...environment, record: row }))
  const differing = rows.filter((_, index) => answers[index] !== inMemory[index])
  if (differing.length > 0)
    throw new Error(
      `SQL says ${answers[rows.indexOf(differing[0] ?? {})]}: ${sql} with ${JSON.stringify(values)} for ${JSON.stringify(differing[0])}`,
    )
  if (sql !== 'false') expectSameAlone(text, environment, inMemory)
  return answers.filter(Boolean).length
}

/** What can be worked out is the same when the expression is asked by itself. */
function expectSameAlone(text: string, environment: Case['environment'], answers: readonly boolean[]): void {
  const alone = rows.map((row) => evaluate(text, { ...environment, record: row }))
  expect(alone).toEqual(answers)
}

test(`${count} random conditions hold for the same rows in both`, async () => {
  const tally = { refused: 0, all: 0, none: 0, some: 0 }
  for (let seed = 0; seed < count; seed++) {
    const each = makeCase(seed)
    try {
      const held = await compareBackEnds(each)
      if (held === undefined) tally.refused++
      else if (held === 0) tally.none++
      else tally[held === rowCount ? 'all' : 'some']++
    } catch (cause) {
      throw new Error(`Seed ${seed}: ${each.text} for ${JSON.stringify(each.environment)}`, { cause })
    }
  }
  expect(tally.some).toBeGreaterThan(count / 4)
  expect(tally.refused).toBeLessThan(count / 4)
})
