// Many records in one mutation through the front door: nested rows in every mode, links, bulk writes, upsert and restore.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { billing } from '../support/billing.ts'
import { dataOf, errorOf, type GraphQLReply, type Server, startTestServer } from '../support/server.ts'

let server: Server

beforeAll(async () => {
  server = await startTestServer()
  const importMetadata = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(await server.send('admin', importMetadata, { document: JSON.stringify(billing) }))
})
afterAll(() => server?.stop())

function send(query: string, variables?: unknown): Promise<GraphQLReply> {
  return server.send('data', query, variables)
}

async function run(query: string, variables?: unknown) {
  return dataOf(await send(query, variables))
}

/** Codes and paths of what a reply tells. */
function detailsOf(reply: GraphQLReply) {
  const [error] = reply.errors ?? []
  const details = (error?.extensions.details ?? []) as readonly Readonly<{ path: string; message: string }>[]
  return [error?.extensions.code, ...details.map(({ path, message }) => `${path}: ${message}`)]
}

const tree = `id number _version
  items(orderBy: [{ description: ASC }]) { nodes { id _version description quantity
    taxLines(orderBy: [{ name: ASC }]) { nodes { id name rate } } } }
  tags(orderBy: [{ id: ASC }]) { nodes { id label } }`
const createInvoice = `mutation($input: InvoiceCreateInput!) { createInvoice(input: $input) { ${tree} } }`
const updateInvoice = `mutation($id: ID!, $input: InvoiceUpdateInput!) { updateInvoice(id: $id, input: $input) { ${tree} } }`

let count = 0
const nextNumber = () => `N-${++count}`

async function makeInvoice(input: object) {
  return (await run(createInvoice, { input: { number: nextNumber(), ...input } })).createInvoice
}

async function changeInvoice(id: string, input: object) {
  return (await run(updateInvoice, { id, input })).updateInvoice
}

async function readInvoice(id: string) {
  return (await run(`query($id: ID!) { invoice(id: $id) { ${tree} } }`, { id })).invoice
}

const descriptionsOf = (invoice: { items: { nodes: { description: string }[] } }) =>
  invoice.items.nodes.map(({ description }) => description)
const idsOf = (invoice: { items: { nodes: { id: string }[] } }) => invoice.items.nodes.map(({ id }) => id)
const tagsOf = (invoice: { tags: { nodes: { id: string }[] } }) => invoice.tags.nodes.map(({ id }) => id)

/** Some key that no record has. */
const nowhere = '99999999-9999-4999-8999-999999999999'

