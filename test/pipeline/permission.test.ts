// Permissions on writes and on reads with cells of their own, as the pipeline keeps them, on a real database.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Viewer } from '../../src/auth/viewer.ts'
import { entityOf } from '../../src/metadata/registry.ts'
import type { Value } from '../../src/metadata/value.ts'
import { findPage } from '../../src/pipeline/reads/find.ts'
import { orderTerm } from '../../src/pipeline/reads/order.ts'
import { type Given, type PipelineApp, planRecord, refusalOf, startPipeline } from './app.ts'

const own = { field: 'owner_id', operator: 'eq', value: '{{user.id}}' }
const document = {
  entities: [
    {
      name: 'region',
      fields: [
        { name: 'name', type: 'string' },
        { name: 'manager', type: 'string' },
      ],
    },
    {
      name: 'deal',
      fields: [
        { name: 'title', type: 'string', required: true },
        { name: 'amount', type: 'decimal', precision: 2 },
        { name: 'status', type: 'string', default: 'open', enum: ['open', 'locked'] },
        { name: 'owner_id', type: 'uuid' },
        { name: 'region_id', type: 'uuid' },
      ],
    },
    {
      name: 'ticket',
      fields: [
        { name: 'title', type: 'string' },
        { name: 'status', type: 'string' },
      ],
    },
    {
      name: 'note',
      fields: [
        { name: 'body', type: 'text' },
        { name: 'deal_id', type: 'uuid', required: true },
      ],
    },
  ],
  state_machines: [
    {
      entity: 'ticket',
      field: 'status',
      definition: {
        initial: 'open',
        transitions: [
          { from: 'open', to: 'shut' },
          { from: 'shut', to: 'open' },
        ],
      },
    },
  ],
  relations: [
    { name: 'deals', type: 'one_to_many', source: 'region', target: 'deal', target_key: 'region_id' },
    {
      name: 'notes',
      type: 'one_to_many',
      source: 'deal',
      target: 'note',
      target_key: 'deal_id',
      on_delete: 'cascade',
    },
  ],
  permissions: [
    {
      entity: 'deal',
      action: 'read',
      roles: ['seller'],
      fields: ['title', 'status', 'owner_id', 'region_id'],
    },
    { entity: 'deal', action: 'read', roles: ['seller'], conditions: [own] },
    {
      entity: 'deal',
      action: 'create',
      roles: ['seller'],
      conditions: [own],
      fields: ['title', 'amount', 'owner_id'],
    },
    {
      entity: 'deal',
      action: 'update',
      roles: ['seller'],
      conditions: [own, { field: 'status', operator: 'eq', value: 'open' }],
      fields: ['title', 'amount', 'status', 'owner_id'],
    },
    { entity: 'deal', action: 'delete', roles: ['seller'], conditions: [own] },
    { entity: 'deal', action: 'read', roles: ['manager'], expression: 'record.region.manager == user.email' },
    {
      entity: 'deal',
      action: 'update',
      roles: ['manager'],
      expression: 'record.region.manager == user.email',
    },
    { entity: 'deal', action: 'read', roles: ['editor'], fields: ['title', 'owner_id'] },
    { entity: 'deal', action: 'read', roles: ['editor'], conditions: [own] },
    { entity: 'deal', action: 'update', roles: ['editor'], fields: ['title'] },
    { entity: 'ticket', action: 'read', roles: ['blind'], fields: ['title'] },
    { entity: 'ticket', action: 'read', roles: ['seeing'] },
    { entity: 'ticket', action: 'update', roles: ['blind', 'seeing'] },
    { entity: 'region', action: 'read', roles: ['manager', 'seller', 'cleaner'] },
    { entity: 'region', action: 'delete', roles: ['manager', 'cleaner'] },
    { entity: 'note', action: 'create', roles: ['seller'], fields: ['body', 'deal_id'] },
  ],
}

const seller: Viewer = { id: 'd0000000-0000-4000-8000-000000000001', roles: ['seller'], attributes: {} }
const other = 'd0000000-0000-4000-8000-000000000002'
const manager: Viewer = { id: other, email: 'ada@example.com', roles: ['manager'], attributes: {} }

let app: PipelineApp
beforeAll(async () => {
  app = await startPipeline(document)
})
afterAll(() => app.stop())
beforeEach(async () => {
  await app.pool.unsafe('truncate regions, deals, notes, _audit, _outbox cascade')
})

async function send(viewer: Viewer, action: 'create' | 'update' | 'delete', given: Given, key?: unknown) {
  const entity = entityOf(app.registry, 'deal')
  const record =
    action === 'delete'
      ? ({ action, entity, path: '', key: key as Value } as const)
      : planRecord(
          app.registry,
          action === 'create'
            ? { action, entity, path: '' }
            : { action, entity, path: '', key: key as Value },
          given,
        )
  const { rows } = await app.send({ kind: 'records', records: [record] }, { viewer })
  return rows[0]
}

