// Rules, computed fields and state machines as the pipeline carries them out, on a real database.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { administrator, type PipelineApp, refusalOf, startPipeline } from './app.ts'

const document = {
  entities: [
    {
      name: 'invoice',
      fields: [
        { name: 'number', type: 'string', required: true },
        { name: 'status', type: 'string', enum: ['draft', 'sent', 'paid', 'void'] },
        { name: 'total', type: 'decimal', precision: 2 },
        { name: 'discount', type: 'decimal', precision: 2 },
        { name: 'payable', type: 'decimal', precision: 2 },
        { name: 'starts', type: 'date' },
        { name: 'ends', type: 'date' },
        { name: 'sent_at', type: 'timestamp' },
        { name: 'sent_by', type: 'string' },
      ],
    },
    {
      name: 'item',
      fields: [
        { name: 'quantity', type: 'int', required: true },
        { name: 'unit_price', type: 'decimal', precision: 2, required: true },
        { name: 'amount', type: 'decimal', precision: 2 },
        { name: 'invoice_id', type: 'uuid', required: true },
      ],
    },
    { name: 'task', fields: [{ name: 'title', type: 'string' }] },
  ],
  relations: [
    {
      name: 'items',
      type: 'one_to_many',
      source: 'invoice',
      target: 'item',
      target_key: 'invoice_id',
      on_delete: 'cascade',
    },
  ],
  rules: [
    {
      name: 'number_length',
      entity: 'invoice',
      type: 'field',
      definition: { field: 'number', operator: 'min_length', value: 3, message: 'Number is too short' },
    },
    {
      name: 'number_form',
      entity: 'invoice',
      type: 'field',
      priority: 1,
      definition: {
        field: 'number',
        operator: 'pattern',
        value: '^[A-Z]',
        message: 'Number begins with a capital',
      },
    },
    {
      name: 'period',
      entity: 'invoice',
      type: 'expression',
      definition: {
        expression: 'record.ends != nil && record.ends < record.starts',
        message: 'Ends before it starts',
        field: 'ends',
      },
    },
    {
      name: 'amount',
      entity: 'item',
      type: 'computed',
      definition: { field: 'amount', expression: 'quantity_of(record)' },
    },
    {
      name: 'total',
      entity: 'invoice',
      type: 'computed',
      definition: {
        field: 'total',
        expression: "sum(related.items, 'amount')",
        related_load: [{ relation: 'items' }],
      },
    },
    {
      name: 'payable',
      entity: 'invoice',
      type: 'computed',
      definition: { field: 'payable', expression: 'record.total - coalesce(record.discount, 0)' },
    },
    {
      name: 'discount',
      entity: 'invoice',
      type: 'expression',
      definition: {
        expression: 'record.payable < 0',
        message: 'Discount is more than the total',
        field: 'discount',
      },
    },
    {
      name: 'few',
      entity: 'invoice',
      hook: 'after_write',
      type: 'expression',
      definition: {
        expression: 'len(related.items) > 3',
        message: 'Has too many items',
        related_load: [{ relation: 'items' }],
      },
    },
    {
      name: 'paid_stays',
      entity: 'invoice',
      hook: 'before_delete',
      type: 'expression',
      definition: { expression: "record.status == 'paid'", message: 'A paid invoice stays' },
    },
    {
      name: 'positive',
      entity: 'item',
      type: 'field',
      definition: { field: 'quantity', operator: 'min', value: 1, message: 'Quantity is at least one' },
    },
  ],
  state_machines: [
    {
      entity: 'invoice',
      field: 'status',
      definition: {
        initial: 'draft',
        transitions: [
          {
            from: 'draft',
            to: 'sent',
            roles: ['accountant'],
            guard: 'record.total > 0',
            actions: [
              { type: 'set_field', field: 'sent_at', value: 'now' },
              { type: 'set_field', field: 'sent_by', value: { expression: 'user.id' } },
              {
                type: 'create_record',
                entity: 'task',
                values: { title: { expression: "concat('Collect ', record.number)" } },
              },
              { type: 'send_event', event: 'invoice_sent' },
            ],
          },
          { from: 'sent', to: 'paid' },
          { from: ['draft', 'sent'], to: 'void' },
        ],
      },
    },
  ],
}
const computed = document.rules[3]
if (computed) Object.assign(computed.definition, { expression: 'record.quantity * record.unit_price' })