describe('a tree of records', () => {
  test('is made by one mutation, three levels deep', async () => {
    const made = await makeInvoice({
      items: {
        data: [
          {
            description: 'Bolts',
            quantity: 40,
            taxLines: {
              data: [
                { name: 'Levy', rate: '1.5' },
                { name: 'VAT', rate: '19' },
              ],
            },
          },
          { description: 'Nuts' },
        ],
      },
    })
    expect(made).toMatchObject({
      _version: 1,
      items: {
        nodes: [
          {
            description: 'Bolts',
            quantity: 40,
            taxLines: {
              nodes: [
                { name: 'Levy', rate: '1.50' },
                { name: 'VAT', rate: '19.00' },
              ],
            },
          },
          { description: 'Nuts', quantity: 1, taxLines: { nodes: [] } },
        ],
      },
    })
    expect(await readInvoice(made.id)).toEqual(made)
  })

  test('is not made at all when a leaf is wrong, and the leaf is named', async () => {
    const number = nextNumber()
    const items = {
      data: [{ description: 'Bolts' }, { description: 'Nuts', taxLines: { data: [{ rate: '1' }] } }],
    }
    const reply = await send(createInvoice, { input: { number, items } })
    expect(reply.errors?.[0]?.extensions).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [{ path: 'items.data[1].taxLines.data[0].name', field: 'name', rule: 'required' }],
    })
    expect(
      (await run('query($n: String) { invoiceBy(key: { number: $n }) { id } }', { n: number })).invoiceBy,
    ).toBeNull()
  })

  test('may have keys that the client made, where it says so', async () => {
    const id = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'
    const made = await makeInvoice({ items: { data: [{ id, create: true, description: 'Mine' }] } })
    expect(idsOf(made)).toEqual([id])
  })

  test('is changed at any depth without its parents growing older', async () => {
    const made = await makeInvoice({
      items: { data: [{ description: 'A', taxLines: { data: [{ name: 'VAT', rate: '19' }] } }] },
    })
    const [item] = made.items.nodes
    const [line] = item.taxLines.nodes
    const changed = await changeInvoice(made.id, {
      items: { data: [{ id: item.id, taxLines: { data: [{ id: line.id, rate: '7' }] } }] },
    })
    expect(changed).toMatchObject({
      _version: 1,
      items: { nodes: [{ id: item.id, _version: 1, taxLines: { nodes: [{ id: line.id, rate: '7.00' }] } }] },
    })
  })

  test('is deleted with its children, and restored with them', async () => {
    const made = await makeInvoice({ items: { data: [{ description: 'A' }] } })
    const gone = await run('mutation($id: ID!) { deleteInvoice(id: $id) { number } }', { id: made.id })
    expect(gone.deleteInvoice).toEqual({ number: made.number })
    expect(await readInvoice(made.id)).toBeNull()
    const back = await run(`mutation($id: ID!) { restoreInvoice(id: $id) { ${tree} } }`, { id: made.id })
    expect(descriptionsOf(back.restoreInvoice)).toEqual(['A'])
  })

  test('that lives cannot be restored', async () => {
    const made = await makeInvoice({})
    const reply = await send('mutation($id: ID!) { restoreInvoice(id: $id) { id } }', { id: made.id })
    expect(errorOf(reply)).toMatch(/^NOT_FOUND/)
  })
})

describe('the rows that an update does not name', () => {
  const start = () => makeInvoice({ items: { data: [{ description: 'A' }, { description: 'B' }] } })
  const rows = (id: string) => [{ id, description: 'A2' }, { description: 'C' }]

  test('stay as they are in DIFF, which is the default', async () => {
    const made = await start()
    const [first = '', second = ''] = idsOf(made)
    const changed = await changeInvoice(made.id, { items: { data: rows(first) } })
    expect(descriptionsOf(changed)).toEqual(['A2', 'B', 'C'])
    expect(idsOf(changed)).toEqual([first, second, expect.any(String)])
  })

  test('are removed in REPLACE', async () => {
    const made = await start()
    const [first = ''] = idsOf(made)
    const changed = await changeInvoice(made.id, { items: { mode: 'REPLACE', data: rows(first) } })
    expect(descriptionsOf(changed)).toEqual(['A2', 'C'])
  })

  test('are all removed in REPLACE without rows', async () => {
    const made = await start()
    expect(descriptionsOf(await changeInvoice(made.id, { items: { mode: 'REPLACE', data: [] } }))).toEqual([])
  })

  test('stay in APPEND, and so do those that it names', async () => {
    const made = await start()
    const [first = ''] = idsOf(made)
    const changed = await changeInvoice(made.id, { items: { mode: 'APPEND', data: rows(first) } })
    expect(descriptionsOf(changed)).toEqual(['A', 'B', 'C'])
  })

  test('are taken out one by one with delete', async () => {
    const made = await start()
    const [first = ''] = idsOf(made)
    const changed = await changeInvoice(made.id, { items: { data: [{ id: first, delete: true }] } })
    expect(descriptionsOf(changed)).toEqual(['B'])
  })

  test('are let go, not deleted, where the parent does not own them', async () => {
    const { id: invoice } = await makeInvoice({})
    const customer = await run(
      `mutation($i: ID!) { createCustomer(input: { name: "Ada" }) { id } updateInvoice(id: $i, input: {}) { id } }`,
      { i: invoice },
    )
    const { id } = customer.createCustomer
    await changeInvoice(invoice, { customerId: id })
    const update = `mutation($id: ID!) { updateCustomer(id: $id, input: { invoices: { mode: REPLACE, data: [] } }) { invoices { totalCount } } }`
    expect((await run(update, { id })).updateCustomer).toEqual({ invoices: { totalCount: 0 } })
    const left = await run('query($id: ID!) { invoice(id: $id) { customerId } }', { id: invoice })
    expect(left.invoice).toEqual({ customerId: null })
  })
})

