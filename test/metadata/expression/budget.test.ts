// What one expression may take: steps, depth, length, and the size of what it makes.
import { expect, test } from 'vitest'
import { readPattern } from '../../../src/metadata/expression/pattern.ts'
import { environment, problemOf, work } from './language.ts'

/** So many items, and a text of so many characters. */
function withItems(count: number, name = 'x'): typeof environment {
  const items = Array.from({ length: count }, () => ({ name, quantity: 2, price: '1.5' }))
  return { ...environment, related: { items } }
}

function withNote(length: number, letter = 'a'): typeof environment {
  return { ...environment, record: { note: letter.repeat(length), number: 'b' } }
}

const tooLong = 'takes more than 10000 steps'

test('steps are counted, those of expressions for elements too', () => {
  expect(work('sum(related.items, "quantity * price")', withItems(3_000))).toBe('#9000')
  expect(() => work('sum(related.items, "quantity * price")', withItems(4_000))).toThrow(tooLong)
})

test('nested expressions for elements share the budget', () => {
  const text = 'count(related.items, "count(related.items, \'it != nil\') > 0")'
  expect(work(text, withItems(40))).toBe('#40')
  expect(() => work(text, withItems(60))).toThrow(tooLong)
})

test('an evaluation begins with a full budget', () => {
  for (let count = 0; count < 5; count++)
    expect(work('count(related.items, "quantity > 1")', withItems(2_000))).toBe('#2000')
})

test('long lists cost steps wherever they are gone through', () => {
  const list = `[${'1,'.repeat(50)}1]`
  expect(work(`1 in ${list}`)).toBe(true)
  const text = Array.from({ length: 15 }, () => 'len(related.items) < 0').join(' || ')
  expect(() => work(text, withItems(100_000))).toThrow(tooLong)
})

test.each([
  ['contains(record.note, "b")'],
  ['len(record.note) < 0'],
  ['upper(record.note) == "b"'],
  ['record.note < "a"'],
  ['record.note + "b" == "b"'],
])('long texts cost steps: %s', (part) => {
  const text = Array.from({ length: 40 }, () => part).join(' || ')
  expect(work(text, withNote(1_000))).toBe(false)
  expect(() => work(text, withNote(3_000_000))).toThrow(tooLong)
})

test('what functions make costs steps', () => {
  const name = 'a'.repeat(900)
  expect(() =>
    work(`count(related.items, 'len(replace(name, "a", record.note)) > 0')`, {
      ...environment,
      record: { note: 'b'.repeat(1_000) },
      related: { items: Array(200).fill({ name }) },
    }),
  ).toThrow(tooLong)
})

test('long numbers cost steps', () => {
  const long = '7'.repeat(900)
  const record = { total: long }
  const text = `sum(related.items, "record.total * record.total * record.total")`
  expect(() => work(text, { ...environment, record, related: { items: Array(200).fill({}) } })).toThrow(
    tooLong,
  )
  expect(() =>
    work('record.total * record.total * '.repeat(12).slice(0, -3), { ...environment, record }),
  ).toThrow('makes a number of more than 10000 digits')
})

test.each([
  ['join(map(related.items, "name"), "")', 'makes a text of more than 10000000 characters'],
  ['concat(record.note, record.note, record.note)', 'makes a text of more than 10000000 characters'],
  ['record.note + record.note + record.note', 'makes a text of more than 10000000 characters'],
  ['replace(record.note, "a", "1234567890")', 'makes a text of more than 10000000 characters'],
  ['split(record.note, "")', 'makes a list of more than 10000 items'],
])('%s makes no more than it may', (text, message) => {
  const names = { ...withNote(4_000_000), related: withItems(1_500, 'x'.repeat(10_000)).related }
  expect(() => work(text, names)).toThrow(message)
})

test('a depth of 50 is the most', () => {
  const nest = (depth: number) => `${'('.repeat(depth)}1${')'.repeat(depth)}`
  expect(work(nest(49))).toBe('#1')
  const problem = 'goes more than 50 levels deep'
  expect(problemOf(nest(50))).toBe(`at character 51: ${problem}`)
  for (const [open, close] of [
    ['[', ']'],
    ['!', ''],
    ['- ', ''],
    ['len(', ')'],
    ['user.roles[', ']'],
    ['true ? 1 : ', ''],
  ] as const)
    expect(problemOf(`${open.repeat(60)}1${close.repeat(60)}`)).toContain(problem)
  expect(work(`record.extra${'.a'.repeat(49)}`)).toBeNull()
  expect(problemOf(`record${'.extra'.repeat(51)}`)).toContain(problem)
  expect(problemOf(`record.extra${'[0]'.repeat(50)}`)).toContain(problem)
})

test('chains have at most 500 operators', () => {
  expect(work(Array(501).fill('1').join(' + '))).toBe('#501')
  expect(() => work(Array(502).fill('1').join(' + '))).toThrow('has more than 500 operators')
})

test('a text has at most 4,000 characters', () => {
  expect(work(`1${' '.repeat(3_999)}`)).toBe('#1')
  expect(problemOf(`1${' '.repeat(4_000)}`)).toBe(
    'at character 1: must have at most 4000 characters, found 4001',
  )
})

test.each([
  ['a'.repeat(501), 'it has 501 characters; at most 500 are allowed'],
  ['(((a{100}){100}){100})', 'error parsing regexp: invalid repeat count: `{100}`'],
  [
    'x{1000}'.repeat(4),
    'it comes to 4002 parts when its repetitions are written out; at most 3000 are allowed',
  ],
  [
    'x{1000}'.repeat(71),
    'it comes to 71002 parts when its repetitions are written out; at most 3000 are allowed',
  ],
  [
    `(?:(?:(?:${'[a-z].'.repeat(70)}){10}){10}){10}`,
    'it comes to 140002 parts when its repetitions are written out; at most 3000 are allowed',
  ],
])('the pattern %s is too large', (pattern, message) => {
  const start = performance.now()
  expect(() => readPattern(pattern)).toThrow(message)
  expect(performance.now() - start).toBeLessThan(5_000)
})

test('patterns cost steps by their size and the length of the text', () => {
  expect(work('matches(record.note, "^[a-z]{1,255}$")', withNote(255))).toBe(true)
  expect(() => work('matches(record.note, "[a-c]{1,1000}[^ab]")', withNote(20_000))).toThrow(tooLong)
  expect(work('matches(record.note, "(a+)+$")', withNote(100_000))).toBe(true)
})
