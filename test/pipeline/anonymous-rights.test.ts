// What callers without a token may do, as it is told at the start.
import { expect, it } from 'vitest'
import { draftRegistry } from '../../src/metadata/register.ts'
import { nameSides } from '../../src/metadata/sides.ts'
import { listAnonymousRights, tellRight } from '../../src/pipeline/rights/anonymous-rights.ts'
import { readGoodEntity, readGoodPermission, type Written } from '../metadata/app.ts'

const entities = ['ticket', 'note'].map((name) => ({
  name,
  fields: [
    { name: 'title', type: 'string' },
    { name: 'body', type: 'text' },
  ],
}))
const to = (action: string, more: Written = {}): Written => ({
  entity: 'ticket',
  action,
  roles: ['anonymous'],
  ...more,
})

it('is told entity by entity, with fields, and whether it is about all records', () => {
  const permissions = [
    to('create', { fields: ['title'] }),
    to('read', { expression: "record.title == 'open'", fields: ['title'] }),
    to('read', { expression: "record.title == 'x'", fields: ['body', 'title'], roles: ['ANONYMOUS'] }),
    to('update', { roles: ['clerk'] }),
    to('read', { entity: 'note' }),
  ]
  const definitions = nameSides({
    entities: entities.map(readGoodEntity),
    relations: [],
    permissions: permissions.map((each, index) => ({ ...readGoodPermission(each), id: String(index) })),
  })
  const rights = listAnonymousRights(draftRegistry(1, definitions).registry)
  expect(rights).toEqual([
    { entity: 'ticket', action: 'read', fields: ['body', 'title'], isForAll: false },
    { entity: 'ticket', action: 'create', fields: ['title'], isForAll: true },
    { entity: 'note', action: 'read', isForAll: true },
  ])
  expect(rights.map(tellRight)).toEqual([
    'read ticket (body, title), some records',
    'create ticket (title)',
    'read note',
  ])
})