describe('a row with an id that is not one of this parent', () => {
  test.each([
    ['an update of it', (id: string) => ({ id, description: 'stolen' })],
    ['a removal of it', (id: string) => ({ id, delete: true })],
  ])('refuses %s and everything beside it', async (_title, row) => {
    const other = await makeInvoice({ items: { data: [{ description: 'Theirs' }] } })
    const made = await makeInvoice({ items: { data: [{ description: 'Mine' }] } })
    const [foreign = ''] = idsOf(other)
    const data = [{ description: 'New' }, row(foreign)]
    const reply = await send(updateInvoice, { id: made.id, input: { note: 'x', items: { data } } })
    expect(reply.errors?.[0]?.extensions).toMatchObject({
      code: 'NOT_FOUND',
      details: [{ path: 'items.data[1]', message: expect.stringContaining(foreign) }],
    })
    expect(await readInvoice(made.id)).toEqual(made)
    expect(await readInvoice(other.id)).toEqual(other)
  })

  test('is refused below a new record too', async () => {
    const other = await makeInvoice({ items: { data: [{ description: 'Theirs' }] } })
    const input = { number: nextNumber(), items: { data: [{ id: idsOf(other)[0] }] } }
    expect(errorOf(await send(createInvoice, { input }))).toMatch(/^NOT_FOUND: items.data\[0\]: There is no/)
    expect(await readInvoice(other.id)).toEqual(other)
  })
})

describe('rows of a many_to_many relation', () => {
  beforeEach(async () => {
    const inputs = ['urgent', 'export', 'late'].map((id) => ({ id, label: `${id} ${count++}` }))
    const known = (await run('{ tags { nodes { id } } }')).tags.nodes as { id: string }[]
    const missing = inputs.filter(({ id }) => !known.some((tag) => tag.id === id))
    await run('mutation($inputs: [TagCreateInput!]!) { createTags(inputs: $inputs) { count } }', {
      inputs: missing,
    })
  })

  test('link what exists, make what is new, and let go without deleting', async () => {
    const fresh = `new-${nextNumber()}`
    const made = await makeInvoice({
      tags: { data: [{ id: 'urgent' }, { id: fresh, create: true, label: fresh }] },
    })
    expect(tagsOf(made)).toEqual([fresh, 'urgent'])
    const changed = await changeInvoice(made.id, {
      tags: { data: [{ id: 'late' }, { id: 'urgent', delete: true }] },
    })
    expect(tagsOf(changed)).toEqual(['late', fresh])
    expect((await run('{ tag(id: "urgent") { id } }')).tag).toEqual({ id: 'urgent' })
  })

  test('change the record that they link', async () => {
    const label = `Export ${nextNumber()}`
    const made = await makeInvoice({ tags: { data: [{ id: 'export', label }] } })
    expect(made.tags.nodes).toEqual([{ id: 'export', label }])
  })

  test('link twice without harm', async () => {
    const made = await makeInvoice({ tags: { data: [{ id: 'urgent' }] } })
    expect(tagsOf(await changeInvoice(made.id, { tags: { data: [{ id: 'urgent' }] } }))).toEqual(['urgent'])
  })

  test('are all the links there are in REPLACE', async () => {
    const made = await makeInvoice({ tags: { data: [{ id: 'urgent' }, { id: 'export' }] } })
    const changed = await changeInvoice(made.id, {
      tags: { mode: 'REPLACE', data: [{ id: 'export' }, { id: 'late' }] },
    })
    expect(tagsOf(changed)).toEqual(['export', 'late'])
  })

  test('only add links in APPEND, and change nothing', async () => {
    const made = await makeInvoice({ tags: { data: [{ id: 'urgent' }] } })
    const changed = await changeInvoice(made.id, {
      tags: { mode: 'APPEND', data: [{ id: 'late', label: 'not taken' }] },
    })
    expect(tagsOf(changed)).toEqual(['late', 'urgent'])
    expect((await run('{ tag(id: "late") { label } }')).tag.label).not.toBe('not taken')
  })

  test('must exist to be linked, and be linked to be let go', async () => {
    const made = await makeInvoice({})
    const tags = { data: [{ id: 'nowhere' }, { id: 'late', delete: true }] }
    const reply = await send(updateInvoice, { id: made.id, input: { tags } })
    expect(detailsOf(reply)[0]).toBe('NOT_FOUND')
    expect(detailsOf(reply).slice(1)).toEqual([
      expect.stringMatching(/^tags\.data\[0\]: /),
      expect.stringMatching(/^tags\.data\[1\]: /),
    ])
  })
})