let app: PipelineApp
beforeAll(async () => {
  app = await startPipeline(document)
})
afterAll(() => app.stop())
beforeEach(async () => {
  await app.pool.unsafe('truncate invoices, items, tasks, _audit, _outbox cascade')
})

const priced = (quantity: number, unit_price = '10') => ({ quantity, unit_price })
const invoiceOf = async (id: unknown) =>
  (
    await app.rows(
      'select number, status, total, payable, sent_by, "_version" as version from invoices where id = $1',
      id,
    )
  )[0]

describe('rules', () => {
  it('tell all that is broken at once, in the order of their priority', async () => {
    const refused = app.create('invoice', { number: 'a', starts: '2026-02-01', ends: '2026-01-01' })
    await expect(refused).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [
        { path: 'number', field: 'number', rule: 'number_length', message: 'Number is too short' },
        { path: 'ends', field: 'ends', rule: 'period', message: 'Ends before it starts' },
        { path: 'number', field: 'number', rule: 'number_form', message: 'Number begins with a capital' },
      ],
    })
  })

  it('see the whole record on a partial update', async () => {
    const invoice = await app.create('invoice', { number: 'A-1', starts: '2026-02-01' })
    expect(await refusalOf(app.update('invoice', invoice.id, { ends: '2026-01-01' }))).toBe(
      'VALIDATION_FAILED: ends: Ends before it starts',
    )
  })

  it('of a child roll the whole write back and name its path', async () => {
    const refused = app.create('invoice', { number: 'A-1', items: [priced(1), priced(0)] })
    expect(await refusalOf(refused)).toBe(
      'VALIDATION_FAILED: items.data[1].quantity: Quantity is at least one',
    )
    expect(await app.rows('select 1 from invoices')).toEqual([])
  })

  it('that follow the write see the stored rows and may still refuse', async () => {
    const invoice = await app.create('invoice', { number: 'A-1', items: [priced(1), priced(1), priced(1)] })
    expect(await refusalOf(app.update('invoice', invoice.id, { discount: '1', items: [priced(1)] }))).toBe(
      'VALIDATION_FAILED: Has too many items',
    )
    expect(await app.rows('select count(*)::int as count from items')).toEqual([{ count: 3 }])
  })

  it('may refuse a delete', async () => {
    const invoice = await app.create('invoice', { number: 'A-1', items: [priced(1)] })
    await app.update('invoice', invoice.id, { status: 'sent' })
    await app.update('invoice', invoice.id, { status: 'paid' })
    expect(await refusalOf(app.remove('invoice', invoice.id))).toBe('VALIDATION_FAILED: A paid invoice stays')
  })
})

