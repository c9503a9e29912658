// Nested writes, cascades and restores as the pipeline carries them out, on a real database.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type PipelineApp, refusalOf, startPipeline } from './app.ts'

const document = {
  entities: [
    { name: 'customer', fields: [{ name: 'name', type: 'string', required: true }] },
    {
      name: 'invoice',
      slug: { field: 'slug', source: 'number' },
      fields: [
        { name: 'number', type: 'string', required: true, unique: true },
        { name: 'customer_id', type: 'uuid' },
        { name: 'created_at', type: 'timestamp', auto: 'create' },
        { name: 'updated_at', type: 'timestamp', auto: 'update' },
      ],
    },
    {
      name: 'item',
      primary_key: { field: 'id', type: 'int' },
      fields: [
        { name: 'text', type: 'string', required: true },
        { name: 'price', type: 'decimal', precision: 2, default: 1 },
        { name: 'invoice_id', type: 'uuid', required: true },
      ],
    },
    {
      name: 'tax_line',
      soft_delete: false,
      fields: [
        { name: 'rate', type: 'decimal' },
        { name: 'item_id', type: 'int' },
      ],
    },
    {
      name: 'note',
      fields: [
        { name: 'body', type: 'text' },
        { name: 'invoice_id', type: 'uuid' },
      ],
    },
    {
      name: 'cover',
      fields: [
        { name: 'title', type: 'string' },
        { name: 'invoice_id', type: 'uuid', required: true },
      ],
    },
    {
      name: 'tag',
      primary_key: { field: 'code', type: 'string' },
      fields: [{ name: 'label', type: 'string' }],
    },
  ],
  relations: [
    {
      name: 'invoices',
      type: 'one_to_many',
      source: 'customer',
      target: 'invoice',
      target_key: 'customer_id',
      on_delete: 'restrict',
    },
    {
      name: 'items',
      type: 'one_to_many',
      source: 'invoice',
      target: 'item',
      target_key: 'invoice_id',
      on_delete: 'cascade',
    },
    {
      name: 'tax_lines',
      type: 'one_to_many',
      source: 'item',
      target: 'tax_line',
      target_key: 'item_id',
      on_delete: 'cascade',
    },
    {
      name: 'notes',
      type: 'one_to_many',
      source: 'invoice',
      target: 'note',
      target_key: 'invoice_id',
      ownership: 'none',
      on_delete: 'set_null',
    },
    {
      name: 'cover',
      type: 'one_to_one',
      source: 'invoice',
      target: 'cover',
      target_key: 'invoice_id',
      on_delete: 'cascade',
    },
    { name: 'tags', type: 'many_to_many', source: 'invoice', target: 'tag' },
  ],
}

let app: PipelineApp
beforeAll(async () => {
  app = await startPipeline(document)
})
afterAll(() => app.stop())
beforeEach(async () => {
  await app.pool.unsafe(
    'truncate customers, invoices, items, tax_lines, notes, covers, tags, invoice_tags, _audit, _outbox cascade',
  )
})

const items = (id: unknown) =>
  app.rows(
    'select text, price, "_version" as version from items where invoice_id = $1 and deleted_at is null order by id',
    id,
  )
const all = async (table: string) => (await app.rows(`select count(*)::int as count from ${table}`))[0]?.count