describe('the row of a relation to one', () => {
  const fields = 'id profile { id phone }'
  const create = `mutation($input: CustomerCreateInput!) { createCustomer(input: $input) { ${fields} } }`
  const update = `mutation($id: ID!, $input: CustomerUpdateInput!) { updateCustomer(id: $id, input: $input) { ${fields} } }`
  const start = async () =>
    (await run(create, { input: { name: 'Ada', profile: { data: { phone: '1' } } } })).createCustomer

  test('is made with its parent', async () => {
    expect(await start()).toMatchObject({ profile: { phone: '1' } })
  })

  test('is changed by its id', async () => {
    const made = await start()
    const profile = { data: { id: made.profile.id, phone: '2' } }
    expect((await run(update, { id: made.id, input: { profile } })).updateCustomer).toEqual({
      id: made.id,
      profile: { id: made.profile.id, phone: '2' },
    })
  })

  test('is taken out by REPLACE with null', async () => {
    const made = await start()
    const input = { profile: { mode: 'REPLACE', data: null } }
    expect((await run(update, { id: made.id, input })).updateCustomer.profile).toBeNull()
  })

  test('is refused at a path without an index', async () => {
    const input = { name: 'Ada', profile: { data: {} } }
    expect(detailsOf(await send(create, { input }))).toEqual([
      'VALIDATION_FAILED',
      expect.stringMatching(/^profile\.data\.phone: /),
    ])
  })
})

describe('the same text sent again and again, as it is once it is compiled', () => {
  test('means the same: modes, literals and variables without a value', async () => {
    const made = await makeInvoice({ items: { data: [{ description: 'A' }, { description: 'B' }] } })
    const replaceItems = `mutation($i: ID!, $id: ID, $q: Int) { updateInvoice(id: $i, input: {
      items: { mode: REPLACE, data: [{ id: $id, description: "C", quantity: $q }] } }) { ${tree} } }`
    const seen = new Set<string>()
    for (let time = 0; time < 5; time++) {
      const { updateInvoice: changed } = await run(replaceItems, { i: made.id })
      expect(changed.items.nodes).toMatchObject([{ description: 'C', quantity: 1 }])
      seen.add(idsOf(changed)[0] ?? '')
    }
    expect(seen.size).toBe(5)
    const appendItem = `mutation($i: ID!) { updateInvoice(id: $i, input: {
      items: { mode: APPEND, data: { description: "D" } } }) { ${tree} } }`
    for (let time = 1; time <= 5; time++)
      expect((await run(appendItem, { i: made.id })).updateInvoice.items.nodes).toHaveLength(time + 1)
  })

  test('gives each time what is behind the record now', async () => {
    const made = await makeInvoice({})
    const twice = `mutation($i: ID!) {
      one: updateInvoice(id: $i, input: { items: { data: [{ description: "A" }] } }) { ...Tree }
      two: updateInvoice(id: $i, input: { items: { mode: REPLACE, data: [] } }) { ...Tree }
    } fragment Tree on Invoice { items { totalCount nodes { description } } }`
    for (let time = 0; time < 5; time++)
      expect(await run(twice, { i: made.id })).toEqual({
        one: { items: { totalCount: 1, nodes: [{ description: 'A' }] } },
        two: { items: { totalCount: 0, nodes: [] } },
      })
  })
})

