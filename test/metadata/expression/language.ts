// What the tests of expressions have in common: names with values of every type, and one way to ask.
import { compileExpression, type Expression } from '../../../src/metadata/expression/expression.ts'
import { isDecimal, writeDecimal } from '../../../src/metadata/expression/number.ts'
import { recordType, type Scope, type Type } from '../../../src/metadata/expression/type.ts'
import { type Field, readField } from '../../../src/metadata/field.ts'

/** A field as the registry has it. */
export function makeField(definition: Readonly<Record<string, unknown>>): Field {
  const problems: { path: string; message: string }[] = []
  const field = readField(definition, '', problems)
  if (field === undefined || problems.length > 0) throw new Error(JSON.stringify(problems))
  return field
}

const invoice = recordType(
  'invoice',
  [
    ['number', 'string'],
    ['note', 'text'],
    ['total', 'decimal'],
    ['count', 'int'],
    ['big', 'bigint'],
    ['score', 'float'],
    ['paid', 'boolean'],
    ['owner_id', 'uuid'],
    ['sent_at', 'timestamp'],
    ['due_on', 'date'],
    ['opens_at', 'time'],
    ['extra', 'json'],
    ['scan', 'file'],
    ['missing', 'string'],
  ].map(([name, type]) => makeField({ name, type })),
)
const item = recordType('item', [
  makeField({ name: 'name', type: 'string' }),
  makeField({ name: 'quantity', type: 'int' }),
  makeField({ name: 'price', type: 'decimal' }),
  makeField({ name: 'due_on', type: 'date' }),
  makeField({ name: 'active', type: 'boolean' }),
])
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
const related: Type = {
  kind: 'record',
  name: 'related',
  fields: new Map<string, Type>([
    ['items', { kind: 'list', of: item }],
    ['customer', item],
  ]),
}

export const scope: Scope = new Map<string, Type>([
  ['record', invoice],
  ['old', invoice],
  ['changes', invoice],
  ['user', user],
  ['action', { kind: 'string' }],
  ['now', { kind: 'timestamp' }],
  ['related', related],
  ['context', { kind: 'any' }],
])

/** Rows are as the database gives them: bigint, decimals and times as text. */
export const environment: Readonly<Record<string, unknown>> = {
  record: {
    number: 'R-1',
    note: 'Grüße an 😀 Ann',
    total: '19.90',
    count: 3,
    big: '9007199254740993',
    score: 0.1,
    paid: true,
    owner_id: '6f9619ff-8b86-4d11-b42d-00c04fc964ff',
    sent_at: '2026-01-31T23:30:00.000Z',
    due_on: '2026-02-10',
    opens_at: '09:30:00',
    extra: { level: 2, tags: ['a', 'b'], deep: { list: [1, 2.5, 'x', null] }, on: '2026-02-01', text: '7' },
    scan: null,
    missing: null,
  },
  old: null,
  changes: { total: '19.90' },
  user: {
    id: '6f9619ff-8b86-4d11-b42d-00c04fc964ff',
    email: 'ann@example.com',
    roles: ['clerk', 'boss'],
    attributes: { region: 'north', limit: 100, since: '2020-02-29', shift: '08:00' },
  },
  action: 'update',
  now: '2026-02-03T10:00:00.000Z',
  related: {
    items: [
      { name: 'pen', quantity: 10, price: '1.50', due_on: '2026-02-01', active: true },
      { name: 'ink', quantity: 2, price: '0.05', due_on: null, active: false },
      { name: 'pad', quantity: null, price: '3.00', due_on: '2026-03-01', active: null },
    ],
    customer: null,
  },
  context: { days: 6 },
}

export function compile(text: string): Expression {
  const compiled = compileExpression(text, scope)
  if ('problem' in compiled) throw new Error(`${text}: ${compiled.problem}`)
  return compiled.expression
}

export function problemOf(text: string): string | undefined {
  const compiled = compileExpression(text, scope)
  return 'problem' in compiled ? compiled.problem : undefined
}

/** The value of an expression, its numbers as text behind a `#`. */
export function work(text: string, names = environment): unknown {
  return show(compile(text).evaluate(names))
}

function show(value: unknown): unknown {
  if (isDecimal(value)) return `#${writeDecimal(value)}`
  return Array.isArray(value) ? value.map(show) : value
}
