// The expression language: what texts come to, what is refused, and that nothing reaches beyond the values given.
import { describe, expect, it } from 'vitest'
import { ExpressionError } from '../../../src/metadata/expression/error.ts'
import { compileExpression } from '../../../src/metadata/expression/expression.ts'
import { fitsField, toFieldValue } from '../../../src/metadata/expression/field-value.ts'
import { environment, evaluate, problemOf, scope } from './scope.ts'

describe('an expression', () => {
  it.each<[string, unknown]>([
    ['1 + 2 * 3', 'd7'],
    ['(1 + 2) * 3', 'd9'],
    ['0.1 + 0.2', 'd0.3'],
    ['10 / 3', 'd3.33333333333333333333'],
    ['2 / 3', 'd0.66666666666666666667'],
    ['-7 % 3', 'd-1'],
    ['1 - -1', 'd2'],
    ['true ? 1 : 2', 'd1'],
    ['nil ? 1 : 2', 'd2'],
    ['true || false && false', true],
    ['not true or true', true],
    ['!(1 == 1)', false],
    ['1 == 1.0', true],
    ['nil == nil', true],
    ['nil < 1', false],
    ['!(nil < 1)', true],
    ["'b' > 'a'", true],
    ["'\u{1F600}' > '\uFFFD'", true],
    ["'a' + 'b'", 'ab'],
    ['2 in [1, 2]', true],
    ['nil in [nil]', false],
    ["record.title == 'Änne' && record.count >= 7", true],
    ['record.big + 1', 'd9007199254740994'],
    ['record.total * 2', 'd25'],
    ['record.rate < 1', true],
    ['record.paid and not record.paid', false],
    ["record.due > '2026-02-28'", true],
    ['record.due > record.sent', true],
    ['new Date(record.sent) < new Date(record.due)', true],
    ["record.opens == '08:30'", true],
    ['record.extra.size + 1', 'd4'],
    ['record.extra.tags[1]', 'b'],
    ['record.extra.tags[9]', null],
    ['record.extra.deep.x.y', null],
    ["record.extra.size == '3'", false],
    ['old.total', null],
    ['old == nil', true],
    ["user.attributes.region == 'north'", true],
    ["'clerk' in user.roles", true],
    ["len('äöü\u{1F600}')", 'd4'],
    ['len(related.items)', 'd2'],
    ["upper('äb')", 'äB'],
    ["lower('ÄB')", 'Äb'],
    ["trim('  a ')", 'a'],
    ["contains('abc', 'b')", true],
    ['contains(nil, nil)', false],
    ["starts_with('abc', 'ab') && ends_with('abc', 'bc')", true],
    ["matches('AB-12', '^[A-Z]+-\\\\d+$')", true],
    ["substring('abcdef', 2, 3)", 'cde'],
    ["replace('a-b-c', '-', '+')", 'a+b+c'],
    ["join(split('a,b', ','), ';')", 'a;b'],
    ["concat('a', nil, 1.50)", 'a1.5'],
    ['abs(-2)', 'd2'],
    ['round(2.5)', 'd3'],
    ['round(-2.5)', 'd-3'],
    ['round(1.005, 2)', 'd1.01'],
    ['floor(-1.5)', 'd-2'],
    ['ceil(1.2)', 'd2'],
    ['min(3, 1, 2)', 'd1'],
    ['max(related.items, "price")', 'd2'],
    ["sum(related.items, 'quantity * price')", 'd9'],
    ["sum([], '1')", 'd0'],
    ["avg(related.items, 'quantity')", 'd2.5'],
    ['avg([])', null],
    ["count(related.items, 'quantity > 2')", 'd1'],
    ["any(related.items, 'label == nil')", true],
    ["all(related.items, 'quantity > record.count')", false],
    ["map(filter(related.items, 'quantity > 2'), 'price')", ['d2']],
    ['coalesce(nil, old.total, 3)', 'd3'],
    ['today()', '2026-03-02'],
    ['today == date(now)', false],
    ["days_between(record.sent, '2026-03-01')".replace("'2026-03-01'", 'record.due'), 'd1'],
    ['add_days(record.due, 30)', '2026-03-31'],
    ['year(now) * 100 + month(now)', 'd202603'],
    ['day(record.due)', 'd1'],
    ["number('12.5') + 1", 'd13.5'],
    ['string(1.50)', '1.5'],
  ])('%s', (text, value) => {
    expect(evaluate(text)).toEqual(value)
  })

  it.each<[string, string]>([
    ['', 'at character 1: expects a value, found the end'],
    ['1 +', 'at character 4: expects a value, found the end'],
    ['1 2', 'at character 3: expects an operator or the end, found "2"'],
    ["'a", "at character 1: has a text that does not end: '"],
    ['a = 1', 'at character 3: has something that does not belong into an expression: "="'],
    [
      'record.totl',
      'at character 8: reads invoice.totl, but invoice has no such field (did you mean "total"?)',
    ],
    [
      'recrd.total',
      'at character 1: does not know "recrd" (did you mean "record"?); known are record, old, user, now, related',
    ],
    ["record.total > 'x'", 'at character 14: compares a number with a text by ">", which says nothing'],
    ["record.due > 'soon'", 'at character 12: compares a date with the text "soon", which is none'],
    ['record.title && true', 'at character 14: expects true or false beside "&&", found a text'],
    ['!record.total', 'at character 1: expects true or false behind "!", found a number'],
    ["1 + 'a'", 'at character 3: cannot reckon with a number and a text by "+"; string(x) makes a text'],
    ['uper(record.title)', 'at character 1: does not know the function "uper" (did you mean "upper"?)'],
    ['len()', 'at character 1: gives len 0 arguments; it takes 1'],
    ['upper(1)', 'at character 1: expects a text in upper, found a number'],
    [
      "sum(related.items, 'quantty')",
      'at character 20: has a problem in "quantty": does not know "quantty" (did you mean "quantity"?); known are record, old, user, now, related, quantity, price, label',
    ],
    ["1 in 'abc'", 'at character 3: expects a list behind "in", found a text'],
    ["matches(record.title, '(?=a)')", 'at character 1: has a pattern that cannot be used'],
  ])('refuses %j', (text, problem) => {
    expect(problemOf(text)).toContain(problem)
  })

  it('tells what it reads', () => {
    const compiled = compileExpression(
      "sum(related.items, 'price') > record.total && user.attributes.a.b == today()",
      scope,
    )
    expect('expression' in compiled && compiled.expression.reads).toEqual([
      ['related', 'items'],
      ['related', 'items', 'price'],
      ['record', 'total'],
      ['user', 'attributes', 'a', 'b'],
      ['now'],
    ])
  })
})