describe('nested rows that are refused', () => {
  const one = '11111111-1111-4111-8111-111111111111'
  const item = { description: 'x' }
  const deep = (levels: number): object =>
    levels === 0 ? { name: 'x' } : { name: 'x', folders: { data: [deep(levels - 1)] } }

  test.each([
    [
      'delete without an id',
      [item, { delete: true }],
      'BAD_USER_INPUT',
      'items.data[1]: has delete without an id',
    ],
    [
      'delete beside other fields',
      [{ id: one, delete: true, quantity: 1 }],
      'BAD_USER_INPUT',
      'items.data[0]: has delete beside quantity',
    ],
    [
      'create without an id',
      [{ ...item, create: true }],
      'BAD_USER_INPUT',
      'items.data[0]: has create without',
    ],
    [
      'create beside delete',
      [{ id: one, create: true, delete: true }],
      'BAD_USER_INPUT',
      'items.data[0]: has both create and delete',
    ],
    ['an id twice', [{ id: one }, { id: one }], 'BAD_USER_INPUT', 'items.data[1]: names the invoice_item'],
    [
      'an id of a wrong form',
      [{ id: 'x' }],
      'NOT_FOUND',
      'items.data[0]: There is no invoice_item with the id "x"',
    ],
    [
      'an id that nobody has',
      [{ id: nowhere }],
      'NOT_FOUND',
      'items.data[0]: There is no invoice_item with the id',
    ],
    [
      'a key of a wrong form for a new row',
      [{ ...item, id: 'x', create: true }],
      'BAD_USER_INPUT',
      'items.data[0].id: must be a UUID',
    ],
    [
      'a value of a wrong form below',
      [{ ...item, taxLines: { data: [{ name: 'VAT', rate: '1.005' }] } }],
      'BAD_USER_INPUT',
      'items.data[0].taxLines.data[0].rate: must be a decimal number',
    ],
  ])('for %s', async (_title, data, code, problem) => {
    const number = nextNumber()
    const reply = await send(createInvoice, { input: { number, items: { data } } })
    expect(detailsOf(reply)).toEqual([code, expect.stringContaining(problem)])
    const { invoices } = await run(
      'query($n: String) { invoices(where: { number: { eq: $n } }) { totalCount } }',
      {
        n: number,
      },
    )
    expect(invoices.totalCount).toBe(0)
  })

  test('for the number of rows', async () => {
    const items = { data: Array.from({ length: 1_001 }, () => item) }
    const reply = await send(createInvoice, { input: { number: nextNumber(), items } })
    expect(errorOf(reply)).toBe('LIMIT_EXCEEDED: The input has 1001 rows in all; at most 1000 are allowed')
  })

  test('for their depth', async () => {
    const create = 'mutation($input: FolderCreateInput!) { createFolder(input: $input) { id } }'
    expect(errorOf(await send(create, { input: deep(5) }))).toBe('no error')
    expect(errorOf(await send(create, { input: deep(6) }))).toBe(
      'LIMIT_EXCEEDED: The input nests rows 6 levels deep; at most 5 are allowed',
    )
  })
})

