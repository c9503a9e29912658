// The SQL of conditions: plain columns beside bound values, so that indexes serve, and values never in the text.
import { expect, test } from 'vitest'
import { compileToSql } from '../../../src/metadata/expression/to-sql.ts'
import { bind, type Values } from '../../../src/pipeline/statement.ts'
import { environment, scope } from './language.ts'

const pgTypes: Readonly<Record<string, string>> = {
  owner_id: 'uuid',
  total: 'numeric',
  count: 'integer',
  big: 'bigint',
  score: 'double precision',
  paid: 'boolean',
  sent_at: 'timestamptz',
  due_on: 'date',
  opens_at: 'time',
  extra: 'jsonb',
}

function write(text: string, names = environment): readonly [sql: string, ...values: unknown[]] {
  const compiled = compileToSql(text, scope)
  if ('problem' in compiled) throw new Error(compiled.problem)
  const values: Values = []
  const sql = compiled.sql.write({
    column: ([name = '']) => ({ sql: `t.${name}`, pgType: pgTypes[name] ?? 'text' }),
    bind: (value, type) => bind(values, value, type),
    environment: names,
  })
  return [sql, ...values]
}

const id = '6f9619ff-8b86-4d11-b42d-00c04fc964ff'
const day = '2026-02-10T00:00:00.000Z'

const rows: readonly (readonly [text: string, sql: string, ...values: unknown[]])[] = [
  ['record.owner_id == user.id', '(t.owner_id = $1::uuid)', id],
  ['user.id == record.owner_id', '(t.owner_id = $1::uuid)', id],
  ['record.owner_id != user.id', '(t.owner_id is distinct from $1::uuid)', id],
  ['record.owner_id == "x"', 'false'],
  ['record.owner_id != "x"', 'true'],
  ['record.owner_id > "x"', '(t.owner_id::text > $1::text collate "C")', 'x'],
  ['record.owner_id in [user.id, "x"]', '(t.owner_id = any($1::uuid[]))', [id]],
  ['record.number == "a"', '(t.number = $1::text)', 'a'],
  ['record.number < "a"', '(t.number < $1::text collate "C")', 'a'],
  ['record.number in user.roles', '(t.number = any($1::text[]))', ['clerk', 'boss']],
  ['contains(user.roles, record.number)', '(t.number = any($1::text[]))', ['clerk', 'boss']],
  ['record.number == user.attributes.limit', 'false'],
  ['record.count == 3', '(t.count = $1::integer)', '3'],
  ['record.count == 3.5', '(t.count::numeric = $1::numeric)', '3.5'],
  ['record.count < 3000000000', '(t.count::numeric < $1::numeric)', '3000000000'],
  ['record.big == 3000000000', '(t.big = $1::bigint)', '3000000000'],
  ['record.total == 3', '(t.total = $1::numeric)', '3'],
  ['record.score < 0.5', '(t.score < $1::double precision)', '0.5'],
  [
    'record.score < 0.10000000000000000001',
    '(t.score::text::numeric < $1::numeric)',
    '0.10000000000000000001',
  ],
  [
    'record.count in [1, 2.5, nil]',
    '(t.count = any($1::integer[]) or t.count::numeric = any($2::numeric[]))',
    ['1'],
    ['2.5'],
  ],
  ['record.paid', 't.paid'],
  ['!record.paid', '((t.paid) is not true)'],
  ['record.paid == true', '(t.paid = $1::boolean)', true],
  ['record.due_on == "2026-02-10"', '(t.due_on = $1::date)', '2026-02-10'],
  ['record.sent_at < "2026-02-10"', '(t.sent_at < $1::timestamptz)', day],
  [
    'record.due_on < now',
    "((t.due_on::timestamp at time zone 'UTC') < $1::timestamptz)",
    '2026-02-03T10:00:00.000Z',
  ],
  ['record.due_on < user.attributes.limit', 'false'],
  ['record.opens_at < user.attributes.shift', '(t.opens_at < $1::time)', '08:00:00'],
  ['record.missing == nil', '(t.missing is null)'],
  ['record.missing != old.number', '(t.missing is not null)'],
  ['record.extra == nil', "(nullif(t.extra, 'null') is null)"],
  ['record.total > record.count', '(t.total > t.count::numeric)'],
  ['record.number == record.note', '(t.number is not distinct from t.note)'],
  ['record.paid && 1 > 2', '(t.paid and false)'],
  ['record.number == "\'; drop table invoices; --"', '(t.number = $1::text)', "'; drop table invoices; --"],
  // What no row decides is worked out first; if that cannot be done, nobody is let in.
  ['record.paid || 1 / 0 > 1', 'false'],
  ['!(record.paid && upper(user.attributes.limit) == "A")', 'false'],
  [
    'record.count in [record.big, 7, "x" == "x" ? 1 : 2, nil]',
    '(t.count::numeric = any(array[t.big::numeric, $1::numeric, $2::numeric]::numeric[]))',
    '7',
    '1',
  ],
  ['3 in [record.count, 3]', '((t.count = $1::integer) or true)', '3'],
  ['true', 'true'],
]

for (const [text, ...expected] of rows)
  test(text, () => {
    expect(write(text)).toEqual(expected)
  })

test('what no row decides denies in memory too when it cannot be worked out', () => {
  const compiled = compileToSql('record.paid || 1 / 0 > 1', scope)
  expect('sql' in compiled && compiled.sql.holds(environment)).toBe(false)
})

test.each([
  ['deep choices', `${'(record.paid ? record.count : '.repeat(24)}1${')'.repeat(24)} > 1`],
  ['deep days', `${'add_days('.repeat(20)}record.due_on${', record.count)'.repeat(20)} > now`],
  [
    'deep lists',
    `${'('.repeat(24)}record.count${' in [record.big, record.count, 1] ? record.count : 2)'.repeat(24)} > 1`,
  ],
  ['long chains', Array.from({ length: 180 }, () => 'record.paid').join(' && ')],
])('%s make SQL that grows with the text only', (_, text) => {
  expect(write(text)[0].length).toBeLessThan(20_000)
})
