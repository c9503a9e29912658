// The scalars: what each takes as a variable and as a literal, what it refuses, and that no digit or key gets lost.
import {
  GraphQLError,
  GraphQLObjectType,
  type GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  graphql,
  parseValue,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { scalars } from '../../../src/api/fixed/scalars.ts'

const { JSON: Json, DateTime, BigInt: Big, Decimal, Date: Day, Time } = scalars

/** Reads a literal as the schema would, with these variables. */
function readLiteral(
  scalar: GraphQLScalarType,
  literal: string,
  variables?: Record<string, unknown>,
): unknown {
  return scalar.parseLiteral(parseValue(literal), variables)
}

function nest(depth: number): unknown {
  return depth === 0 ? 1 : [nest(depth - 1)]
}

describe('a good value is read into PostgreSQL’s text', () => {
  it.each([
    [DateTime, '"2026-01-31T13:00:00+01:00"', '2026-01-31T12:00:00.000Z'],
    [DateTime, '"2026-01-31T12:00:00.123456Z"', '2026-01-31T12:00:00.123Z'],
    [Big, '9223372036854775807', '9223372036854775807'],
    [Big, '"-9223372036854775808"', '-9223372036854775808'],
    [Big, '9007199254740993', '9007199254740993'],
    [Decimal, '0.1000000000000000055511151231257827', '0.1000000000000000055511151231257827'],
    [Decimal, '12345678901234567890123', '12345678901234567890123'],
    [Decimal, '"-12.50"', '-12.50'],
    [Day, '"2024-02-29"', '2024-02-29'],
    [Time, '"13:30"', '13:30'],
    [Json, '{a: [1, -2.5, true, null, "x", X]}', { a: [1, -2.5, true, null, 'x', 'X'] }],
    [Json, '[]', []],
  ])('%s %s', (scalar, literal, value) => {
    expect(readLiteral(scalar, literal)).toEqual(value)
  })

  it.each([
    [Big, 42, '42'],
    [Big, '+42', '42'],
    [Decimal, 1.5, '1.5'],
    [Decimal, '007', '7'],
    [Json, { a: [null] }, { a: [null] }],
  ])('%s as a variable %j', (scalar, input, value) => {
    expect(scalar.parseValue(input)).toEqual(value)
  })
})

describe('a bad variable is BAD_USER_INPUT and says what would be right', () => {
  const moment = 'DateTime must be a moment by RFC 3339, such as 2026-01-31T12:00:00.000Z, found'
  const whole =
    'BigInt must be a whole number from -9223372036854775808 to 9223372036854775807, as text, found'
  const decimal = 'Decimal must be a decimal number as text, such as "12.50", found'
  it.each([
    [DateTime, '2026-01-31', `${moment} "2026-01-31"`],
    [DateTime, '2026-01-31T12:00:00', `${moment} "2026-01-31T12:00:00"`],
    [DateTime, '2026-02-30T12:00:00Z', `${moment} "2026-02-30T12:00:00Z"`],
    [DateTime, '2026-01-31T24:00:00Z', `${moment} "2026-01-31T24:00:00Z"`],
    [DateTime, '0001-01-01T00:00:00+14:00', `${moment} "0001-01-01T00:00:00+14:00"`],
    [DateTime, 1769860800000, `${moment} 1769860800000`],
    [DateTime, null, `${moment} null`],
    [Big, '9223372036854775808', `${whole} "9223372036854775808"`],
    [Big, 2 ** 53, `${whole} 9007199254740992`],
    [Big, '1.0', `${whole} "1.0"`],
    [Big, '', `${whole} ""`],
    [Big, true, `${whole} true`],
    [Big, '0x10', `${whole} "0x10"`],
    [Decimal, 'NaN', `${decimal} "NaN"`],
    [Decimal, Number.POSITIVE_INFINITY, `${decimal} null`],
    [Decimal, '1e3', `${decimal} "1e3"`],
    [Decimal, '1,5', `${decimal} "1,5"`],
    [Decimal, '.5', `${decimal} ".5"`],
    [Decimal, '9'.repeat(1001), `${decimal} "${'9'.repeat(56)}...`],
    [Day, '2026-02-29', 'Date must be a date such as 2026-01-31, found "2026-02-29"'],
    [Day, '0000-01-01', 'Date must be a date such as 2026-01-31, found "0000-01-01"'],
    [Day, '2026-1-1', 'Date must be a date such as 2026-01-31, found "2026-1-1"'],
    [Time, '24:00:00', 'Time must be a time of day such as 13:30:00, found "24:00:00"'],
    [Time, '13:30:00Z', 'Time must be a time of day such as 13:30:00, found "13:30:00Z"'],
    [Json, 'a\0b', 'JSON must be a JSON value whose texts have no NUL and no half surrogate pairs'],
    [Json, { a: '\ud800' }, 'JSON must be a JSON value whose texts have no NUL and no half surrogate pairs'],
    [Json, { 'a\0': 1 }, 'JSON must be a JSON value whose texts have no NUL and no half surrogate pairs'],
    [Json, [Number.NaN], 'JSON must be a JSON value with finite numbers'],
    [Json, nest(101), 'JSON must be a JSON value at most 100 levels deep'],
  ])('%s %j', (scalar, input, message) => {
    expect(() => scalar.parseValue(input)).toThrow(
      expect.objectContaining({ message, extensions: { code: 'BAD_USER_INPUT' } }),
    )
    expect(() => scalar.parseValue(input)).toThrow(GraphQLError)
  })
})

describe('a bad literal is BAD_USER_INPUT', () => {
  it.each([
    [DateTime, '20260131', 'found 20260131'],
    [DateTime, 'TODAY', 'found "TODAY"'],
    [Big, '1.5', 'found 1.5'],
    [Big, 'true', 'found true'],
    [Big, '[1]', 'found [1]'],
    [Decimal, '1e3', 'found "1e3"'],
    [Decimal, '{a: 1}', 'found {"a":1}'],
    [Day, '{}', 'found {}'],
    [Time, '1330', 'found 1330'],
    [Json, '1e999', 'with finite numbers'],
    [Json, '["a\\u0000"]', 'no NUL'],
  ])('%s %s', (scalar, literal, message) => {
    expect(() => readLiteral(scalar, literal)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(message),
        extensions: { code: 'BAD_USER_INPUT' },
      }),
    )
  })
})