describe('many records at once', () => {
  const createMany =
    'mutation($inputs: [InvoiceCreateInput!]!) { createInvoices(inputs: $inputs) { count nodes { id number items { nodes { description } } } } }'
  const updateMany =
    'mutation($where: InvoiceFilter!, $all: Boolean, $input: InvoiceBulkInput!, $atMost: Int! = 100) { updateInvoices(where: $where, all: $all, input: $input, atMost: $atMost) { count nodes { number note } } }'
  const deleteMany =
    'mutation($where: InvoiceFilter!, $all: Boolean, $atMost: Int! = 100) { deleteInvoices(where: $where, all: $all, atMost: $atMost) { count nodes { number } } }'

  async function makeMany(length: number): Promise<string> {
    const prefix = `${nextNumber()}-many`
    const inputs = Array.from({ length }, (_, index) => ({ number: `${prefix}-${index}` }))
    dataOf(await send(createMany, { inputs }))
    return prefix
  }
  const startingWith = (prefix: string) => ({ number: { startsWith: prefix } })
  const countOf = async (prefix: string) =>
    (
      await run('query($where: InvoiceFilter) { invoices(where: $where) { totalCount } }', {
        where: startingWith(prefix),
      })
    ).invoices.totalCount

  test('are made in the order given, with their children', async () => {
    const numbers = [nextNumber(), nextNumber(), nextNumber()]
    const inputs = numbers.map((number) => ({ number, items: { data: [{ description: `of ${number}` }] } }))
    const { createInvoices } = await run(createMany, { inputs })
    expect(createInvoices).toEqual({
      count: 3,
      nodes: numbers.map((number) => ({
        id: expect.any(String),
        number,
        items: { nodes: [{ description: `of ${number}` }] },
      })),
    })
  })

  test('are none for an empty list', async () => {
    expect((await run(createMany, { inputs: [] })).createInvoices).toEqual({ count: 0, nodes: [] })
  })

  test('are none when one is wrong, and each problem has its path', async () => {
    const numbers = [nextNumber(), nextNumber()]
    const inputs = [{ number: numbers[0] }, { number: numbers[1], items: { data: [{ delete: true }] } }]
    expect(detailsOf(await send(createMany, { inputs }))).toEqual([
      'BAD_USER_INPUT',
      expect.stringMatching(/^inputs\[1\]\.items\.data\[0\]: /),
    ])
    const taken = [{ number: numbers[0] }, { number: numbers[0] }]
    expect(detailsOf(await send(createMany, { inputs: taken }))).toEqual([
      'CONFLICT',
      expect.stringMatching(/^inputs\[1\]\.number: is taken/),
    ])
    expect(await countOf(numbers[0] ?? '')).toBe(0)
  })

  test('are 1,000 at most', async () => {
    const inputs = Array.from({ length: 1_001 }, (_, index) => ({ number: `L-${index}` }))
    expect(errorOf(await send(createMany, { inputs }))).toBe(
      'LIMIT_EXCEEDED: inputs lists 1001 records; at most 1000 are allowed',
    )
  })

  test('are changed alike, all that the filter holds for', async () => {
    const prefix = await makeMany(3)
    const { updateInvoices } = await run(updateMany, { where: startingWith(prefix), input: { note: 'hi' } })
    expect(updateInvoices.count).toBe(3)
    expect(updateInvoices.nodes).toHaveLength(3)
    expect(updateInvoices.nodes[0].note).toBe('hi')
  })

  test('are deleted, all that the filter holds for', async () => {
    const prefix = await makeMany(3)
    const { deleteInvoices } = await run(deleteMany, { where: startingWith(prefix) })
    expect(deleteInvoices.count).toBe(3)
    expect(deleteInvoices.nodes.map(({ number }: { number: string }) => number).sort()).toEqual([
      `${prefix}-0`,
      `${prefix}-1`,
      `${prefix}-2`,
    ])
    expect(await countOf(prefix)).toBe(0)
  })

  test('are left alone when they are more than atMost', async () => {
    const prefix = await makeMany(3)
    const where = startingWith(prefix)
    for (const [mutation, input] of [
      [updateMany, { note: 'no' }],
      [deleteMany, undefined],
    ] as const)
      expect(errorOf(await send(mutation, { where, input, atMost: 2 }))).toMatch(/^LIMIT_EXCEEDED: .*atMost/)
    expect(await countOf(prefix)).toBe(3)
    expect((await run(deleteMany, { where, atMost: 3 })).deleteInvoices.count).toBe(3)
  })

  test.each([
    [0, 'BAD_USER_INPUT: atMost must be at least 1, found 0'],
    [1_001, 'LIMIT_EXCEEDED: atMost must be at most 1000, found 1001'],
  ])('cannot be at most %i', async (atMost, message) => {
    expect(errorOf(await send(deleteMany, { where: startingWith('none'), atMost }))).toBe(message)
  })

  test.each([[{}], [{ and: [] }], [{ or: [{ number: { eq: 'x' } }, {}] }], [{ not: { or: [] } }]])(
    'are not all that there are by the filter %j alone',
    async (where) => {
      expect(errorOf(await send(deleteMany, { where }))).toBe(
        'BAD_USER_INPUT: where holds for every invoice; add all: true to delete them all, or narrow it',
      )
    },
  )

  test('are none by an empty or', async () => {
    expect((await run(deleteMany, { where: { or: [] } })).deleteInvoices).toEqual({ count: 0, nodes: [] })
  })

  test('are all that there are with all: true', async () => {
    await run('mutation { createFolders(inputs: [{ name: "a" }, { name: "b" }]) { count } }')
    const { totalCount } = (await run('{ folders { totalCount } }')).folders
    const renamed = 'mutation { updateFolders(where: {}, all: true, input: { name: "c" }) { count } }'
    expect((await run(renamed)).updateFolders.count).toBe(totalCount)
  })
})