async function list(viewer: Viewer) {
  const entity = entityOf(app.registry, 'deal')
  const columns = new Map(['title', 'amount'].map((name) => [name, name]))
  const title = entity.fieldsByName.get('title')
  if (title === undefined) throw new Error('no title')
  const order = [
    orderTerm([], { kind: 'column', field: title }, 'ASC'),
    orderTerm([], { kind: 'column', field: entity.keyField }, 'ASC'),
  ]
  const page = { size: 10, offset: 0, isBackward: false }
  const { rows } = await findPage(
    { sql: app.pool, registry: app.registry, viewer, entity, columns },
    { filter: { kind: 'all', parts: [] }, order, page, withPositions: false },
  )
  return rows
}

describe('reading', () => {
  it('shows rows that one policy allows, and cells that one which lists them allows', async () => {
    await app.create('deal', { title: 'mine', amount: '1', owner_id: seller.id })
    await app.create('deal', { title: 'theirs', amount: '2', owner_id: other })
    expect(await list(seller)).toEqual([
      { title: 'mine', amount: '1.00' },
      { title: 'theirs', amount: null },
    ])
  })

  it('looks through relations to one, and shows nothing to who has no policy', async () => {
    const region = await app.create('region', { name: 'north', manager: 'ada@example.com' })
    await app.create('deal', { title: 'north', region_id: region.id })
    await app.create('deal', { title: 'nowhere' })
    expect((await list(manager)).map(({ title }) => title)).toEqual(['north'])
    expect(await list({ roles: ['anonymous'], attributes: {} })).toEqual([])
    expect(await list({ ...manager, email: 'bob@example.com' })).toEqual([])
  })
})

describe('a create', () => {
  it('is allowed when a policy holds for the result and lists what was given', async () => {
    expect(await send(seller, 'create', { title: 'a', amount: '1', owner_id: seller.id })).toMatchObject({
      title: 'a',
      amount: '1.00',
      status: 'open',
    })
  })

  it('is refused when no policy holds for the result', async () => {
    expect(await refusalOf(send(seller, 'create', { title: 'a', owner_id: other }))).toBe(
      'FORBIDDEN: you may not create this deal',
    )
    expect(await app.rows('select 1 from deals')).toEqual([])
  })

  it('is refused for a field that no policy lists', async () => {
    expect(
      await refusalOf(send(seller, 'create', { title: 'a', owner_id: seller.id, status: 'locked' })),
    ).toBe('FORBIDDEN: status: you may not give this field here')
  })
})

