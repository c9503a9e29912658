// Figures over lists and groups through the front door: by type, behind relations, in time zones, with conditions and orders.
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { connect, run } from '../../src/database/connect.ts'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'
import { recordStatements, type StatementRecorder } from '../support/statements.ts'

let server: Server
let recorder: StatementRecorder
let recorded: Server

const [ada, grace, gone] = [
  '11111111-1111-4111-8111-111111111111',
  '22222222-2222-4222-8222-222222222222',
  '99999999-9999-4999-8999-999999999999',
]

/** The example with more rows: five invoices over two years, one of a customer who is deleted, one without a sum. */
async function buildDocument(): Promise<string> {
  const document = parse(await readFile('examples/invoicing.yaml', 'utf8'))
  const { sample_data: data } = document
  data.customer.push({ id: gone, name: 'Gone', email: 'gone@example.com' })
  data.product.push({ sku: 'GIFT', title: 'Gift', price: '0.00' })
  data.invoice[0].sent_at = '2026-01-31T22:59:59.999Z'
  data.invoice[1].sent_at = '2026-01-31T23:00:00.000Z'
  data.invoice.push(
    {
      number: '2026-003',
      customer_id: grace,
      status: 'paid',
      total: '74.50',
      sent_at: '2026-07-01T21:30:00Z',
      due_on: '2026-08-01',
    },
    {
      number: '2026-004',
      customer_id: grace,
      status: 'sent',
      sent_at: '2025-12-31T23:30:00Z',
      due_on: '2026-03-01',
    },
    { number: '2026-005', customer_id: gone, status: 'void', total: '1.00' },
  )
  return JSON.stringify(document)
}

beforeAll(async () => {
  server = await startTestServer()
  const importMetadata = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(await server.send('admin', importMetadata, { document: await buildDocument() }))
  await bury(gone)
  recorder = await recordStatements(server.databaseUrl)
  recorded = await startTestServer({ databaseUrl: recorder.url })
})
afterAll(async () => {
  await recorded?.stop()
  await recorder?.stop()
  await server?.stop()
})

/** Marks a customer as deleted though invoices lead there, as two writers at once can. */
async function bury(id: string): Promise<void> {
  const pool = connect(server.appUrl, { max: 1 })
  await run(pool, { text: 'update customers set deleted_at = now() where id = $1', values: [id] })
  await pool.end()
}

async function read(query: string, variables?: unknown) {
  return dataOf(await server.send('data', query, variables))
}

/** The SQL that a query took, and its data; only statements over rows count. */
async function readRecorded(query: string) {
  dataOf(await recorded.send('data', query))
  recorder.take()
  const data = dataOf(await recorded.send('data', query))
  return {
    data,
    statements: recorder
      .take()
      .filter((text) =>
        / (invoices|invoice_items|customers|tags)\b|"(invoices|invoice_items|customers|tags)"/.test(text),
      ),
  }
}

