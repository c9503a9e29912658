// Thousands of random texts: each is a problem, a value or the one error of the language, and none takes too much.
import { expect, test } from 'vitest'
import { ExpressionError } from '../../../src/metadata/expression/error.ts'
import { compileExpression } from '../../../src/metadata/expression/expression.ts'
import { compileToSql } from '../../../src/metadata/expression/to-sql.ts'
import { type Dice, makeDice } from './dice.ts'
import { makeExpression, type Vocabulary } from './generator.ts'
import { environment, scope } from './language.ts'

const count = process.env.METALOOM_TEST_SIZE === 'long' ? 100_000 : 2_000

const element: Vocabulary = {
  isWhole: true,
  boolean: ['active', 'true', 'record.paid', 'it == nil'],
  number: ['quantity', 'price', 'record.total', '2', '0'],
  text: ['name', 'record.number', "'x'"],
  day: ['due_on', 'now', 'today'],
  time: ['record.opens_at'],
  list: ['user.roles'],
  open: ['record.extra.level', 'context.days', 'it'],
}
const words: Vocabulary = {
  isWhole: true,
  boolean: ['record.paid', 'old.paid', 'true', 'false'],
  number: ['record.total', 'record.count', 'record.big', 'record.score', 'old.total', '0', '1', '2.50', '1e'],
  text: ['record.number', 'record.note', 'record.missing', 'user.id', 'action', '"a"', "'😀'", '""'],
  day: ['record.due_on', 'record.sent_at', 'now', 'today', 'today()', 'old.due_on', '"2026-02-01"'],
  time: ['record.opens_at', 'old.opens_at', '"09:30"'],
  list: ['user.roles', '["a", "b"]', '[]'],
  open: [
    'record.extra',
    'record.extra.level',
    'record.extra.tags',
    'record.extra.deep.list',
    'record.extra.text',
    'user.attributes.since',
    'user.attributes.limit',
    'context',
    'nil',
  ],
  element: { list: 'related.items', names: element },
}

const noise = [
  ...'()[].,?:+-*/%!<>=&|\'"\\ \n\t_0123456789abcxyz$#@`{};^~é😀',
  ...[
    '==',
    '!=',
    '&&',
    '||',
    'in',
    'and',
    'or',
    'not',
    'nil',
    'true',
    'new Date(',
    'record.',
    'it',
    '...',
    '=>',
  ],
  ...['__proto__', 'constructor', 'this', '\u0000', '\ud800', '\u2028', '\u200b'],
]

/** Texts of nothing but noise, meaningful ones, and those that were meaningful before they were damaged. */
function makeText(dice: Dice): string {
  if (dice.isLucky(0.1))
    return Array.from({ length: dice.roll(40) }, () => dice.pick(noise)).join(dice.pick(['', ' ']))
  const kind = dice.pick(['boolean', 'boolean', 'number', 'text', 'day', 'list'] as const)
  const text = makeExpression(kind, dice, words, 1 + dice.roll(5))
  return dice.isLucky(0.5) ? text : damage(text, dice)
}

function damage(text: string, dice: Dice): string {
  let damaged = text
  for (let times = 1 + dice.roll(3); times > 0; times--) {
    const [from, to] = [dice.roll(damaged.length + 1), dice.roll(damaged.length + 1)]
    const [start, end] = [Math.min(from, to), Math.max(from, to)]
    damaged = dice.pick([
      () => damaged.slice(0, start) + damaged.slice(start + 1),
      () => damaged.slice(0, start) + dice.pick(noise) + damaged.slice(start),
      () => damaged.slice(0, start) + dice.pick(noise) + damaged.slice(start + 1),
      () => damaged.slice(0, end) + damaged.slice(start, end) + damaged.slice(end),
      () => damaged.slice(start, end),
      () => dice.pick(['(', '!', '-', '[']).repeat(dice.roll(60)) + damaged,
    ])()
  }
  return damaged
}

/** Everything that is read is counted; sometimes there is more than the budget can pay for. */
function makeEnvironment(dice: Dice): Readonly<{ names: typeof environment; countReads(): number }> {
  const items = Array.from({ length: dice.pick([0, 3, 30, 2_000]) }, (_, index) => ({
    name: `n${index}`,
    quantity: index,
    price: '1.5',
  }))
  let reads = 0
  const values = { ...environment, related: { items } }
  const count = (name: string) => ({
    enumerable: true,
    get: () => {
      reads++
      return Reflect.get(values, name)
    },
  })
  const names = Object.defineProperties(
    {},
    Object.fromEntries([...scope.keys()].map((name) => [name, count(name)])),
  )
  return { names, countReads: () => reads }
}

/** What became of a text. */
function answer(text: string, dice: Dice): 'problem' | 'error' | 'value' {
  const compiled = compileExpression(text, scope)
  const written = compileToSql(text, scope)
  if ('problem' in compiled) {
    expect(written).toEqual(compiled)
    expect(compiled.problem).toMatch(/^at character [1-9]\d*: ./)
    return 'problem'
  }
  const { names, countReads } = makeEnvironment(dice)
  try {
    compiled.expression.evaluate(names)
    return 'value'
  } catch (error) {
    if (error instanceof ExpressionError) return 'error'
    throw error
  } finally {
    expect(countReads()).toBeLessThanOrEqual(10_000)
  }
}

test(`${count} random texts do no harm`, () => {
  const answers = { problem: 0, error: 0, value: 0 }
  for (let seed = 0; seed < count; seed++) {
    const dice = makeDice(seed)
    const text = makeText(dice)
    try {
      answers[answer(text, dice)]++
    } catch (cause) {
      throw new Error(`Seed ${seed}: ${JSON.stringify(text)}`, { cause })
    }
  }
  expect(answers.value).toBeGreaterThan(count / 4)
  expect(answers.problem).toBeGreaterThan(count / 4)
  expect(answers.error).toBeGreaterThan(count / 100)
})