describe('a nested write', () => {
  it('makes three levels at once, keys handed down, defaults filled in', async () => {
    const invoice = await app.create('invoice', {
      number: 'A-1',
      items: [
        { text: 'one', tax_lines: [{ rate: '0.19' }, { rate: '0.07' }] },
        { text: 'two', price: '2.5' },
      ],
    })
    expect(await items(invoice.id)).toEqual([
      { text: 'one', price: '1.00', version: 1 },
      { text: 'two', price: '2.50', version: 1 },
    ])
    expect(
      await app.rows('select rate, i.text from tax_lines t join items i on i.id = t.item_id order by rate'),
    ).toEqual([
      { rate: '0.07', text: 'one' },
      { rate: '0.19', text: 'one' },
    ])
  })

  it('tells the audit log and the outbox of every row, in the forms in which rows are read', async () => {
    const invoice = await app.create('invoice', { number: 'A-1', items: [{ text: 'one', price: '2.5' }] })
    const audit = await app.rows('select entity, action, old, new, actor, request_id from _audit order by id')
    expect(audit.map(({ entity, action }) => `${action} ${entity}`)).toEqual([
      'create invoice',
      'create item',
    ])
    expect(audit[0]?.new).toEqual({ ...invoice, _version: undefined })
    expect(audit[1]?.new).toMatchObject({ text: 'one', price: '2.50', invoice_id: invoice.id })
    expect(await app.rows('select entity, version, payload, hops from _outbox order by id')).toMatchObject([
      {
        entity: 'invoice',
        version: 1,
        hops: 0,
        payload: { action: 'create', old: null, record: { number: 'A-1' } },
      },
      { entity: 'item', version: 1, payload: { action: 'create', record: { price: '2.50' } } },
    ])
  })

  it('changes, adds and removes children by diff, and leaves the absent ones alone', async () => {
    const invoice = await app.create('invoice', {
      number: 'A-1',
      items: [{ text: 'one' }, { text: 'two' }, { text: 'three' }],
    })
    const [one, two] = await app.rows('select id from items order by id')
    await app.update('invoice', invoice.id, {
      items: [{ id: one?.id, text: 'changed' }, { id: two?.id, remove: true }, { text: 'four' }],
    })
    expect(await items(invoice.id)).toEqual([
      { text: 'changed', price: '1.00', version: 2 },
      { text: 'three', price: '1.00', version: 1 },
      { text: 'four', price: '1.00', version: 1 },
    ])
    expect(await app.rows('select "_version" as version from invoices')).toEqual([{ version: 1 }])
  })

  it('replaces children: the absent ones go, with what leans on them', async () => {
    const invoice = await app.create('invoice', {
      number: 'A-1',
      items: [{ text: 'one', tax_lines: [{ rate: '1' }] }, { text: 'two' }],
    })
    const [, two] = await app.rows('select id from items order by id')
    await app.update('invoice', invoice.id, {
      items: { mode: 'replace', data: [{ id: two?.id }, { text: 'three' }] },
    })
    expect((await items(invoice.id)).map(({ text }) => text)).toEqual(['two', 'three'])
    expect(await all('tax_lines')).toBe(0)
  })

  it('appends children and leaves rows with an id as they are', async () => {
    const invoice = await app.create('invoice', { number: 'A-1', items: [{ text: 'one' }] })
    const [one] = await app.rows('select id from items')
    await app.update('invoice', invoice.id, {
      items: { mode: 'append', data: [{ id: one?.id, text: 'no' }, { text: 'two' }] },
    })
    expect((await items(invoice.id)).map(({ text }) => text)).toEqual(['one', 'two'])
  })

  it('lets a child go that the parent does not own', async () => {
    const invoice = await app.create('invoice', { number: 'A-1', notes: [{ body: 'x' }] })
    const [note] = await app.rows('select id from notes')
    await app.update('invoice', invoice.id, { notes: [{ id: note?.id, remove: true }] })
    expect(await app.rows('select invoice_id, deleted_at from notes')).toEqual([
      { invoice_id: null, deleted_at: null },
    ])
  })

  it('refuses the child of another parent, and writes nothing', async () => {
    const one = await app.create('invoice', { number: 'A-1', items: [{ text: 'one' }] })
    await app.create('invoice', { number: 'A-2', items: [{ text: 'two' }] })
    const [, foreign] = await app.rows('select id from items order by id')
    const refused = app.update('invoice', one.id, {
      number: 'A-9',
      items: [{ text: 'new' }, { id: foreign?.id, text: 'mine' }],
    })
    expect(await refusalOf(refused)).toBe(
      `NOT_FOUND: items.data[1]: There is no item with the id ${foreign?.id} in this invoice`,
    )
    expect(await all('items')).toBe(2)
    expect(await app.rows('select number from invoices order by number')).toEqual([
      { number: 'A-1' },
      { number: 'A-2' },
    ])
  })

  it('keeps one row of a one_to_one, and replaces it in one write', async () => {
    const invoice = await app.create('invoice', { number: 'A-1', cover: [{ title: 'first' }] })
    expect(await refusalOf(app.update('invoice', invoice.id, { cover: [{ title: 'second' }] }))).toContain(
      'CONFLICT',
    )
    await app.update('invoice', invoice.id, { cover: { mode: 'replace', data: [{ title: 'second' }] } })
    expect(await app.rows('select title from covers where deleted_at is null')).toEqual([{ title: 'second' }])
  })
})