describe('nothing leads out of an expression', () => {
  it.each([
    'this',
    'globalThis',
    'process.exit()',
    'require("fs")',
    'Function("return 1")()',
    'constructor',
    'eval("1")',
    'record.constructor',
    'record.__proto__',
    'related.constructor.constructor("x")()',
    '`a`',
    'record.total = 1',
    '(() => 1)()',
    'record["total"]',
    '/a/.test("a")',
    'import("x")',
    'a; b',
    'record?.total',
    'new Function()',
    '\u0000',
  ])('%j', (text) => {
    expect(problemOf(text)).not.toBe('no problem')
  })

  it.each(['constructor', '__proto__', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'])(
    'finds no %s in what a client stored',
    (name) => {
      expect(evaluate(`record.extra.${name}`)).toBeNull()
      expect(evaluate(`user.attributes.${name}.${name}`)).toBeNull()
    },
  )
})

describe('the budget', () => {
  const rows = (count: number) => ({
    ...environment,
    related: { items: Array.from({ length: count }, () => ({ quantity: 1, price: '1' })) },
  })

  it('ends an evaluation that takes too many steps, those for elements included', () => {
    expect(() => evaluate("sum(related.items, 'quantity * price + quantity')", rows(5_000))).toThrow(
      ExpressionError,
    )
    expect(evaluate("sum(related.items, 'quantity')", rows(1_000))).toBe('d1000')
  })

  it.each([
    ['a text that is too long', `'${'a'.repeat(5_000)}' == 'a'`, 'must have at most 4000 characters'],
    ['levels', `${'('.repeat(60)}1${')'.repeat(60)}`, 'goes more than 50 levels deep'],
    ['denials', `${'!'.repeat(60)}true`, 'goes more than 50 levels deep'],
  ])('refuses %s', (_, text, problem) => {
    expect(problemOf(text)).toContain(problem)
  })

  it.each(['1 / 0', '1 % 0', 'add_days(record.due, 0.5)', 'add_days(record.due, 99999999)'])(
    'has no answer for %s',
    (text) => {
      expect(() => evaluate(text)).toThrow(ExpressionError)
    },
  )
})

describe('a result as the value of a field', () => {
  const field = (type: string, precision?: number) =>
    ({ name: 'f', type, ...(precision === undefined ? {} : { precision }) }) as never
  const makeValue = (text: string, target: never) => {
    const compiled = compileExpression(text, scope)
    if ('problem' in compiled) throw new Error(compiled.problem)
    return toFieldValue(compiled.expression.evaluate(environment), target)
  }

  it.each<[string, never, unknown]>([
    ['10 / 3', field('decimal', 2), '3.33'],
    ['0.125', field('decimal', 2), '0.13'],
    ['2 + 2', field('int'), 4],
    ['record.big', field('bigint'), '9007199254740993'],
    ['record.due', field('timestamp'), '2026-03-01T00:00:00.000Z'],
    ['nil', field('int'), null],
    ['[1, 0.5]', field('json'), [1, 0.5]],
  ])('%s', (text, target, value) => {
    expect(makeValue(text, target)).toEqual(value)
  })

  it('is refused when it does not fit', () => {
    expect(() => makeValue('1.5', field('int'))).toThrow('f must be a whole number')
    expect(fitsField({ kind: 'string' }, field('int'))).toBe(
      'makes a text, which the field f of type int cannot hold',
    )
    expect(fitsField({ kind: 'decimal' }, field('int'))).toBeUndefined()
  })
})