describe('an aggregate', () => {
  test('measures decimals, dates, moments, texts and enums, with nulls left out', async () => {
    const { invoices } = await read(`{ invoices { totalCount aggregate {
      count
      countDistinct { status total customerId dueOn note }
      sum { total } avg { total }
      min { total dueOn sentAt number status note } max { total dueOn sentAt number status note }
    } } }`)
    expect(invoices).toEqual({
      totalCount: 5,
      aggregate: {
        count: 5,
        countDistinct: { status: 4, total: 4, customerId: 3, dueOn: 2, note: 0 },
        sum: { total: '101.00' },
        avg: { total: '25.25' },
        min: {
          total: '1.00',
          dueOn: '2026-03-01',
          sentAt: '2025-12-31T23:30:00.000Z',
          number: '2026-001',
          status: 'DRAFT',
          note: null,
        },
        max: {
          total: '74.50',
          dueOn: '2026-08-01',
          sentAt: '2026-07-01T21:30:00.000Z',
          number: '2026-005',
          status: 'VOID',
          note: null,
        },
      },
    })
  })

  test('measures whole numbers: a sum is a BigInt, an average a Decimal', async () => {
    const { invoiceItems } = await read(
      '{ invoiceItems { aggregate { countDistinct { productSku quantity } sum { quantity } avg { quantity position } min { quantity } max { quantity } } } }',
    )
    expect(invoiceItems.aggregate).toEqual({
      countDistinct: { productSku: 2, quantity: 3 },
      sum: { quantity: '59' },
      avg: { quantity: '19.6666666666666667', position: '1.3333333333333333' },
      min: { quantity: 1 },
      max: { quantity: 40 },
    })
  })

  test('measures floats, 64-bit numbers and times', async () => {
    const { products } = await read(
      '{ products { aggregate { count sum { weight stock price } avg { weight stock } min { weight stock opensAt title } max { weight stock opensAt } countDistinct { id opensAt } } } }',
    )
    expect(products.aggregate).toEqual({
      count: 3,
      sum: { weight: expect.closeTo(0.03, 10), stock: '2100', price: '0.65' },
      avg: { weight: expect.closeTo(0.015, 10), stock: '700' },
      min: { weight: 0.01, stock: '0', opensAt: null, title: 'Bolt M8' },
      max: { weight: 0.02, stock: '1200', opensAt: null },
      countDistinct: { id: 3, opensAt: 0 },
    })
  })

  test('of no rows is zero counts and nulls', async () => {
    const { invoices } = await read(
      '{ invoices(where: { number: { eq: "none" } }) { aggregate { count countDistinct { status } sum { total } avg { total } min { status } max { dueOn } } } }',
    )
    expect(invoices.aggregate).toEqual({
      count: 0,
      countDistinct: { status: 0 },
      sum: { total: null },
      avg: { total: null },
      min: { status: null },
      max: { dueOn: null },
    })
  })

  test('obeys the filter and not the page', async () => {
    const { invoices } = await read(
      '{ invoices(where: { status: { eq: SENT } }, first: 1) { nodes { number } aggregate { count sum { total } } } }',
    )
    expect(invoices).toEqual({
      nodes: [{ number: expect.any(String) }],
      aggregate: { count: 2, sum: { total: '5.00' } },
    })
  })

  test('is told under every alias and through fragments, and does not count deleted rows', async () => {
    const data = await read(`
      { customers { a: aggregate { how: count ...Names } b: aggregate { ... on CustomerAggregate { n: min { what: name } } } } }
      fragment Names on CustomerAggregate { max { name } }`)
    expect(data.customers).toEqual({
      a: { how: 2, max: { name: 'Grace Hopper' } },
      b: { n: { what: 'Ada Lovelace' } },
    })
  })

  test('alone reads no rows, and only what was asked for', async () => {
    const { data, statements } = await readRecorded('{ invoices { aggregate { sum { total } } } }')
    expect(data).toEqual({ invoices: { aggregate: { sum: { total: '101.00' } } } })
    expect(statements).toHaveLength(1)
    expect(statements[0]).toMatch(/^select sum\(t\."total"\) as m0 from/)
  })

  test('of names alone asks the database nothing', async () => {
    const { data, statements } = await readRecorded(
      '{ invoices { aggregate { __typename sum { __typename } } } }',
    )
    expect(data.invoices.aggregate).toEqual({
      __typename: 'InvoiceAggregate',
      sum: { __typename: 'InvoiceSum' },
    })
    expect(statements).toEqual([])
  })
})