describe('computed fields', () => {
  it('are made of the children that are written along, leaf first', async () => {
    const invoice = await app.create('invoice', {
      number: 'A-1',
      discount: '5',
      items: [priced(2), priced(1, '2.50')],
    })
    expect(invoice).toMatchObject({ total: '22.50', payable: '17.50' })
  })

  it('are followed by the rules that read them', async () => {
    const refused = app.create('invoice', { number: 'A-1', discount: '100', items: [priced(2)] })
    expect(await refusalOf(refused)).toBe('VALIDATION_FAILED: discount: Discount is more than the total')
  })

  it('are made anew when a child is written, changed or deleted alone', async () => {
    const invoice = await app.create('invoice', { number: 'A-1', items: [priced(2)] })
    const item = await app.create('item', { ...priced(3), invoice_id: invoice.id })
    expect(await invoiceOf(invoice.id)).toMatchObject({ total: '50.00', version: 2 })
    await app.update('item', item.id, { quantity: 1 })
    expect(await invoiceOf(invoice.id)).toMatchObject({ total: '30.00', version: 3 })
    await app.remove('item', item.id)
    expect(await invoiceOf(invoice.id)).toMatchObject({ total: '20.00', payable: '20.00', version: 4 })
    expect(await app.rows("select actor from _audit where entity = 'invoice' and action = 'update'")).toEqual(
      Array(3).fill({ actor: 'system:recompute' }),
    )
  })

  it('of both parents follow a child that moves', async () => {
    const [one, two] = [
      await app.create('invoice', { number: 'A-1', items: [priced(2)] }),
      await app.create('invoice', { number: 'A-2', items: [priced(3)] }),
    ]
    const [item] = await app.rows('select id from items where invoice_id = $1', one.id)
    await app.update('item', item?.id, { invoice_id: two.id })
    expect((await invoiceOf(one.id))?.total).toBe('0.00')
    expect((await invoiceOf(two.id))?.total).toBe('50.00')
  })

  it('refuse the child when the parent would break a rule', async () => {
    const invoice = await app.create('invoice', { number: 'A-1', discount: '15', items: [priced(2)] })
    const [item] = await app.rows('select id from items')
    expect(await refusalOf(app.remove('item', item?.id))).toBe(
      'VALIDATION_FAILED: invoice.discount: Discount is more than the total',
    )
    expect((await invoiceOf(invoice.id))?.total).toBe('20.00')
  })

  it('cannot be given', async () => {
    expect(await refusalOf(app.create('invoice', { number: 'A-1', total: '5' }))).toBe(
      'BAD_USER_INPUT: total: is set by the system; leave it out',
    )
  })
})

describe('a state machine', () => {
  it('begins in its first state and refuses another', async () => {
    expect(await app.create('invoice', { number: 'A-1' })).toMatchObject({ status: 'draft' })
    expect(await refusalOf(app.create('invoice', { number: 'A-2', status: 'paid' }))).toBe(
      'TRANSITION_REFUSED: status: must begin as "draft", found "paid"',
    )
  })

  it('sets fields, makes records and tells the outbox when a transition is taken', async () => {
    const invoice = await app.create('invoice', { number: 'A-1', items: [priced(1)] })
    const sent = await app.update('invoice', invoice.id, { status: 'sent' })
    expect(sent).toMatchObject({
      status: 'sent',
      sent_by: administrator.id,
      sent_at: expect.stringMatching(/Z$/),
    })
    expect(await app.rows('select title from tasks')).toEqual([{ title: 'Collect A-1' }])
    expect(await app.rows("select payload from _outbox where kind = 'event'")).toMatchObject([
      { payload: { event: 'invoice_sent', record: { number: 'A-1', status: 'sent' } } },
    ])
    expect(await app.rows("select actor from _audit where entity = 'task'")).toEqual([
      { actor: 'system:machine' },
    ])
  })

  it('names the ways that are open', async () => {
    const invoice = await app.create('invoice', { number: 'A-1', items: [priced(1)] })
    expect(await refusalOf(app.update('invoice', invoice.id, { status: 'paid' }))).toBe(
      'TRANSITION_REFUSED: status: cannot go from "draft" to "paid"; it may go to "sent", "void"',
    )
  })

  it('asks its guard, also of administrators', async () => {
    const invoice = await app.create('invoice', { number: 'A-1' })
    expect(await refusalOf(app.update('invoice', invoice.id, { status: 'sent' }))).toBe(
      'TRANSITION_REFUSED: status: the guard does not hold: record.total > 0',
    )
  })

  it('takes the same state for no transition', async () => {
    const invoice = await app.create('invoice', { number: 'A-1', items: [priced(1)] })
    await app.update('invoice', invoice.id, { status: 'sent' })
    await app.update('invoice', invoice.id, { status: 'sent' })
    expect(await app.rows('select title from tasks')).toHaveLength(1)
  })

  it('counts all problems of a record before its transition', async () => {
    const invoice = await app.create('invoice', { number: 'A-1' })
    expect(await refusalOf(app.update('invoice', invoice.id, { status: 'paid', number: 'x' }))).toContain(
      'VALIDATION_FAILED: number',
    )
  })
})