describe('an update', () => {
  it('asks the stored record: what is locked stays', async () => {
    const deal = await app.create('deal', { title: 'a', owner_id: seller.id, status: 'locked' })
    expect(await refusalOf(send(seller, 'update', { title: 'b' }, deal.id))).toBe(
      'FORBIDDEN: you may not update this deal',
    )
  })

  it('asks the result: nobody gives a record away', async () => {
    const deal = await app.create('deal', { title: 'a', owner_id: seller.id })
    expect(await refusalOf(send(seller, 'update', { owner_id: other }, deal.id))).toBe(
      'FORBIDDEN: you may not update this deal',
    )
    expect(await app.rows('select owner_id from deals')).toEqual([{ owner_id: seller.id }])
  })

  it('lets a field be repeated that does not change', async () => {
    const region = await app.create('region', { name: 'north' })
    const deal = await app.create('deal', { title: 'a', owner_id: seller.id, region_id: region.id })
    expect(await send(seller, 'update', { title: 'b', region_id: region.id }, deal.id)).toMatchObject({
      title: 'b',
    })
    expect(await refusalOf(send(seller, 'update', { region_id: null }, deal.id))).toBe(
      'FORBIDDEN: regionId: you may not change this field here'.replace('regionId', 'region_id'),
    )
  })

  it('does not tell by a repeated value what cannot be read', async () => {
    const deal = await app.create('deal', { title: 'a', amount: '5', owner_id: other })
    const editor: Viewer = { ...seller, roles: ['editor'] }
    const guesses = await Promise.all(
      ['4', '5', '5.00', null].map((amount) =>
        refusalOf(send(editor, 'update', { title: 'b', amount }, deal.id)),
      ),
    )
    expect(new Set(guesses)).toEqual(new Set(['FORBIDDEN: amount: you may not change this field here']))
    expect(await send(editor, 'update', { title: 'b', owner_id: other }, deal.id)).toMatchObject({
      title: 'b',
      amount: null,
    })
  })

  it('does not tell by a refused transition what cannot be read', async () => {
    const shut = await app.create('ticket', { title: 'a', status: 'open' })
    await app.update('ticket', shut.id, { status: 'shut' })
    const unread = await app.create('ticket', { title: 'b', status: 'open' })
    const go = (role: string, key: unknown, to: string) => {
      const entity = entityOf(app.registry, 'ticket')
      const record = {
        action: 'update',
        entity,
        path: '',
        key: key as Value,
        input: {},
        relations: [],
      } as const
      const plan = { kind: 'records', records: [{ ...record, transition: to }] } as const
      return refusalOf(app.send(plan, { viewer: { ...seller, roles: [role] } }))
    }
    const unsaid = 'TRANSITION_REFUSED: status: cannot go to "void" from where it is'
    expect(await go('blind', shut.id, 'void')).toBe(unsaid)
    expect(await go('blind', unread.id, 'void')).toBe(unsaid)
    expect(await go('blind', shut.id, 'shut')).toBe(unsaid.replace('void', 'shut'))
    expect(await go('blind', unread.id, 'shut')).toBe('nothing was refused')
    expect(await go('seeing', shut.id, 'void')).toBe(
      'TRANSITION_REFUSED: status: cannot go from "shut" to "void"; it may go to "open"',
    )
  })

  it('finds no record that cannot be seen', async () => {
    const deal = await app.create('deal', { title: 'nowhere' })
    expect(await refusalOf(send(manager, 'update', { title: 'b' }, deal.id))).toBe(
      `NOT_FOUND: There is no deal with the id "${deal.id}"`,
    )
  })

  it('looks through relations to one before and after', async () => {
    const region = await app.create('region', { name: 'north', manager: 'ada@example.com' })
    const foreign = await app.create('region', { name: 'south', manager: 'bob@example.com' })
    const deal = await app.create('deal', { title: 'a', region_id: region.id })
    expect(await send(manager, 'update', { title: 'b' }, deal.id)).toMatchObject({ title: 'b' })
    expect(await refusalOf(send(manager, 'update', { region_id: foreign.id }, deal.id))).toBe(
      'FORBIDDEN: you may not update this deal',
    )
  })

  it('lets children be made that a policy allows, and finds none that cannot be seen', async () => {
    const deal = await app.create('deal', { title: 'a', owner_id: seller.id })
    await send(seller, 'update', { notes: [{ body: 'x' }] }, deal.id)
    const [note] = await app.rows('select id from notes')
    expect(await refusalOf(send(seller, 'update', { notes: [{ id: note?.id, body: 'y' }] }, deal.id))).toBe(
      `NOT_FOUND: notes.data[0]: There is no note with the id "${note?.id}" in this deal`,
    )
  })
})

describe('a delete', () => {
  it('takes along what the caller could not delete alone', async () => {
    const deal = await app.create('deal', { title: 'a', owner_id: seller.id, notes: [{ body: 'x' }] })
    await send(seller, 'delete', {}, deal.id)
    expect(await app.rows('select 1 from notes where deleted_at is null')).toEqual([])
  })

  it('does not name who refers to the record where the caller knows none of those', async () => {
    const region = await app.create('region', { name: 'north' })
    await app.create('deal', { title: 'a', region_id: region.id })
    const remove = (role: string) => {
      const entity = entityOf(app.registry, 'region')
      const record = { action: 'delete', entity, path: '', key: region.id as Value } as const
      const viewer = { ...seller, roles: [role] }
      return refusalOf(app.send({ kind: 'records', records: [record] }, { viewer }))
    }
    expect(await remove('cleaner')).toBe(
      'CONFLICT: The region is still referred to by records that you cannot see',
    )
    expect(await remove('manager')).toBe(
      'CONFLICT: The region is still referred to by deal (relation region.deals); delete those first',
    )
  })

  it('is refused for the record of somebody else', async () => {
    const deal = await app.create('deal', { title: 'a', owner_id: other })
    expect(await refusalOf(send(seller, 'delete', {}, deal.id))).toBe(
      'FORBIDDEN: you may not delete this deal',
    )
  })
})

describe('what is told of a write', () => {
  it('is no more than a read would show', async () => {
    const region = await app.create('region', { name: 'north', manager: 'ada@example.com' })
    const deal = await app.create('deal', {
      title: 'a',
      amount: '7',
      owner_id: seller.id,
      region_id: region.id,
    })
    const viewer = { ...seller, roles: ['seller', 'manager'], email: 'bob@example.com' }
    expect(await send(viewer, 'delete', {}, deal.id)).toMatchObject({ title: 'a', amount: '7.00' })
    const foreign = await app.create('deal', {
      title: 'b',
      amount: '7',
      owner_id: other,
      region_id: region.id,
    })
    expect(await send(manager, 'update', { title: 'c' }, foreign.id)).toMatchObject({
      title: 'c',
      amount: '7.00',
    })
  })
})