describe('an aggregate behind a relation', () => {
  test('is one statement for all parents of a level', async () => {
    const { data, statements } = await readRecorded(`{ customers(orderBy: [{ name: ASC }]) { nodes { name
      invoices(first: 1) { aggregate { count sum { total } } }
    } } }`)
    expect(data.customers.nodes).toEqual([
      { name: 'Ada Lovelace', invoices: { aggregate: { count: 2, sum: { total: '25.50' } } } },
      { name: 'Grace Hopper', invoices: { aggregate: { count: 2, sum: { total: '74.50' } } } },
    ])
    expect(statements).toHaveLength(2)
  })

  test('is answered alike when the query is sent often', async () => {
    const query =
      '{ invoices(orderBy: [{ number: ASC }], first: 1) { nodes { items { aggregate { count sum { quantity } } } } } }'
    for (let times = 0; times < 5; times++) {
      const { data, statements } = await readRecorded(query)
      expect(data).toEqual({
        invoices: { nodes: [{ items: { aggregate: { count: 2, sum: { quantity: '58' } } } }] },
      })
      expect(statements).toHaveLength(2)
    }
  })

  test('is one statement a level, however deep, over join tables too, and zero where there are no rows', async () => {
    const { data, statements } = await readRecorded(`{ customers(orderBy: [{ name: ASC }]) { nodes { name
      invoices(orderBy: [{ number: ASC }]) { nodes { number
        items(where: { quantity: { gt: 1 } }) { aggregate { count max { quantity } } }
        tags { aggregate { count min { label } } }
      } }
    } } }`)
    const [of001, of002] = data.customers.nodes[0].invoices.nodes
    expect(of001).toEqual({
      number: '2026-001',
      items: { aggregate: { count: 2, max: { quantity: 40 } } },
      tags: { aggregate: { count: 1, min: { label: 'urgent' } } },
    })
    expect(of002).toEqual({
      number: '2026-002',
      items: { aggregate: { count: 0, max: { quantity: null } } },
      tags: { aggregate: { count: 0, min: { label: null } } },
    })
    expect(statements).toHaveLength(4)
  })
})

async function group(input: string, selection: string) {
  return (await read(`{ invoicesGrouped(${input}) { ${selection} } }`)).invoicesGrouped
}

