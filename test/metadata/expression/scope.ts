// What the expressions of these tests may name, and how they are worked out.

import type { Problem } from '../../../src/errors.ts'
import { compileExpression, type Environment } from '../../../src/metadata/expression/expression.ts'
import { isDecimal, writeDecimal } from '../../../src/metadata/expression/number.ts'
import { recordType, type Scope, type Type } from '../../../src/metadata/expression/type.ts'
import { readField } from '../../../src/metadata/field.ts'

const definitions = [
  { name: 'title', type: 'string' },
  { name: 'other', type: 'string' },
  { name: 'owner', type: 'uuid' },
  { name: 'count', type: 'int' },
  { name: 'big', type: 'bigint' },
  { name: 'total', type: 'decimal' },
  { name: 'rate', type: 'float' },
  { name: 'paid', type: 'boolean' },
  { name: 'due', type: 'date' },
  { name: 'sent', type: 'timestamp' },
  { name: 'opens', type: 'time' },
  { name: 'extra', type: 'json' },
]

const problems: Problem[] = []
export const fields = definitions.map((field) => {
  const read = readField(field, '', problems)
  if (read === undefined) throw new Error(JSON.stringify(problems))
  return read
})
const record = recordType('invoice', fields)
const item: Type = {
  kind: 'record',
  name: 'item',
  fields: new Map<string, Type>([
    ['quantity', { kind: 'decimal' }],
    ['price', { kind: 'decimal' }],
    ['label', { kind: 'string' }],
  ]),
}

export const scope: Scope = new Map<string, Type>([
  ['record', record],
  ['old', record],
  [
    'user',
    {
      kind: 'record',
      name: 'user',
      fields: new Map<string, Type>([
        ['id', { kind: 'string' }],
        ['roles', { kind: 'list', of: { kind: 'string' } }],
        ['attributes', { kind: 'any' }],
      ]),
    },
  ],
  ['now', { kind: 'timestamp' }],
  [
    'related',
    {
      kind: 'record',
      name: 'related',
      fields: new Map<string, Type>([['items', { kind: 'list', of: item }]]),
    },
  ],
])

export const environment: Environment = {
  record: {
    title: 'Änne',
    other: 'b',
    owner: 'a0000000-0000-4000-8000-000000000001',
    count: 7,
    big: '9007199254740993',
    total: '12.50',
    rate: 0.5,
    paid: true,
    due: '2026-03-01',
    sent: '2026-02-28T23:30:00.000Z',
    opens: '08:30:00',
    extra: { size: 3, tags: ['a', 'b'], deep: { x: null }, on: true },
  },
  old: null,
  user: {
    id: 'a0000000-0000-4000-8000-000000000001',
    roles: ['clerk'],
    attributes: { region: 'north', level: 2 },
  },
  now: '2026-03-02T10:00:00.000Z',
  related: {
    items: [
      { quantity: 2, price: '1.50', label: 'x' },
      { quantity: 3, price: '2.00', label: null },
    ],
  },
}

/** The value in a form that can be compared: decimals as text behind `d`. */
export function evaluate(text: string, given: Environment = environment): unknown {
  const compiled = compileExpression(text, scope)
  if ('problem' in compiled) throw new Error(compiled.problem)
  return show(compiled.expression.evaluate(given))
}

function show(value: unknown): unknown {
  if (isDecimal(value)) return `d${writeDecimal(value)}`
  return Array.isArray(value) ? value.map(show) : value
}

export function problemOf(text: string): string {
  const compiled = compileExpression(text, scope)
  return 'problem' in compiled ? compiled.problem : 'no problem'
}
