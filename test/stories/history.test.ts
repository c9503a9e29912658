// The history of a record through the front door: every write, newest first, in the words of the API and in pages.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'

const document = {
  version: 1,
  entities: [
    { name: 'customer', fields: [{ name: 'name', type: 'string', required: true }] },
    {
      name: 'invoice',
      fields: [
        { name: 'number', type: 'string', required: true },
        { name: 'status', type: 'string', default: 'in_draft', enum: ['in_draft', 'sent'] },
        { name: 'total', type: 'decimal', precision: 2 },
        { name: 'visits', type: 'bigint' },
        { name: 'paid_at', type: 'timestamp' },
        { name: 'address', type: 'json' },
        { name: 'customer_id', type: 'uuid' },
        { name: 'internal_code', type: 'string', hidden: true, default: 'kept back' },
        { name: 'pin', type: 'string', secret: true, default: '1234' },
      ],
    },
    {
      name: 'tag',
      primary_key: { field: 'nr', type: 'int' },
      soft_delete: false,
      fields: [{ name: 'label', type: 'string' }],
    },
    { name: 'history', fields: [{ name: 'note', type: 'string' }] },
  ],
  relations: [
    {
      name: 'invoices',
      type: 'one_to_many',
      source: 'customer',
      target: 'invoice',
      target_key: 'customer_id',
    },
  ],
}

let server: Server
beforeAll(async () => {
  server = await startTestServer()
  const importMetadata = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(await server.send('admin', importMetadata, { document: JSON.stringify(document) }))
})
afterAll(() => server?.stop())

async function ask(query: string, variables?: unknown) {
  return dataOf(await server.send('data', query, variables))
}

async function makeInvoice(number: string): Promise<string> {
  return (await ask(`mutation { createInvoice(input: { number: "${number}" }) { id } }`)).createInvoice.id
}

async function update(id: string, input: string): Promise<void> {
  await ask(`mutation { updateInvoice(id: "${id}", input: { ${input} }) { id } }`)
}

/** An invoice with `count` updates, whose totals are 1, 2, 3 and so on. */
async function makeLong(number: string, count: number): Promise<string> {
  const id = await makeInvoice(number)
  for (let total = 1; total <= count; total++) await update(id, `total: "${total}"`)
  return id
}