describe('groups', () => {
  test('have keys and aggregates, in the order of the keys, null last', async () => {
    expect(
      await group(
        'by: [{ dueOn: DAY }, { status: true }]',
        'key { dueOn status } aggregate { count sum { total } }',
      ),
    ).toEqual([
      { key: { dueOn: '2026-03-01', status: 'DRAFT' }, aggregate: { count: 1, sum: { total: '20.50' } } },
      { key: { dueOn: '2026-03-01', status: 'SENT' }, aggregate: { count: 1, sum: { total: null } } },
      { key: { dueOn: '2026-08-01', status: 'PAID' }, aggregate: { count: 1, sum: { total: '74.50' } } },
      { key: { dueOn: null, status: 'SENT' }, aggregate: { count: 1, sum: { total: '5.00' } } },
      { key: { dueOn: null, status: 'VOID' }, aggregate: { count: 1, sum: { total: '1.00' } } },
    ])
  })

  test('by fields behind a relation; the keys of a deleted record are null', async () => {
    const by = 'by: [{ customer: { name: true } }, { customer: { id: true } }]'
    expect(await group(by, 'key { customer { id name } status } aggregate { count }')).toEqual([
      { key: { customer: { id: ada, name: 'Ada Lovelace' }, status: null }, aggregate: { count: 2 } },
      { key: { customer: { id: grace, name: 'Grace Hopper' }, status: null }, aggregate: { count: 2 } },
      { key: { customer: { id: null, name: null }, status: null }, aggregate: { count: 1 } },
    ])
  })

  test('over two relations in a row', async () => {
    const data = await read(
      '{ invoiceItemsGrouped(by: [{ invoice: { customer: { name: true } } }]) { key { invoice { customer { name } } } aggregate { sum { quantity } } } }',
    )
    expect(data.invoiceItemsGrouped).toEqual([
      { key: { invoice: { customer: { name: 'Ada Lovelace' } } }, aggregate: { sum: { quantity: '59' } } },
    ])
  })

  test.each([
    [
      'UTC',
      ['2025-12-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', '2026-07-01T00:00:00.000Z', null],
      [1, 2, 1, 1],
    ],
    [
      'Europe/Berlin',
      ['2025-12-31T23:00:00.000Z', '2026-01-31T23:00:00.000Z', '2026-06-30T22:00:00.000Z', null],
      [2, 1, 1, 1],
    ],
  ])('by month begin at midnight in %s', async (zone, months, counts) => {
    const groups = await group(
      `by: [{ sentAt: MONTH }], where: {}, timeZone: "${zone}"`,
      'key { sentAt } aggregate { count }',
    )
    expect(groups.map(({ key }: { key: { sentAt: string } }) => key.sentAt)).toEqual(months)
    expect(groups.map(({ aggregate }: { aggregate: { count: number } }) => aggregate.count)).toEqual(counts)
  })

  test.each([
    ['YEAR', '2025-12-31T23:00:00.000Z'],
    ['QUARTER', '2025-12-31T23:00:00.000Z'],
    ['WEEK', '2026-01-25T23:00:00.000Z'],
    ['DAY', '2026-01-31T23:00:00.000Z'],
    ['HOUR', '2026-01-31T23:00:00.000Z'],
  ])('by %s are told by the moment it begins with', async (part, moment) => {
    const input = `by: [{ sentAt: ${part} }], where: { number: { eq: "2026-002" } }, timeZone: "Europe/Berlin"`
    expect(await group(input, 'key { sentAt }')).toEqual([{ key: { sentAt: moment } }])
  })

  test('by numbers of a date stand side by side and beside a span', async () => {
    const input =
      'by: [{ sentAt: DAY_OF_WEEK }, { sentAt: HOUR_OF_DAY }, { sentAt: MONTH_OF_YEAR }, { sentAt: YEAR }], where: { number: { eq: "2026-002" } }, timeZone: "Europe/Berlin"'
    expect(await group(input, 'key { sentAt sentAtParts { dayOfWeek hourOfDay monthOfYear } }')).toEqual([
      {
        key: {
          sentAt: '2025-12-31T23:00:00.000Z',
          sentAtParts: { dayOfWeek: 7, hourOfDay: 0, monthOfYear: 2 },
        },
      },
    ])
  })

  test('by parts of a date are days, whatever the time zone', async () => {
    const input =
      'by: [{ dueOn: QUARTER }, { dueOn: DAY_OF_WEEK }], where: { dueOn: { isNull: false } }, timeZone: "Pacific/Auckland"'
    expect(await group(input, 'key { dueOn dueOnParts { dayOfWeek } } aggregate { count }')).toEqual([
      { key: { dueOn: '2026-01-01', dueOnParts: { dayOfWeek: 7 } }, aggregate: { count: 2 } },
      { key: { dueOn: '2026-07-01', dueOnParts: { dayOfWeek: 6 } }, aggregate: { count: 1 } },
    ])
  })

  test.each([
    ['count', '{ count: { gt: 1 } }', ['SENT']],
    ['a sum', '{ sum: { total: { gte: "5.00" } } }', ['DRAFT', 'PAID', 'SENT']],
    ['an average, as a number', '{ avg: { total: { lt: 5.5 } } }', ['SENT', 'VOID']],
    ['an extreme', '{ max: { sentAt: { gt: "2026-02-01T00:00:00Z" } } }', ['PAID']],
    ['an enum', '{ min: { status: { in: [PAID, VOID] } } }', ['PAID', 'VOID']],
    ['what has no value', '{ max: { sentAt: { isNull: true } } }', ['VOID']],
    ['one of two', '{ or: [{ count: { eq: 2 } }, { sum: { total: { eq: "1" } } }] }', ['SENT', 'VOID']],
    ['no alternative', '{ or: [] }', []],
    [
      'the opposite',
      '{ not: { max: { sentAt: { gt: "2026-02-01T00:00:00Z" } } } }',
      ['DRAFT', 'SENT', 'VOID'],
    ],
  ])('having %s', async (_what, having, expected) => {
    const groups = await group(`by: [{ status: true }], having: ${having}`, 'key { status }')
    expect(groups.map(({ key }: { key: { status: string } }) => key.status)).toEqual(expected)
  })

  test.each([
    ['{ count: DESC }', ['SENT', 'DRAFT', 'PAID', 'VOID']],
    ['{ sum: { total: DESC } }', ['PAID', 'DRAFT', 'SENT', 'VOID']],
    ['{ max: { sentAt: ASC } }', ['DRAFT', 'SENT', 'PAID', 'VOID']],
    ['{ max: { sentAt: DESC_NULLS_LAST } }', ['PAID', 'SENT', 'DRAFT', 'VOID']],
    ['{ countDistinct: { customerId: DESC } }', ['SENT', 'DRAFT', 'PAID', 'VOID']],
    ['{ key: { status: DESC } }', ['VOID', 'SENT', 'PAID', 'DRAFT']],
  ])('in the order %s', async (order, expected) => {
    const groups = await group(`by: [{ status: true }], orderBy: [${order}]`, 'key { status }')
    expect(groups.map(({ key }: { key: { status: string } }) => key.status)).toEqual(expected)
  })

  test('in the order of a key behind a relation, and no more than asked for', async () => {
    const input =
      'by: [{ customer: { name: true } }], orderBy: [{ key: { customer: { name: DESC_NULLS_LAST } } }], first: 2'
    expect(await group(input, 'key { customer { name } }')).toEqual([
      { key: { customer: { name: 'Grace Hopper' } } },
      { key: { customer: { name: 'Ada Lovelace' } } },
    ])
  })

  test('are answered alike when the query is sent often', async () => {
    const query = `query($by: [InvoiceGroupBy!]!, $zone: String!) { invoicesGrouped(by: $by, having: { count: { gt: 1 } }, timeZone: $zone) {
      key { sentAt } aggregate { count avg { total } }
    } }`
    const answers: unknown[] = []
    for (let times = 0; times < 5; times++)
      answers.push(await read(query, { by: [{ sentAt: 'YEAR' }], zone: 'Asia/Tokyo' }))
    const expected = {
      key: { sentAt: '2025-12-31T15:00:00.000Z' },
      aggregate: { count: 4, avg: { total: '33.3333333333333333' } },
    }
    for (const answer of answers) expect(answer).toEqual({ invoicesGrouped: [expected] })
  })

  test('are not known to a caller without rights', async () => {
    const query = '{ invoicesGrouped(by: [{ status: true }]) { aggregate { count } } }'
    expect(errorOf(await server.send('data', query, {}, null))).toBe(
      'GRAPHQL_VALIDATION_FAILED: Cannot query field "invoicesGrouped" on type "Query". Did you mean "productsGrouped"?',
    )
  })

  test.each([
    ['no keys', 'by: []', 'BAD_USER_INPUT: by must have at least one key'],
    [
      'too many keys',
      `by: [${'{ status: true }, '.repeat(9)}]`,
      'LIMIT_EXCEEDED: by lists 9 keys; at most 8 are allowed',
    ],
    [
      'false',
      'by: [{ status: false }]',
      'BAD_USER_INPUT: by[0].status must be true; leave it out to group by something else',
    ],
    [
      'a key twice',
      'by: [{ status: true }, { number: true }, { status: true }]',
      'BAD_USER_INPUT: by[2] has its value in key.status, as by[0] has; drop one',
    ],
    [
      'two spans of one field',
      'by: [{ sentAt: DAY }, { sentAt: MONTH }]',
      'BAD_USER_INPUT: by[1] has its value in key.sentAt, as by[0] has; drop one',
    ],
    [
      'hours of a date',
      'by: [{ dueOn: HOUR }]',
      'BAD_USER_INPUT: by[0].dueOn cannot be HOUR: a date has no hours',
    ],
    [
      'an unknown time zone',
      'by: [{ sentAt: DAY }], timeZone: "Mars/Olympus"',
      'BAD_USER_INPUT: timeZone must be a time zone such as Europe/Berlin or UTC, found "Mars/Olympus"',
    ],
    [
      'an offset for a time zone',
      'by: [{ status: true }], timeZone: "+02:00"',
      'BAD_USER_INPUT: timeZone must be a time zone such as Europe/Berlin or UTC, found "+02:00"',
    ],
    [
      'a time zone with SQL in it',
      `by: [{ sentAt: DAY }], timeZone: "UTC'; drop table invoices; --"`,
      `BAD_USER_INPUT: timeZone must be a time zone such as Europe/Berlin or UTC, found "UTC'; drop table invoices; --"`,
    ],
    [
      'more groups than allowed',
      'by: [{ status: true }], first: 101',
      'LIMIT_EXCEEDED: first must be at most 100, found 101',
    ],
    [
      'fewer than none',
      'by: [{ status: true }], first: -1',
      'BAD_USER_INPUT: first must not be negative, found -1',
    ],
    [
      'an order by what is no key',
      'by: [{ status: true }], orderBy: [{ key: { number: ASC } }]',
      'BAD_USER_INPUT: orderBy[0].key names no key of these groups; add it to by',
    ],
    [
      'an order by the key of another entity',
      'by: [{ number: true }], orderBy: [{ key: { customer: { name: ASC } } }]',
      'BAD_USER_INPUT: orderBy[0].key names no key of these groups; add it to by',
    ],
    [
      'an order by a sum of texts',
      'by: [{ status: true }], orderBy: [{ sum: { number: ASC } }]',
      'BAD_USER_INPUT: orderBy[0].sum has no such figure: only a field that the aggregate has under sum can be named',
    ],
    [
      'an order by a sum behind a relation',
      'by: [{ status: true }], orderBy: [{ min: { customer: { name: ASC } } }]',
      'BAD_USER_INPUT: orderBy[0].min has no such figure: only a field that the aggregate has under min can be named',
    ],
    [
      'a condition that is null',
      'by: [{ status: true }], having: { sum: null }',
      'BAD_USER_INPUT: having.sum cannot be null; leave it out, or use isNull or not',
    ],
    [
      'an operator that is null',
      'by: [{ status: true }], having: { sum: { total: { gt: null } } }',
      'BAD_USER_INPUT: having.sum.total.gt cannot be null; use isNull to ask for rows without a value',
    ],
    [
      'conditions nested too deep',
      `by: [{ status: true }], having: ${'{ not: '.repeat(7)}{}${' }'.repeat(7)}`,
      'LIMIT_EXCEEDED: having.not.not.not.not.not.not is nested too deep; at most 6 levels are allowed',
    ],
  ])('with %s are refused', async (_what, input, message) => {
    expect(errorOf(await server.send('data', `{ invoicesGrouped(${input}) { aggregate { count } } }`))).toBe(
      message,
    )
  })

  test('by two fields in one key are refused, also when the query is sent often', async () => {
    const query = 'query($by: [InvoiceGroupBy!]!) { invoicesGrouped(by: $by) { aggregate { count } } }'
    for (let times = 0; times < 5; times++) {
      const reply = await server.send('data', query, { by: [{ status: true, number: true }] })
      expect(errorOf(reply)).toMatch(/^BAD_USER_INPUT: .*exactly one key/i)
    }
  })
})