describe('a many_to_many', () => {
  const linked = () =>
    app.rows('select t.code, t.label from invoice_tags j join tags t on t.code = j.tag_id order by 1')

  it('links, makes and links, changes and unlinks', async () => {
    await app.create('tag', { code: 'red', label: 'Red' })
    const invoice = await app.create('invoice', {
      number: 'A-1',
      tags: [{ id: 'red' }, { id: 'new', create: true, label: 'New' }],
    })
    expect(await linked()).toEqual([
      { code: 'new', label: 'New' },
      { code: 'red', label: 'Red' },
    ])
    await app.update('invoice', invoice.id, {
      tags: [
        { id: 'red', label: 'Dark red' },
        { id: 'new', remove: true },
      ],
    })
    expect(await linked()).toEqual([{ code: 'red', label: 'Dark red' }])
    await app.update('invoice', invoice.id, { tags: { mode: 'replace', data: [{ id: 'new' }] } })
    expect(await linked()).toEqual([{ code: 'new', label: 'New' }])
    expect(await all('tags')).toBe(2)
  })

  it('refuses to link what is not there and to unlink what is not linked', async () => {
    await app.create('tag', { code: 'red' })
    const invoice = await app.create('invoice', { number: 'A-1' })
    expect(await refusalOf(app.update('invoice', invoice.id, { tags: [{ id: 'blue' }] }))).toBe(
      'NOT_FOUND: tags.data[0]: There is no tag with the id "blue"',
    )
    expect(await refusalOf(app.update('invoice', invoice.id, { tags: [{ id: 'red', remove: true }] }))).toBe(
      'NOT_FOUND: tags.data[0]: There is no tag with the id "red" in this invoice',
    )
  })
})

describe('a delete', () => {
  it('is refused while live records refer to it, and allowed when they are gone', async () => {
    const customer = await app.create('customer', { name: 'Ann' })
    const invoice = await app.create('invoice', { number: 'A-1', customer_id: customer.id })
    expect(await refusalOf(app.remove('customer', customer.id))).toBe(
      'CONFLICT: The customer is still referred to by invoice (relation customer.invoices); delete those first',
    )
    await app.remove('invoice', invoice.id)
    await app.remove('customer', customer.id)
    expect(await app.rows('select 1 from customers where deleted_at is null')).toEqual([])
  })

  it('takes children along, softly or for good by their own kind, frees others, and restores what went in the same act', async () => {
    const invoice = await app.create('invoice', {
      number: 'A-1',
      items: [{ text: 'one', tax_lines: [{ rate: '1' }] }, { text: 'two' }],
      notes: [{ body: 'x' }],
      cover: [{ title: 'c' }],
    })
    const [, two] = await app.rows('select id from items order by id')
    await app.remove('item', two?.id)
    await app.remove('invoice', invoice.id)
    expect(await app.rows('select count(*)::int as count from items where deleted_at is null')).toEqual([
      { count: 0 },
    ])
    expect(await all('tax_lines')).toBe(0)
    expect(await app.rows('select invoice_id, deleted_at from notes')).toEqual([
      { invoice_id: null, deleted_at: null },
    ])
    await app.restore('invoice', invoice.id)
    expect((await items(invoice.id)).map(({ text }) => text)).toEqual(['one'])
    expect(await app.rows('select count(*)::int as count from covers where deleted_at is null')).toEqual([
      { count: 1 },
    ])
  })

  it('lets a restored child wait for its parent', async () => {
    const invoice = await app.create('invoice', { number: 'A-1', items: [{ text: 'one' }] })
    const [one] = await app.rows('select id from items')
    await app.remove('invoice', invoice.id)
    expect(await refusalOf(app.restore('item', one?.id))).toContain(
      'NOT_FOUND: invoice_id: leads to no invoice',
    )
  })
})

describe('a plan without names', () => {
  const invoice = () => app.registry.entities.get('invoice') as never
  it('changes what a filter holds for, or nothing when there is too much', async () => {
    for (const number of ['A-1', 'A-2', 'A-3']) await app.create('invoice', { number })
    const plan = {
      kind: 'matching',
      action: 'delete',
      entity: invoice(),
      filter: { kind: 'all', parts: [] },
      input: {},
    } as const
    expect(await refusalOf(app.send({ ...plan, atMost: 2 }))).toBe(
      'LIMIT_EXCEEDED: More than 2 records match, so nothing was written; raise atMost or narrow the filter',
    )
    expect((await app.send({ ...plan, atMost: 3 })).count).toBe(3)
  })

  it('makes one record when many upsert it at once', async () => {
    const field = app.registry.entities.get('invoice')?.fieldsByName.get('number')
    const plan = {
      kind: 'upsert',
      entity: invoice(),
      filter: { kind: 'compare', field, operator: 'eq', value: 'A-1' },
      key: { number: 'A-1' },
      input: {},
      relations: [],
    } as never
    const all_ = await Promise.all(Array.from({ length: 8 }, () => app.send(plan)))
    expect(all_.map(({ count }) => count)).toEqual(Array(8).fill(1))
    expect(await all('invoices')).toBe(1)
  })
})

describe('a unique value', () => {
  it('that is taken names the row which came too late', async () => {
    const records = ['A-1', 'A-2', 'A-1'].map((number, index) => ({
      action: 'create',
      entity: app.registry.entities.get('invoice') as never,
      path: `inputs[${index}]`,
      input: { number },
      relations: [],
    })) as never
    expect(await refusalOf(app.send({ kind: 'records', records }))).toContain('CONFLICT: number is taken')
  })
})
