// Results as values of fields: what can never fit is told beforehand, the rest when it is there.
import { expect, test } from 'vitest'
import { fitsField, toFieldValue } from '../../../src/metadata/expression/field-value.ts'
import { compile, environment, makeField } from './language.ts'

function fieldOf(type: string, precision?: number) {
  return makeField({ name: 'sum', type, ...(precision === undefined ? {} : { precision }) })
}

function store(text: string, type: string, precision?: number): unknown {
  return toFieldValue(compile(text).evaluate(environment), fieldOf(type, precision))
}

test.each([
  ['1', ['int', 'bigint', 'float', 'decimal', 'json']],
  ['"a"', ['string', 'text', 'uuid', 'time', 'json']],
  ['true', ['boolean', 'json']],
  ['today', ['timestamp', 'date', 'json']],
  ['now', ['timestamp', 'json']],
  ['date("2026-01-01")', ['timestamp', 'date', 'json']],
  ['record.opens_at', ['time', 'json']],
  ['[1]', ['json']],
  ['record', []],
])('%s fits %j', (text, types) => {
  const all = [
    'string',
    'text',
    'int',
    'bigint',
    'float',
    'decimal',
    'boolean',
    'uuid',
    'timestamp',
    'date',
    'time',
    'json',
    'file',
  ]
  const { type } = compile(text)
  expect(all.filter((each) => fitsField(type, fieldOf(each)) === undefined)).toEqual(types)
})

test.each(['nil', 'record.extra', 'record.extra.level'])('%s may fit any field', (text) => {
  expect(fitsField(compile(text).type, fieldOf('file'))).toBeUndefined()
})

test('what cannot fit is told', () => {
  expect(fitsField(compile('now').type, fieldOf('date'))).toBe(
    'makes a moment, which the field sum of type date cannot hold',
  )
})

test.each([
  ['nil', 'int', null],
  ['2.0', 'int', 2],
  ['record.big', 'bigint', '9007199254740993'],
  ['record.total', 'decimal', '19.9'],
  ['1 / 3', 'decimal', '0.33333333333333333333'],
  ['0.1 + 0.2', 'float', 0.3],
  ['true', 'boolean', true],
  ['user.id', 'uuid', '6f9619ff-8b86-4d11-b42d-00c04fc964ff'],
  ['upper(user.id)', 'uuid', '6f9619ff-8b86-4d11-b42d-00c04fc964ff'],
  ['today', 'date', '2026-02-03'],
  ['today', 'timestamp', '2026-02-03T00:00:00.000Z'],
  ['now', 'timestamp', '2026-02-03T10:00:00.000Z'],
  ['record.opens_at', 'time', '09:30:00'],
  ['"09:30"', 'time', '09:30'],
  ['[1, 1.5, "a", nil, [true]]', 'json', [1, 1.5, 'a', null, [true]]],
  ['[9007199254740993]', 'json', ['9007199254740993']],
  ['record.extra.tags', 'json', ['a', 'b']],
  ['1.5', 'json', 1.5],
])('%s becomes a value of type %s', (text, type, value) => {
  expect(store(text, type)).toEqual(value)
})

test.each([
  ['2 / 3', 2, '0.67'],
  ['1', 2, '1.00'],
  ['0.005', 2, '0.01'],
  ['-0.005', 2, '-0.01'],
  ['0.004', 2, '0.00'],
  ['-0.001', 2, '0.00'],
  ['2.5', 0, '3'],
])('%s is rounded to the precision of the field', (text, precision, value) => {
  expect(store(text, 'decimal', precision)).toBe(value)
})

test.each([
  ['1.5', 'int', 'sum must be a whole number from -2147483648 to 2147483647, found 1.5'],
  ['2147483648', 'int', 'sum must be a whole number from -2147483648 to 2147483647, found 2147483648'],
  [
    '0.5',
    'bigint',
    'sum must be a whole number from -9223372036854775808 to 9223372036854775807, as text, found "0.5"',
  ],
  ['1'.repeat(400), 'float', 'sum must be a finite number, found null'],
  ['1'.repeat(19), 'decimal', undefined],
  ['"x"', 'uuid', 'sum must be a UUID such as 6f9619ff-8b86-4d11-b42d-00c04fc964ff, found "x"'],
  ['record.extra.level', 'string', 'sum must be text, found 2'],
  ['record.extra.tags', 'int', 'sum must be a whole number from -2147483648 to 2147483647, found ["a","b"]'],
  [
    'date("2026-01-01T10:00:00Z")',
    'date',
    'sum must be a date such as 2026-01-31, found "2026-01-01T10:00:00.000Z"',
  ],
  [
    'record.extra.text',
    'timestamp',
    'sum must be a moment by RFC 3339, such as 2026-01-31T12:00:00.000Z, found "7"',
  ],
])('%s is refused for the type %s', (text, type, message) => {
  if (message === undefined) expect(store(text, type)).toBe(text)
  else expect(() => store(text, type)).toThrow(expect.objectContaining({ name: 'ExpressionError', message }))
})
