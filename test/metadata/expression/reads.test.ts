// What expressions are known to read: rules are ordered, and relations loaded, by it.
import { expect, test } from 'vitest'
import { compile } from './language.ts'

const items = ['related', 'items']

test.each([
  ['1 + 2', []],
  ['record', [['record']]],
  ['record.total', [['record', 'total']]],
  ['record.extra.deep.list', [['record', 'extra', 'deep', 'list']]],
  [
    'record.total > old.total',
    [
      ['record', 'total'],
      ['old', 'total'],
    ],
  ],
  ['now', [['now']]],
  ['now()', [['now']]],
  ['today', [['now']]],
  ['today()', [['now']]],
  ['record.due_on < today', [['record', 'due_on'], ['now']]],
  [
    'user.roles[record.count]',
    [
      ['user', 'roles'],
      ['record', 'count'],
    ],
  ],
  [
    'record.paid ? record.total : record.count',
    [
      ['record', 'paid'],
      ['record', 'total'],
      ['record', 'count'],
    ],
  ],
  ['!record.paid', [['record', 'paid']]],
  [
    'record.count in [record.big, 1]',
    [
      ['record', 'count'],
      ['record', 'big'],
    ],
  ],
  ['related.customer.name', [['related', 'customer', 'name']]],
  ['sum(related.items, "price")', [items, [...items, 'price']]],
  ['count(related.items, "it == nil")', [items, items]],
  ['sum(related.items, "price * record.count")', [items, [...items, 'price'], ['record', 'count']]],
  ['related.items[0].price', [items, [...items, 'price']]],
  [
    'sum(filter(related.items, "active"), "price")',
    [items, [...items, 'active'], [...items, 'price'], [...items, 'active', 'price']],
  ],
])('%s reads %j', (text, reads) => {
  expect(compile(text).reads).toEqual(reads)
})