describe('JSON literals', () => {
  it('keep a key named __proto__ as data and change no prototype', () => {
    const value = readLiteral(Json, '{__proto__: {isAdmin: true}, constructor: 1}')
    expect(JSON.stringify(value)).toBe('{"__proto__":{"isAdmin":true},"constructor":1}')
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect((value as Record<string, unknown>).isAdmin).toBeUndefined()
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined()
  })

  it('take the values of variables inside', () => {
    expect(readLiteral(Json, '{a: [$x, $gone], b: $gone}', { x: { deep: 1 } })).toEqual({
      a: [{ deep: 1 }, null],
    })
  })

  it('find no variable that nobody sent, whatever every object inherits', () => {
    expect(readLiteral(Json, '{a: $constructor, b: $__proto__}', {})).toEqual({})
  })

  it('are valid before the variables are known', () => {
    expect(readLiteral(Json, '{a: $x}')).toEqual({})
  })
})

describe('outputs', () => {
  it.each(Object.values(scalars))('%s passes the text of PostgreSQL on', (scalar) => {
    expect(scalar.serialize('2026-01-31T12:00:00.000Z')).toBe('2026-01-31T12:00:00.000Z')
  })
})

describe('in a schema', () => {
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType({
      name: 'Query',
      fields: {
        show: {
          type: GraphQLString,
          args: { json: { type: Json }, big: { type: Big } },
          resolve: (_, args) => JSON.stringify(args),
        },
      },
    }),
  })

  it('variables inside a JSON literal reach the resolver', async () => {
    const source = 'query ($x: BigInt!) { show(json: { at: [$x] }) }'
    const result = await graphql({ schema, source, variableValues: { x: '7' } })
    expect(result.data?.show).toBe('{"json":{"at":["7"]}}')
  })

  it.each([
    ['query { show(big: "x") }', {}],
    ['query ($x: BigInt) { show(big: $x) }', { x: 'x' }],
  ])('%s carries the code to the client', async (source, variableValues) => {
    const result = await graphql({ schema, source, variableValues })
    expect(result.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  })
})