describe('an upsert', () => {
  const upsert = `mutation($key: InvoiceUniqueKey!, $input: InvoiceCreateInput!) { upsertInvoice(key: $key, input: $input) { ${tree} } }`

  test('makes a record, and then changes it by what is sent', async () => {
    const number = nextNumber()
    const items = { data: [{ description: 'A' }] }
    const made = (await run(upsert, { key: { number }, input: { number, items } })).upsertInvoice
    expect(made).toMatchObject({ number, _version: 1, items: { nodes: [{ description: 'A' }] } })
    const changed = (await run(upsert, { key: { number }, input: { number, note: 'x', items } }))
      .upsertInvoice
    expect(changed).toMatchObject({ id: made.id, _version: 2 })
    expect(descriptionsOf(changed)).toEqual(['A', 'A'])
  })

  test('makes a new record where the old one was deleted', async () => {
    const number = nextNumber()
    const made = await makeInvoice({ number })
    await run('mutation($id: ID!) { deleteInvoice(id: $id) { id } }', { id: made.id })
    const again = (await run(upsert, { key: { number }, input: { number } })).upsertInvoice
    expect(again.id).not.toBe(made.id)
  })

  test('takes exactly one key', async () => {
    const number = nextNumber()
    const reply = await send(upsert, { key: { number, id: nowhere }, input: { number } })
    expect(reply.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  })

  test('by two clients at once makes one record', async () => {
    const number = nextNumber()
    const input = { number, note: 'x' }
    const replies = await Promise.all(
      Array.from({ length: 5 }, () => send(upsert, { key: { number }, input })),
    )
    const ids = replies.map((reply) => dataOf(reply).upsertInvoice.id)
    expect(new Set(ids).size).toBe(1)
  })
})
