// Nothing of the host is within reach of an expression, whatever its text or the values.
import { expect, test } from 'vitest'
import { makeDecimal } from '../../../src/metadata/expression/number.ts'
import { environment, problemOf, work } from './language.ts'

test.each([
  'constructor',
  '__proto__',
  'prototype',
  'this',
  'globalThis',
  'process',
  'process.exit()',
  'require("fs")',
  'Function("return 1")()',
  'eval("1")',
  'import("fs")',
  'console.log(1)',
  'record.constructor',
  'record.__proto__',
  'record["constructor"]',
  'record.hasOwnProperty("x")',
  'user.roles.constructor',
  'user.roles.map(1)',
  'related.items.length',
  'related.items[0].constructor',
  'map(related.items, "constructor")',
  'map(related.items, "this")',
  'map(related.items, "process")',
  'map(user.roles, "it.constructor")',
  '"a".constructor',
  '(1).constructor',
  'true.constructor',
  'now.constructor',
  'constructor("x")',
  'toString()',
  '__proto__(1)',
  'hasOwnProperty("x")',
  'len.constructor',
  'valueOf()',
  '`a`',
  '`\u0024{1}`',
  'record.total = 1',
  'record.total += 1',
  'record.total++',
  '--record.count--',
  'x => x',
  '() => 1',
  'function () {}',
  '/a/.test("a")',
  '1; 2',
  '1, 2',
  '{}',
  '{a: 1}',
  '[...user.roles]',
  'record?.total',
  'record.total ?? 1',
  'typeof record',
  'delete record.total',
  'void 0',
  'new Function("x")',
  'new Date',
  'await 1',
  '@record',
  '#total',
  'record\u200b.total',
  'rec\\u006frd.total',
  'r\u0435cord.total',
  'record。total',
  '\u2060record.total',
  '“a”',
  '１ + １',
  'record.total\u0000',
  '// comment',
  '1 /* comment */',
  '1 -- comment',
  "'; drop table users; --",
])('%j is no expression', (text) => {
  expect(problemOf(text)).toMatch(/^at character \d+: /)
})

test.each([
  'record.extra.constructor',
  'record.extra.__proto__',
  'record.extra.toString',
  'record.extra.level.constructor',
  'record.extra.level.c',
  'record.extra.level.s',
  'record.extra.level.constructor.constructor',
  'record.extra.text.length',
  'record.extra.tags.length',
  'record.extra.tags.constructor',
  'record.extra.tags[0].constructor',
  'user.attributes.limit.constructor',
  'context.constructor.constructor',
  'map(record.extra.tags, "it.constructor")[0]',
  'map(record.extra.deep.list, "it.constructor")[1]',
  'map([record.extra], "it.__proto__")[0]',
  'coalesce(record.extra.level).constructor',
  '(true ? record.extra.level : "x").constructor',
  'max(record.extra.deep.list[0], 1)[0]',
  'record.extra.level[0]',
])('%s is nil', (text) => {
  const found = problemOf(text)
  if (found === undefined) expect(work(text)).toBeNull()
  else expect(found).toMatch(/has no fields|is no list/)
})

test('fields of rows are own properties only', () => {
  const record = Object.create({ total: '5' })
  expect(work('record.total', { ...environment, record })).toBeNull()
  expect(work('record.total', Object.create({ record: { total: '5' } }))).toBeNull()
})

test('functions, symbols and the like do not get in', () => {
  for (const level of [() => 1, Symbol('x'), 1n, Number.NaN, Number.POSITIVE_INFINITY, undefined])
    expect(work('record.extra.level', { ...environment, record: { extra: { level } } })).toBeNull()
})

test('a key named __proto__ is a key like any other', () => {
  const extra = JSON.parse('{"__proto__": {"level": 3}}')
  expect(work('record.extra.level', { ...environment, record: { extra } })).toBeNull()
  expect(work('record.extra.__proto__.level', { ...environment, record: { extra } })).toBe('#3')
})

test('numbers show nothing of how they are made', () => {
  expect(Object.hasOwn(makeDecimal(1), 'constructor')).toBe(true)
  expect(work('string(record.extra.level.constructor)')).toBeNull()
})

test('evaluating leaves values as they were', () => {
  const frozen = structuredClone(environment)
  work('map(filter(related.items, "price > 1"), "upper(name)")')
  work('contains(record.extra.deep.list, 1) || 1 in record.extra.deep.list')
  expect(environment).toEqual(frozen)
})
