// Reading in full: every operator on every type, filters and orders through relations, and pages over all of them.
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'

const ada = '11111111-1111-4111-8111-111111111111'
const grace = '22222222-2222-4222-8222-222222222222'
const alan = '33333333-3333-4333-8333-333333333333'
const edith = '44444444-4444-4444-8444-444444444444'
const [one, two, three, four] = ['a', 'b', 'c', 'd'].map(
  (digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`,
)

const rows = {
  customer: [
    { id: ada, name: 'Ada Lovelace', email: 'ada@example.com', address: { town: 'London', floor: 3 } },
    { id: grace, name: 'Grace Hopper', email: 'grace@example.com', is_active: false },
    {
      id: alan,
      name: 'Alan Turing',
      email: 'ALAN@example.com',
      referrer_id: ada,
      address: { town: 'london', floor: 12, lines: [{ street: 'High Street' }], flat: null, lift: true },
    },
    { id: edith, name: 'Edith Clarke', email: 'edith@example.com', referrer_id: alan, address: ['x'] },
  ],
  product: [
    { sku: 'BOLT-8', title: 'Bolt M8', price: '0.40', weight: 0.02, stock: '1200', opens_at: '08:00' },
    { sku: 'NUT-8', title: 'Nut M8', price: '0.25', weight: 0.01, stock: '9007199254740993' },
    { sku: 'GEAR', title: 'Gear', price: '12.00', stock: '0', opens_at: '09:30:00.5' },
  ],
  tag: [
    { id: 1, label: 'urgent' },
    { id: 2, label: 'export' },
    { id: 3, label: 'never' },
  ],
  invoice: [
    { id: one, number: '2026-001', customer_id: ada, total: '20.50', due_on: '2026-03-01', note: '100%' },
    {
      id: two,
      number: '2026-002',
      customer_id: ada,
      status: 'sent',
      total: '5.00',
      sent_at: '2026-02-01T10:00:00.123Z',
    },
    {
      id: three,
      number: '2026-003',
      customer_id: grace,
      status: 'paid',
      note: 'Back\\slash',
      sent_at: '2026-02-02T10:00:00Z',
    },
    {
      id: four,
      number: '2026-004',
      customer_id: alan,
      total: '5.00',
      due_on: '2026-04-01',
      note: 'UPPER lower',
    },
  ],
  invoice_item: [
    {
      invoice_id: one,
      product_sku: 'BOLT-8',
      position: 1,
      description: 'Bolts',
      quantity: 40,
      unit_price: '0.40',
    },
    {
      invoice_id: one,
      product_sku: 'NUT-8',
      position: 2,
      description: 'Nuts',
      quantity: 18,
      unit_price: '0.25',
    },
    { invoice_id: two, position: 1, description: 'Delivery', quantity: 1, unit_price: '5.00' },
    {
      invoice_id: four,
      product_sku: 'BOLT-8',
      position: 1,
      description: 'Bolt',
      quantity: 1,
      unit_price: '5.00',
    },
  ],
  invoice_tags: [
    { invoice_id: one, tag_id: 1 },
    { invoice_id: four, tag_id: 1 },
    { invoice_id: four, tag_id: 2 },
  ],
}

/** The example with a relation of customers to customers, and rows that tell the operators apart. */
async function makeDocument(): Promise<string> {
  const document = parse(await readFile('examples/invoicing.yaml', 'utf8'))
  document.entities[0].fields.push({ name: 'referrer_id', type: 'uuid' })
  const referrals = { name: 'referrals', source: 'customer', target: 'customer', target_key: 'referrer_id' }
  document.relations.push({ ...referrals, type: 'one_to_many', ownership: 'none' })
  return JSON.stringify({ ...document, sample_data: rows })
}

let server: Server
beforeAll(async () => {
  server = await startTestServer()
  const importMetadata = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(await server.send('admin', importMetadata, { document: await makeDocument() }))
})
afterAll(() => server?.stop())

type Sample = 'customers' | 'invoices' | 'products' | 'invoiceItems' | 'tags'
/** What a row is called by, in the order of which lists are compared. */
const labels: Readonly<Record<Sample, string>> = {
  customers: 'name',
  invoices: 'number',
  products: 'id',
  invoiceItems: 'description',
  tags: 'label',
}

async function find(list: Sample, where: string): Promise<string> {
  const label = labels[list]
  const data = dataOf(
    await server.send(
      'data',
      `{ ${list}(where: ${where}, orderBy: [{ ${label}: ASC }]) { totalCount nodes { ${label} } } }`,
    ),
  )[list]
  const found: string[] = data.nodes.map((row: Record<string, string>) => row[label])
  expect(data.totalCount).toBe(found.length)
  return found.map((name) => name.replace(/^2026-|\s.*$/g, '')).join(' ')
}

describe('an operator', () => {
  test.each<[string, Sample, string, string]>([
    ['eq on an id', 'invoices', `{ id: { eq: "${one}" } }`, '001'],
    ['eq on an id in capitals', 'invoices', `{ id: { eq: "${one?.toUpperCase()}" } }`, '001'],
    ['neq on an id', 'invoices', `{ id: { neq: "${one}" } }`, '002 003 004'],
    ['in on an id', 'invoices', `{ id: { in: ["${one}", "${two}"] } }`, '001 002'],
    [
      'notIn on a key that may be null',
      'customers',
      `{ referrerId: { notIn: ["${ada}"] } }`,
      'Ada Edith Grace',
    ],
    ['isNull on a key', 'customers', '{ referrerId: { isNull: true } }', 'Ada Grace'],
    ['eq on a whole-number id', 'tags', '{ id: { eq: 2 } }', 'export'],
    ['in on a whole-number id', 'tags', '{ id: { in: ["1", "3"] } }', 'never urgent'],
    ['eq on a text id', 'products', '{ id: { eq: "GEAR" } }', 'GEAR'],
    ['eq on a boolean', 'customers', '{ isActive: { eq: false } }', 'Grace'],
    ['neq on a boolean', 'customers', '{ isActive: { neq: false } }', 'Ada Alan Edith'],
    ['in on a boolean', 'customers', '{ isActive: { in: [true, false] } }', 'Ada Alan Edith Grace'],
    ['notIn on a boolean', 'customers', '{ isActive: { notIn: [true] } }', 'Grace'],
    ['eq on text', 'customers', '{ name: { eq: "Ada Lovelace" } }', 'Ada'],
    ['neq on text, null being different', 'invoices', '{ note: { neq: "100%" } }', '002 003 004'],
    ['in on text', 'invoices', '{ note: { in: ["100%", "{\\"}"] } }', '001'],
    ['an empty in', 'invoices', '{ note: { in: [] } }', ''],
    ['notIn on text, null being none of them', 'invoices', '{ note: { notIn: ["100%"] } }', '002 003 004'],
    ['an empty notIn', 'invoices', '{ note: { notIn: [] } }', '001 002 003 004'],
    ['isNull false', 'invoices', '{ note: { isNull: false } }', '001 003 004'],
    ['contains', 'invoices', '{ note: { contains: "UPP" } }', '004'],
    ['contains in another case', 'invoices', '{ note: { contains: "upp" } }', ''],
    ['contains with a literal %', 'invoices', '{ note: { contains: "%" } }', '001'],
    ['contains with a literal backslash', 'invoices', '{ note: { contains: "\\\\" } }', '003'],
    ['contains of nothing', 'invoices', '{ note: { contains: "" } }', '001 003 004'],
    ['startsWith', 'invoices', '{ note: { startsWith: "Back" } }', '003'],
    ['startsWith with a literal _', 'invoices', '{ note: { startsWith: "B_ck" } }', ''],
    ['endsWith', 'invoices', '{ note: { endsWith: "slash" } }', '003'],
    ['like', 'invoices', '{ note: { like: "1__\\\\%" } }', '001'],
    ['ilike', 'invoices', '{ note: { ilike: "upper%" } }', '004'],
    ['ieq', 'customers', '{ email: { ieq: "alan@EXAMPLE.com" } }', 'Alan'],
    ['ieq with a literal _', 'customers', '{ email: { ieq: "al_n@example.com" } }', ''],
    ['icontains', 'invoices', '{ note: { icontains: "ER LO" } }', '004'],
    ['icontains with a literal %', 'invoices', '{ note: { icontains: "P%R" } }', ''],
    ['istartsWith', 'invoices', '{ note: { istartsWith: "upper" } }', '004'],
    ['iendsWith', 'invoices', '{ note: { iendsWith: "LOWER" } }', '004'],
    ['eq on an enum', 'invoices', '{ status: { eq: DRAFT } }', '001 004'],
    ['neq on an enum', 'invoices', '{ status: { neq: DRAFT } }', '002 003'],
    ['in on an enum', 'invoices', '{ status: { in: [SENT, PAID] } }', '002 003'],
    ['notIn on an enum', 'invoices', '{ status: { notIn: [SENT, PAID] } }', '001 004'],
    ['isNull on an enum', 'invoices', '{ status: { isNull: true } }', ''],
    ['eq on a whole number', 'invoiceItems', '{ quantity: { eq: 1 } }', 'Bolt Delivery'],
    ['neq on a whole number', 'invoiceItems', '{ quantity: { neq: 1 } }', 'Bolts Nuts'],
    ['gt on a whole number', 'invoiceItems', '{ quantity: { gt: 18 } }', 'Bolts'],
    ['gte on a whole number', 'invoiceItems', '{ quantity: { gte: 18 } }', 'Bolts Nuts'],
    ['lt on a whole number', 'invoiceItems', '{ quantity: { lt: 18 } }', 'Bolt Delivery'],
    ['lte and gt together', 'invoiceItems', '{ quantity: { lte: 18, gt: 1 } }', 'Nuts'],
    ['in on a whole number', 'invoiceItems', '{ quantity: { in: [18, 40] } }', 'Bolts Nuts'],
    ['eq on a large number', 'products', '{ stock: { eq: "9007199254740993" } }', 'NUT-8'],
    ['gt on a large number', 'products', '{ stock: { gt: 9007199254740992 } }', 'NUT-8'],
    ['in on a large number', 'products', '{ stock: { in: ["0", "1200"] } }', 'BOLT-8 GEAR'],
    ['eq on a float', 'products', '{ weight: { eq: 0.02 } }', 'BOLT-8'],
    ['lt on a float', 'products', '{ weight: { lt: 0.02 } }', 'NUT-8'],
    ['notIn on a float', 'products', '{ weight: { notIn: [0.02] } }', 'GEAR NUT-8'],
    ['eq on a decimal', 'invoices', '{ total: { eq: "5" } }', '002 004'],
    ['gt on a decimal', 'invoices', '{ total: { gt: 5.00 } }', '001'],
    ['in on a decimal', 'invoices', '{ total: { in: ["5.0", "20.5"] } }', '001 002 004'],
    ['eq on a date', 'invoices', '{ dueOn: { eq: "2026-03-01" } }', '001'],
    ['gt on a date', 'invoices', '{ dueOn: { gt: "2026-03-01" } }', '004'],
    ['in on a date', 'invoices', '{ dueOn: { in: ["2026-04-01"] } }', '004'],
    [
      'eq on a moment in another zone',
      'invoices',
      '{ sentAt: { eq: "2026-02-01T11:00:00.123+01:00" } }',
      '002',
    ],
    ['lte on a moment', 'invoices', '{ sentAt: { lte: "2026-02-01T10:00:00.122Z" } }', ''],
    ['in on a moment', 'invoices', '{ sentAt: { in: ["2026-02-02T10:00:00Z"] } }', '003'],
    ['gte on a time', 'products', '{ opensAt: { gte: "09:30" } }', 'GEAR'],
    ['in on a time', 'products', '{ opensAt: { in: ["08:00:00"] } }', 'BOLT-8'],
    ['isNull on a file', 'invoices', '{ document: { isNull: true } }', '001 002 003 004'],
    ['contains on JSON', 'customers', '{ address: { contains: { town: "London" } } }', 'Ada'],
    ['contains of true on JSON', 'customers', '{ address: { contains: { lift: true } } }', 'Alan'],
    ['contains of a list on JSON', 'customers', '{ address: { contains: ["x"] } }', 'Edith'],
    ['isNull on JSON', 'customers', '{ address: { isNull: true } }', 'Grace'],
  ])('%s finds the right rows', async (_title, list, where, expected) => {
    expect(await find(list, where)).toBe(expected)
  })

  test.each([
    ['eq', '{ at: ["town"], eq: "London" }', 'Ada'],
    ['eq inside a list', '{ at: ["lines", "0", "street"], eq: "High Street" }', 'Alan'],
    ['eq on a list as a whole', '{ at: [], eq: ["x"] }', 'Edith'],
    ['eq on true', '{ at: ["lift"], eq: true }', 'Alan'],
    ['eq of text on a number', '{ at: ["floor"], eq: "3" }', ''],
    ['neq, nothing being different', '{ at: ["town"], neq: "London" }', 'Alan Edith Grace'],
    ['in', '{ at: ["town"], in: ["London", true, ["y"], { a: 1 }] }', 'Ada'],
    ['gt on a number, by its size', '{ at: ["floor"], gt: 3 }', 'Alan'],
    ['gte and lt on a number', '{ at: ["floor"], gte: 3, lt: 12 }', 'Ada'],
    ['lte on text', '{ at: ["town"], lte: "Z" }', 'Ada'],
    ['gt on text, which no number is', '{ at: ["floor"], gt: "" }', ''],
    ['isNull, of which null is one', '{ at: ["flat"], isNull: true }', 'Ada Alan Edith Grace'],
    ['isNull false', '{ at: ["town"], isNull: false }', 'Ada Alan'],
    ['a key that would end a text', `{ at: ["x'; drop table customers; --"], eq: 1 }`, ''],
    ['no operator at all', '{ at: ["town"] }', 'Ada Alan Edith Grace'],
  ])('%s at a path of JSON finds the right rows', async (_title, path, expected) => {
    expect(await find('customers', `{ address: { path: ${path} } }`)).toBe(expected)
  })
})

describe('a filter through a relation', () => {
  test.each<[string, Sample, string, string]>([
    ['to one', 'invoices', '{ customer: { name: { startsWith: "A" } } }', '001 002 004'],
    ['to one, whatever it is', 'customers', '{ referrer: {} }', 'Alan Edith'],
    ['to one that is not there', 'customers', '{ not: { referrer: {} } }', 'Ada Grace'],
    [
      'to one for which it does not hold',
      'customers',
      '{ not: { referrer: { name: { startsWith: "Ada" } } } }',
      'Ada Edith Grace',
    ],
    [
      'to one of the same entity, twice',
      'customers',
      '{ referrer: { referrer: { name: { startsWith: "Ada" } } } }',
      'Edith',
    ],
    ['to many, some', 'invoices', '{ items: { some: { quantity: { gt: 10 } } } }', '001'],
    ['to many, some at all', 'invoices', '{ items: { some: {} } }', '001 002 004'],
    ['to many, every', 'invoices', '{ items: { every: { quantity: { lt: 20 } } } }', '002 003 004'],
    [
      'to many, every with nulls',
      'invoices',
      '{ items: { every: { productSku: { eq: "BOLT-8" } } } }',
      '003 004',
    ],
    ['to many, none', 'invoices', '{ items: { none: { quantity: { eq: 1 } } } }', '001 003'],
    ['to many, none at all', 'invoices', '{ items: { none: {} } }', '003'],
    ['to many, count', 'invoices', '{ items: { count: { eq: 2 } } }', '001'],
    ['to many, count in', 'invoices', '{ items: { count: { in: [0, 2] } } }', '001 003'],
    ['to many, count notIn', 'invoices', '{ items: { count: { notIn: [0, 2] } } }', '002 004'],
    ['to many, count between', 'invoices', '{ items: { count: { gte: 1, lt: 2 } } }', '002 004'],
    [
      'to many, several at once',
      'invoices',
      '{ items: { some: { quantity: { gt: 10 } }, count: { gt: 2 } } }',
      '',
    ],
    ['to many, with nothing asked', 'invoices', '{ items: {} }', '001 002 003 004'],
    [
      'to many of the same entity',
      'customers',
      '{ referrals: { some: { referrals: { count: { gt: 0 } } } } }',
      'Ada',
    ],
    ['over a join table', 'invoices', '{ tags: { some: { label: { eq: "urgent" } } } }', '001 004'],
    [
      'over a join table, every',
      'invoices',
      '{ tags: { every: { label: { eq: "urgent" } } } }',
      '001 002 003',
    ],
    ['over a join table, count', 'tags', '{ invoices: { count: { lt: 2 } } }', 'export never'],
    [
      'over a join table and back',
      'invoices',
      '{ tags: { some: { invoices: { some: { number: { eq: "2026-001" } } } } } }',
      '001 004',
    ],
    [
      'three deep to one',
      'invoiceItems',
      '{ invoice: { customer: { referrer: { email: { eq: "ada@example.com" } } } } }',
      'Bolt',
    ],
    [
      'three deep to many',
      'customers',
      '{ invoices: { some: { items: { some: { product: { title: { eq: "Nut M8" } } } } } } }',
      'Ada',
    ],
    [
      'three deep of every kind',
      'customers',
      '{ invoices: { every: { items: { none: { product: { items: { count: { gt: 1 } } } } } } } }',
      'Edith Grace',
    ],
    [
      'three deep under or and not',
      'customers',
      '{ or: [{ not: { invoices: { some: { tags: { some: {} } } } } }, { referrer: {} }] }',
      'Alan Edith Grace',
    ],
    [
      'six levels deep',
      'customers',
      '{ invoices: { some: { items: { some: { product: { items: { some: { invoice: { number: { eq: "2026-004" } } } } } } } } } }',
      'Ada Alan',
    ],
  ])('leads %s', async (_title, list, where, expected) => {
    expect(await find(list, where)).toBe(expected)
  })

  test('holds in nested lists and their counts', async () => {
    const query = `{ customer(id: "${ada}") { invoices(where: { items: { some: { product: { title: { contains: "M8" } } } } }) { totalCount nodes { number } } } }`
    expect(dataOf(await server.send('data', query)).customer.invoices).toEqual({
      totalCount: 1,
      nodes: [{ number: '2026-001' }],
    })
  })

  test('gives the same when it comes as a variable, the first time and the tenth', async () => {
    const query =
      'query($where: InvoiceFilter, $orderBy: [InvoiceOrderBy!]) { invoices(where: $where, orderBy: $orderBy) { nodes { number } } }'
    const variables = {
      where: {
        customer: { name: { startsWith: 'A' } },
        items: { count: { in: [1, 2] } },
        status: { in: ['DRAFT'] },
      },
      orderBy: [{ customer: { name: 'DESC' } }],
    }
    for (let count = 0; count < 10; count++)
      expect(dataOf(await server.send('data', query, variables)).invoices.nodes).toEqual([
        { number: '2026-004' },
        { number: '2026-001' },
      ])
  })

  test('sees no deleted rows', async () => {
    const created = dataOf(
      await server.send(
        'data',
        `mutation { createInvoice(input: { number: "2026-099", customerId: "${edith}" }) { id } }`,
      ),
    ).createInvoice
    const where = '{ invoices: { some: { number: { eq: "2026-099" } } } }'
    expect(await find('customers', where)).toBe('Edith')
    dataOf(await server.send('data', `mutation { deleteInvoice(id: "${created.id}") { id } }`))
    expect(await find('customers', where)).toBe('')
    expect(await find('customers', '{ invoices: { count: { eq: 0 } } }')).toBe('Edith')
  })
})

/** Walks a list to its end, one page after the other, forwards or backwards. */
async function walk(list: Sample, orderBy: string, size: number, isBackward: boolean): Promise<string[]> {
  const found: string[] = []
  const label = labels[list]
  const page = isBackward ? `last: ${size}, before: $cursor` : `first: ${size}, after: $cursor`
  const query = `query($cursor: String) { ${list}(orderBy: ${orderBy}, ${page}) { nodes { ${label} } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`
  let cursor: string | null = null
  for (let count = 0; count < 20; count++) {
    const data: { nodes: Record<string, string>[]; pageInfo: Record<string, string | null> } = dataOf(
      await server.send('data', query, { cursor }),
    )[list]
    const names = data.nodes.map((row) => (row[label] ?? '').replace(/^2026-|\s.*$/g, ''))
    found.splice(isBackward ? 0 : found.length, 0, ...names)
    if (!data.pageInfo[isBackward ? 'hasPreviousPage' : 'hasNextPage']) return found
    cursor = data.pageInfo[isBackward ? 'startCursor' : 'endCursor'] ?? null
  }
  throw new Error('The walk did not come to an end')
}

describe('an order', () => {
  test.each<[string, Sample, string, string]>([
    ['a column', 'invoices', '[{ total: ASC }, { number: ASC }]', '002 004 001 003'],
    [
      'a column, nulls first',
      'invoices',
      '[{ total: ASC_NULLS_FIRST }, { number: DESC }]',
      '003 004 002 001',
    ],
    ['a column down', 'invoices', '[{ total: DESC }, { number: ASC }]', '003 001 002 004'],
    [
      'a column down, nulls last',
      'invoices',
      '[{ total: DESC_NULLS_LAST }, { number: ASC }]',
      '001 002 004 003',
    ],
    ['a relation', 'invoices', '[{ customer: { name: ASC } }, { number: DESC }]', '002 001 004 003'],
    [
      'a relation, nulls last',
      'customers',
      '[{ referrer: { name: ASC } }, { name: ASC }]',
      'Alan Edith Ada Grace',
    ],
    [
      'a relation, nulls first',
      'customers',
      '[{ referrer: { name: ASC_NULLS_FIRST } }, { name: DESC }]',
      'Grace Ada Alan Edith',
    ],
    ['a relation down', 'customers', '[{ referrer: { name: DESC } }, { name: ASC }]', 'Ada Grace Edith Alan'],
    [
      'a relation down, nulls last',
      'customers',
      '[{ referrer: { name: DESC_NULLS_LAST } }, { name: ASC }]',
      'Edith Alan Ada Grace',
    ],
    [
      'two relations in a row',
      'customers',
      '[{ referrer: { referrer: { email: ASC } } }, { name: ASC }]',
      'Edith Ada Alan Grace',
    ],
    [
      'three relations in a row',
      'invoiceItems',
      '[{ invoice: { customer: { referrer: { name: DESC_NULLS_LAST } } } }, { description: ASC }]',
      'Bolt Bolts Delivery Nuts',
    ],
    [
      'a key behind a relation',
      'invoiceItems',
      '[{ product: { id: ASC_NULLS_FIRST } }, { description: ASC }]',
      'Delivery Bolt Bolts Nuts',
    ],
    ['a count', 'invoices', '[{ itemsCount: ASC }, { number: ASC }]', '003 002 004 001'],
    ['a count down', 'invoices', '[{ itemsCount: DESC }, { number: ASC }]', '001 002 004 003'],
    [
      'a count over a join table',
      'invoices',
      '[{ tagsCount: DESC_NULLS_LAST }, { number: ASC }]',
      '004 001 002 003',
    ],
    [
      'a count behind a relation',
      'customers',
      '[{ referrer: { invoicesCount: DESC_NULLS_LAST } }, { name: ASC }]',
      'Alan Edith Ada Grace',
    ],
    ['a count alone', 'invoices', '[{ itemsCount: DESC }]', '001 004 002 003'],
    [
      'all of them',
      'invoices',
      '[{ itemsCount: DESC }, { customer: { referrer: { name: ASC } } }, { total: ASC }]',
      '001 004 002 003',
    ],
  ])('by %s is the same whole, in pages, and backwards', async (_title, list, orderBy, expected) => {
    for (const size of [1, 2, 3, 100]) {
      expect((await walk(list, orderBy, size, false)).join(' ')).toBe(expected)
      expect((await walk(list, orderBy, size, true)).join(' ')).toBe(expected)
    }
  })

  test('binds its cursors to the whole path', async () => {
    const ask = (orderBy: string, after: string | null) =>
      server.send(
        'data',
        'query($after: String) { customers(orderBy: ORDER, first: 1, after: $after) { pageInfo { endCursor } } }'.replace(
          'ORDER',
          orderBy,
        ),
        { after },
      )
    const cursor = dataOf(await ask('[{ referrer: { name: ASC } }]', null)).customers.pageInfo.endCursor
    for (const other of [
      '[{ name: ASC }]',
      '[{ referrer: { email: ASC } }]',
      '[{ referrer: { referrer: { name: ASC } } }]',
      '[{ referrer: { name: DESC } }]',
    ])
      expect(errorOf(await ask(other, cursor))).toMatch(
        /^BAD_USER_INPUT: after is not a cursor of this list in this order/,
      )
  })

  test('holds in nested lists', async () => {
    const query =
      '{ customers(orderBy: [{ name: ASC }]) { nodes { invoices(first: 1, orderBy: [{ itemsCount: ASC }]) { nodes { number } } } } }'
    const numbers = dataOf(await server.send('data', query)).customers.nodes.map(
      (row: { invoices: { nodes: { number: string }[] } }) => row.invoices.nodes.map(({ number }) => number),
    )
    expect(numbers).toEqual([['2026-002'], ['2026-004'], [], ['2026-003']])
  })
})

describe('a bad input', () => {
  const deep = (levels: number): string => (levels === 0 ? '{}' : `{ referrer: ${deep(levels - 1)} }`)
  test.each([
    [
      'a filter through six relations',
      `where: ${deep(6)}`,
      'LIMIT_EXCEEDED: where.referrer.referrer.referrer.referrer.referrer.referrer is nested too deep; at most 6 levels are allowed',
    ],
    [
      'a filter through six relations to many',
      `where: ${'{ referrals: { some: '.repeat(6)}{}${' } }'.repeat(6)}`,
      /^LIMIT_EXCEEDED: where(\.referrals\.some){6} is nested too deep/,
    ],
    [
      'an order through seven relations',
      `orderBy: [${'{ referrer: '.repeat(7)}{ name: ASC }${' }'.repeat(7)}]`,
      /^LIMIT_EXCEEDED: orderBy\[0\](\.referrer){7} leads too far; at most 6 relations in a row are allowed$/,
    ],
    [
      'an order by eleven keys',
      `orderBy: [${'{ name: ASC }, '.repeat(11)}]`,
      'LIMIT_EXCEEDED: orderBy lists 11 keys; at most 10 are allowed',
    ],
    [
      'a list of 1,001',
      `where: { name: { in: [${'"x", '.repeat(1001)}] } }`,
      /^(LIMIT_EXCEEDED: where.name.in lists 1001 values; at most 1000 are allowed|GRAPHQL_PARSE_FAILED)/,
    ],
    [
      'text where a number belongs',
      'where: { referrals: { count: { eq: "1" } } }',
      /^GRAPHQL_VALIDATION_FAILED: Int cannot represent non-integer value: "1"/,
    ],
    [
      'a number where an object belongs',
      'where: { referrer: 1 }',
      /^GRAPHQL_VALIDATION_FAILED: Expected value of type "CustomerFilter", found 1/,
    ],
    [
      'an operator that the type has not',
      'where: { isActive: { gt: true } }',
      /^GRAPHQL_VALIDATION_FAILED: Field "gt" is not defined by type "BooleanFilter"/,
    ],
    [
      'null for a relation',
      'where: { referrer: null }',
      'BAD_USER_INPUT: where.referrer cannot be null; leave it out, or use isNull or not',
    ],
    [
      'null for a quantifier',
      'where: { referrals: { some: null } }',
      /^BAD_USER_INPUT: where.referrals.some cannot be null/,
    ],
    [
      'null for a count',
      'where: { referrals: { count: null } }',
      /^BAD_USER_INPUT: where.referrals.count cannot be null/,
    ],
    [
      'null for an operator of a count',
      'where: { referrals: { count: { gt: null } } }',
      /^BAD_USER_INPUT: where.referrals.count.gt cannot be null; use isNull/,
    ],
    ['null for not', 'where: { not: null }', /^BAD_USER_INPUT: where.not cannot be null/],
    [
      'null for isNull',
      'where: { name: { isNull: null } }',
      /^BAD_USER_INPUT: where.name.isNull cannot be null/,
    ],
    [
      'null at a path',
      'where: { address: { path: { at: ["a"], eq: null } } }',
      /^BAD_USER_INPUT: where.address.path.eq cannot be null; use isNull/,
    ],
    [
      'a path without its keys',
      'where: { address: { path: { eq: 1 } } }',
      /^GRAPHQL_VALIDATION_FAILED: Field "JSONPathFilter.at" of required type/,
    ],
    [
      'true as something to be greater than',
      'where: { address: { path: { at: ["a"], gt: true } } }',
      'BAD_USER_INPUT: where.address.path.gt must be a number or a text, found true',
    ],
    [
      'a path of 101 keys',
      `where: { address: { path: { at: [${'"a", '.repeat(101)}], eq: 1 } } }`,
      'LIMIT_EXCEEDED: where.address.path.at lists 101 steps; at most 100 are allowed',
    ],
    [
      'NUL in a key of a path',
      'where: { address: { path: { at: ["\\u0000"], eq: 1 } } }',
      /^BAD_USER_INPUT: where.address.path.at\[0\] must be text without NUL/,
    ],
    [
      'NUL inside JSON',
      'where: { address: { contains: { a: "\\u0000" } } }',
      /^(BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED): .*no NUL/,
    ],
    [
      'NUL in a text',
      'where: { name: { icontains: "\\u0000" } }',
      /^BAD_USER_INPUT: where.name.icontains must be text without NUL/,
    ],
    [
      'half a surrogate pair',
      'where: { name: { eq: "\\ud800" } }',
      /^GRAPHQL_PARSE_FAILED: Syntax Error: Invalid Unicode escape sequence/,
    ],
    [
      'a pattern with a lone backslash at its end',
      'where: { name: { like: "a\\\\" } }',
      /^BAD_USER_INPUT: where.name.like ends in a \\/,
    ],
    [
      'an id of another form behind a relation',
      'where: { referrer: { id: { eq: "x" } } }',
      /^BAD_USER_INPUT: where.referrer.id.eq must be a UUID/,
    ],
    [
      'an empty order key',
      'orderBy: [{}]',
      /^GRAPHQL_VALIDATION_FAILED: OneOf Input Object "CustomerOrderBy" must specify exactly one key/,
    ],
    [
      'an empty order key behind a relation',
      'orderBy: [{ referrer: {} }]',
      /^GRAPHQL_VALIDATION_FAILED: OneOf Input Object "CustomerOrderBy" must specify exactly one key/,
    ],
    [
      'an order by a list',
      'orderBy: [{ referrals: { name: ASC } }]',
      /^GRAPHQL_VALIDATION_FAILED: Field "referrals" is not defined by type "CustomerOrderBy"/,
    ],
    [
      'an order by JSON',
      'orderBy: [{ address: ASC }]',
      /^GRAPHQL_VALIDATION_FAILED: Field "address" is not defined by type "CustomerOrderBy"/,
    ],
  ])('such as %s is refused', async (_title, input, message) => {
    const found = errorOf(await server.send('data', `{ customers(${input}) { nodes { id } } }`))
    if (typeof message === 'string') expect(found).toBe(message)
    else expect(found).toMatch(message)
  })

  const asVariables =
    'query($where: CustomerFilter, $orderBy: [CustomerOrderBy!]) { customers(where: $where, orderBy: $orderBy) { nodes { id } } }'
  test.each([
    [
      'a list of 1,001',
      { where: { name: { in: Array(1001).fill('x') } } },
      'LIMIT_EXCEEDED: where.name.in lists 1001 values; at most 1000 are allowed',
    ],
    [
      '501 conditions',
      { where: { or: Array(501).fill({}) } },
      'LIMIT_EXCEEDED: where.or is one condition too many; at most 500 are allowed in all',
    ],
    [
      '501 conditions all over',
      {
        where: {
          or: Array(100).fill({
            name: { eq: 'x' },
            email: { eq: 'x' },
            referrer: {},
            referrals: { some: {}, none: {} },
          }),
        },
      },
      /^LIMIT_EXCEEDED: where.or\[\d+\].* is one condition too many/,
    ],
    [
      'half a surrogate pair',
      { where: { name: { eq: '\ud800' } } },
      'BAD_USER_INPUT: where.name.eq must be text without NUL and without half surrogate pairs',
    ],
    [
      'half a surrogate pair in a key of a path',
      { where: { address: { path: { at: ['\ud800'], eq: 1 } } } },
      /^BAD_USER_INPUT: where.address.path.at\[0\] must be text without NUL/,
    ],
    [
      'two keys in one item',
      { orderBy: [{ name: 'ASC', email: 'ASC' }] },
      /^BAD_USER_INPUT: .*exactly one key/i,
    ],
    [
      'two keys behind a relation',
      { orderBy: [{ referrer: { name: 'ASC', email: 'ASC' } }] },
      /^BAD_USER_INPUT: .*exactly one key/i,
    ],
    ['no key behind a relation', { orderBy: [{ referrer: {} }] }, /^BAD_USER_INPUT: .*exactly one key/i],
    ['null behind a relation', { orderBy: [{ referrer: null }] }, /^BAD_USER_INPUT: .*null/i],
    [
      'a relation in the place of a direction',
      { orderBy: [{ name: { name: 'ASC' } }] },
      /^BAD_USER_INPUT: .*Enum "SortOrder" cannot represent non-string value/,
    ],
    ['null in and', { where: { and: [null] } }, /^BAD_USER_INPUT: .*not to be null/],
  ])('such as %s in variables is refused every time', async (_title, variables, message) => {
    for (let count = 0; count < 4; count++) {
      const found = errorOf(await server.send('data', asVariables, variables))
      if (typeof message === 'string') expect(found).toBe(message)
      else expect(found).toMatch(message)
    }
  })

  test.each([
    ['where: null', 4],
    ['where: {}', 4],
    ['where: { and: [] }', 4],
    ['where: { or: [] }', 0],
    ['where: { referrals: {} }', 4],
    ['where: { name: {} }', 4],
    ['orderBy: null', 4],
    ['orderBy: []', 4],
  ])('is not %s', async (input, count) => {
    expect(
      dataOf(await server.send('data', `{ customers(${input}) { totalCount } }`)).customers.totalCount,
    ).toBe(count)
  })
})