describe('the history of a record', () => {
  test('tells each write, the newest first, in the names and forms of the API', async () => {
    const id = await makeInvoice('H-1')
    await update(
      id,
      'status: SENT, total: "5.5", visits: "9007199254740993", paidAt: "2026-01-31T13:00:00+01:00"',
    )
    await ask(`mutation { deleteInvoice(id: "${id}") { id } }`)
    const data = await ask(
      `{ invoices(where: { id: { eq: "${id}" } }, deleted: ONLY) { nodes { history { totalCount nodes { action version changed old new } } } } }`,
    )
    const made = {
      id,
      number: 'H-1',
      status: 'IN_DRAFT',
      total: null,
      visits: null,
      paidAt: null,
      address: null,
      customerId: null,
    }
    const sent = {
      ...made,
      status: 'SENT',
      total: '5.50',
      visits: '9007199254740993',
      paidAt: '2026-01-31T12:00:00.000Z',
    }
    expect(data.invoices.nodes[0].history).toEqual({
      totalCount: 3,
      nodes: [
        { action: 'DELETE', version: 3, changed: [], old: sent, new: null },
        {
          action: 'UPDATE',
          version: 2,
          changed: ['status', 'total', 'visits', 'paidAt'],
          old: made,
          new: sent,
        },
        {
          action: 'CREATE',
          version: 1,
          changed: expect.arrayContaining(['number', 'status']),
          old: null,
          new: made,
        },
      ],
    })
  })

  test('keeps hidden and secret fields back, in what changed too', async () => {
    const id = await makeInvoice('H-2')
    const data = await ask(`{ invoice(id: "${id}") { history { nodes { changed new } } } }`)
    expect(JSON.stringify(data)).not.toMatch(/kept back|internalCode|internal_code|1234|pin/)
  })

  test('says when, by whom and in which request', async () => {
    const reply = await fetch(server.address('data'), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${server.token}`,
        'x-request-id': 'the-request-of-this-test',
      },
      body: JSON.stringify({
        query: `mutation { createInvoice(input: { number: "H-3" }) { history { nodes { id at actor userId requestId } } } }`,
      }),
    })
    const [entry] = ((await reply.json()) as ReplyOfCreate).data.createInvoice.history.nodes
    const { viewer } = await ask('{ viewer { id } }')
    expect(entry).toEqual({
      id: expect.stringMatching(/^\d+$/),
      at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*\.\d{3}Z$/),
      actor: `user:${viewer.id}`,
      userId: viewer.id,
      requestId: 'the-request-of-this-test',
    })
  })

  test('is told with the write itself', async () => {
    const id = await makeInvoice('H-4')
    const data = await ask(
      `mutation { updateInvoice(id: "${id}", input: { total: "1" }) { history(first: 1) { nodes { action new } } } }`,
    )
    expect(data.updateInvoice.history.nodes).toEqual([
      { action: 'UPDATE', new: expect.objectContaining({ total: '1.00' }) },
    ])
  })

  test('has ten entries a page, read on by cursor without a gap', async () => {
    const id = await makeLong('H-5', 14)
    const page = async (after: string | null) =>
      (
        await ask(
          'query($id: ID!, $after: String) { invoice(id: $id) { history(after: $after) { totalCount edges { cursor node { version } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }',
          { id, after },
        )
      ).invoice.history
    const one = await page(null)
    const two = await page(one.pageInfo.endCursor)
    const versions = [...one.edges, ...two.edges].map(
      (edge: { node: { version: number } }) => edge.node.version,
    )
    expect(versions).toEqual(Array.from({ length: 15 }, (_, index) => 15 - index))
    expect([one.edges.length, one.totalCount, two.totalCount]).toEqual([10, 15, 15])
    expect(one.pageInfo).toMatchObject({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: one.edges[0].cursor,
      endCursor: one.edges[9].cursor,
    })
    expect(two.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
  })

  test('reads on behind any entry', async () => {
    const id = await makeLong('H-6', 3)
    const { invoice } = await ask(`{ invoice(id: "${id}") { history { edges { cursor } } } }`)
    const data = await ask(
      `{ invoice(id: "${id}") { history(first: 1, after: "${invoice.history.edges[1].cursor}") { nodes { version } } } }`,
    )
    expect(data.invoice.history.nodes).toEqual([{ version: 2 }])
  })

  test('takes no cursor of another record', async () => {
    const [one, other] = [await makeInvoice('H-7'), await makeInvoice('H-8')]
    const { invoice } = await ask(`{ invoice(id: "${one}") { history { pageInfo { endCursor } } } }`)
    const reply = await server.send(
      'data',
      `{ invoice(id: "${other}") { history(after: "${invoice.history.pageInfo.endCursor}") { totalCount } } }`,
    )
    expect(errorOf(reply)).toBe(
      'BAD_USER_INPUT: after is not a cursor of this list in this order; take endCursor or an edge of the same query',
    )
  })

  test.each([
    ['a page over 100', 'first: 101', 'LIMIT_EXCEEDED: first must be at most 100, found 101'],
    ['a negative page', 'first: -1', 'BAD_USER_INPUT: first must not be negative, found -1'],
    [
      'a cursor that is none',
      'after: "x"',
      'BAD_USER_INPUT: after is not a cursor of this list in this order; take endCursor or an edge of the same query',
    ],
  ])('refuses %s', async (_title, input, message) => {
    const id = await makeInvoice(`R-${input}`.replaceAll('"', ''))
    const reply = await server.send('data', `{ invoice(id: "${id}") { history(${input}) { totalCount } } }`)
    expect(errorOf(reply)).toBe(message)
  })

  test('belongs to its record alone, in lists and behind relations', async () => {
    const { createCustomer } = await ask('mutation { createCustomer(input: { name: "Ada" }) { id } }')
    for (const number of ['L-1', 'L-2'])
      await ask(
        `mutation { createInvoice(input: { number: "${number}", customerId: "${createCustomer.id}" }) { id } }`,
      )
    const data = await ask(
      `{ customer(id: "${createCustomer.id}") { history { totalCount } invoices(orderBy: [{ number: ASC }]) { nodes { number history { totalCount nodes { new } } } } } }`,
    )
    const told = data.customer.invoices.nodes.map(
      (node: { history: { totalCount: number; nodes: { new: { number: string } }[] } }) => [
        node.history.totalCount,
        node.history.nodes.map((entry) => entry.new.number),
      ],
    )
    expect([data.customer.history.totalCount, told]).toEqual([
      1,
      [
        [1, ['L-1']],
        [1, ['L-2']],
      ],
    ])
  })

  test('goes on when the record comes back', async () => {
    const id = await makeInvoice('H-10')
    await ask(`mutation { deleteInvoice(id: "${id}") { id } }`)
    const data = await ask(
      `mutation { restoreInvoice(id: "${id}") { history { nodes { action version } } } }`,
    )
    expect(data.restoreInvoice.history.nodes).toEqual([
      { action: 'RESTORE', version: 3 },
      { action: 'DELETE', version: 2 },
      { action: 'CREATE', version: 1 },
    ])
  })

  test('is told of a record that was found by its global id', async () => {
    const { nodeId } = (await ask('mutation { createInvoice(input: { number: "H-11" }) { nodeId } }'))
      .createInvoice
    const data = await ask(`{ node(nodeId: "${nodeId}") { ... on Invoice { history { totalCount } } } }`)
    expect(data.node).toEqual({ history: { totalCount: 1 } })
  })

  test('calls the key id, a text, whatever its column', async () => {
    const data = await ask(
      'mutation { createTag(input: { label: "urgent" }) { id history { nodes { new } } } }',
    )
    expect(data.createTag.history.nodes[0].new).toEqual({ id: data.createTag.id, label: 'urgent' })
  })

  test('may belong to an entity of that name', async () => {
    const data = await ask(
      'mutation { createHistory(input: { note: "x" }) { __typename history { __typename totalCount } } }',
    )
    expect(data.createHistory).toEqual({
      __typename: 'History',
      history: { __typename: 'HistoryConnection', totalCount: 1 },
    })
  })

  test('is the same whether the operation is compiled or not', async () => {
    const id = await makeLong('H-9', 2)
    const query = `{ invoice(id: "${id}") { history(first: 2) { edges { cursor node { action changed new } } totalCount } } }`
    const first = await ask(query)
    for (let hit = 0; hit < 4; hit++) await ask(query)
    expect(await ask(query)).toEqual(first)
  })
})

type ReplyOfCreate = Readonly<{ data: { createInvoice: { history: { nodes: unknown[] } } } }>