describe('awkward definitions', () => {
  const createEntity = 'mutation($input: EntityInput!) { createEntity(input: $input) { name } }'

  test('with names that every object has are grouped like others', async () => {
    const fields = [
      { name: 'constructor', type: 'STRING' },
      { name: 'to_string', type: 'INT' },
      { name: 'label', type: 'STRING' },
    ]
    dataOf(await server.send('admin', createEntity, { input: { name: 'prototype', fields } }))
    await read('mutation { createPrototype(input: { constructor: "a", toString: 2, label: "x" }) { id } }')
    const data = await read(
      '{ prototypesGrouped(by: [{ toString: true }]) { key { constructor toString label } aggregate { sum { toString } min { constructor } } } }',
    )
    expect(data.prototypesGrouped).toEqual([
      {
        key: { constructor: null, toString: 2, label: null },
        aggregate: { sum: { toString: '2' }, min: { constructor: 'a' } },
      },
    ])
  })

  test('with floats that add up to too much are told so', async () => {
    const fields = [{ name: 'size', type: 'FLOAT' }]
    dataOf(await server.send('admin', createEntity, { input: { name: 'star', fields } }))
    for (let count = 0; count < 2; count++)
      await read('mutation { createStar(input: { size: 1.7e308 }) { id } }')
    const reply = await server.send('data', '{ stars { aggregate { sum { size } } } }')
    expect(errorOf(reply)).toBe(
      'LIMIT_EXCEEDED: A sum or average is larger than a Float can be; ask for fewer rows',
    )
  })
})

test('an entity without numbers has neither sums nor averages', async () => {
  const { sums, extremes } = await read(
    '{ sums: __type(name: "CustomerSum") { name } extremes: __type(name: "CustomerAggregate") { fields { name } } }',
  )
  expect(sums).toBeNull()
  expect(extremes.fields.map(({ name }: { name: string }) => name)).toEqual([
    'count',
    'countDistinct',
    'min',
    'max',
  ])
})
