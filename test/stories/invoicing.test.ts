// The example app through the front door: import it, read it in every way, write to it.
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'

let server: Server
const importMetadata = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'

beforeAll(async () => {
  server = await startTestServer()
  const document = await readFile('examples/invoicing.yaml', 'utf8')
  dataOf(await server.send('admin', importMetadata, { document }))
})
afterAll(() => server?.stop())

const ada = '11111111-1111-4111-8111-111111111111'
const first = '33333333-3333-4333-8333-333333333333'

async function read(query: string, variables?: unknown) {
  return dataOf(await server.send('data', query, variables))
}

describe('reading', () => {
  test('follows relations in every direction and over a join table', async () => {
    const data = await read(`{ invoice(id: "${first}") {
      number status total customer { name invoices { totalCount nodes { number } } }
      items(orderBy: [{ position: ASC }]) { nodes { position quantity unitPrice product { id title price items { totalCount } } invoice { number } } }
      tags { nodes { id label invoices { nodes { number } } } }
    } }`)
    expect(data.invoice).toEqual({
      number: '2026-001',
      status: 'DRAFT',
      total: '20.50',
      customer: {
        name: 'Ada Lovelace',
        invoices: {
          totalCount: 2,
          nodes: expect.arrayContaining([{ number: '2026-001' }, { number: '2026-002' }]),
        },
      },
      items: {
        nodes: [
          {
            position: 1,
            quantity: 40,
            unitPrice: '0.40',
            product: { id: 'BOLT-8', title: 'Bolt M8', price: '0.40', items: { totalCount: 1 } },
            invoice: { number: '2026-001' },
          },
          {
            position: 2,
            quantity: 18,
            unitPrice: '0.25',
            product: { id: 'NUT-8', title: 'Nut M8', price: '0.25', items: { totalCount: 1 } },
            invoice: { number: '2026-001' },
          },
        ],
      },
      tags: { nodes: [{ id: '1', label: 'urgent', invoices: { nodes: [{ number: '2026-001' }] } }] },
    })
  })

  test.each([
    ['its id', `id: "${first}"`],
    ['a unique field', 'number: "2026-001"'],
  ])('finds a record by %s', async (_way, key) => {
    expect(await read(`{ invoiceBy(key: { ${key} }) { number } }`)).toEqual({
      invoiceBy: { number: '2026-001' },
    })
  })

  test('finds a record by fields that are unique together', async () => {
    const data = await read(
      `{ invoiceItemBy(key: { invoiceIdPosition: { invoiceId: "${first}", position: 2 } }) { description } }`,
    )
    expect(data.invoiceItemBy).toEqual({ description: 'Nuts' })
  })

  test.each([
    ['eq on an enum', '{ status: { eq: SENT } }', ['2026-002']],
    ['neq', '{ status: { neq: SENT } }', ['2026-001']],
    ['in', '{ number: { in: ["2026-001", "x"] } }', ['2026-001']],
    ['notIn', '{ number: { notIn: ["2026-001"] } }', ['2026-002']],
    ['gt on a decimal', '{ total: { gt: "5.00" } }', ['2026-001']],
    ['lte on a decimal', '{ total: { lte: "5.00" } }', ['2026-002']],
    ['isNull on a date', '{ dueOn: { isNull: true } }', ['2026-002']],
    ['gte on a date', '{ dueOn: { gte: "2026-03-01" } }', ['2026-001']],
    ['contains', '{ number: { contains: "6-00" } }', ['2026-001', '2026-002']],
    ['contains with a wildcard that is literal', '{ number: { contains: "6_00" } }', []],
    ['startsWith', '{ number: { startsWith: "2026" } }', ['2026-001', '2026-002']],
    ['endsWith', '{ number: { endsWith: "2" } }', ['2026-002']],
    ['like', '{ number: { like: "%-00_" } }', ['2026-001', '2026-002']],
    ['and', '{ and: [{ status: { eq: SENT } }, { total: { gt: "100" } }] }', []],
    ['or', '{ or: [{ status: { eq: SENT } }, { total: { gt: "10" } }] }', ['2026-001', '2026-002']],
    ['an empty or', '{ or: [] }', []],
    ['not', '{ not: { status: { eq: SENT } } }', ['2026-001']],
    ['nothing', '{}', ['2026-001', '2026-002']],
    ['null', 'null', ['2026-001', '2026-002']],
  ])('filters by %s', async (_operator, where, numbers) => {
    const data = await read(
      `{ invoices(where: ${where}, orderBy: [{ number: ASC }]) { totalCount nodes { number } } }`,
    )
    expect(data.invoices).toEqual({
      totalCount: numbers.length,
      nodes: numbers.map((number) => ({ number })),
    })
  })

  test.each([
    [
      'an operator with null',
      'where: { number: { eq: null } }',
      /^BAD_USER_INPUT: where.number.eq cannot be null/,
    ],
    ['a field with null', 'where: { number: null }', /^BAD_USER_INPUT: where.number cannot be null/],
    ['an id that is no uuid', 'where: { id: { eq: "x" } }', /^BAD_USER_INPUT: where.id.eq must be a UUID/],
    ['a moment that is none', 'where: { createdAt: { gt: "yesterday" } }', /^BAD_USER_INPUT: .*RFC 3339/],
    [
      'NUL in text',
      'where: { number: { eq: "\\u0000" } }',
      /^BAD_USER_INPUT: where.number.eq must be text without NUL/,
    ],
    [
      'an order by two keys in one item',
      'orderBy: [{ number: ASC, total: ASC }]',
      /^(BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED)/,
    ],
    ['first and last', 'first: 1, last: 1', /^BAD_USER_INPUT: last cannot stand beside first/],
    ['offset beside a cursor', 'offset: 1, after: "x"', /^BAD_USER_INPUT: offset cannot stand beside/],
    ['a negative page', 'first: -1', /^BAD_USER_INPUT: first must not be negative/],
    ['a page over 100', 'first: 101', /^LIMIT_EXCEEDED: first must be at most 100, found 101/],
    ['a cursor that is none', 'after: "bm9uc2Vuc2U"', /^BAD_USER_INPUT: after is not a cursor of this list/],
    [
      'a filter seven levels deep',
      'where: { not: { not: { not: { not: { not: { not: {} } } } } } }',
      /^LIMIT_EXCEEDED: .* at most 6 levels/,
    ],
    ['an unknown field', 'where: { internalCode: { eq: "x" } }', /^GRAPHQL_VALIDATION_FAILED/],
  ])('refuses %s', async (_title, input, message) => {
    expect(errorOf(await server.send('data', `{ invoices(${input}) { nodes { id } } }`))).toMatch(message)
  })

  test('answers null for what does not exist, whatever the form of the id', async () => {
    const data = await read(
      '{ a: invoice(id: "no uuid") { id } b: invoice(id: "99999999-9999-4999-8999-999999999999") { id } c: tag(id: "12x") { id } d: node(nodeId: "???") { nodeId } }',
    )
    expect(data).toEqual({ a: null, b: null, c: null, d: null })
  })

  test('walks the pages of a nested list by cursor', async () => {
    const page = async (after: string | null) =>
      (
        await read(
          `query($after: String) { customer(id: "${ada}") { invoices(first: 1, after: $after, orderBy: [{ total: DESC }]) { nodes { number } pageInfo { hasNextPage hasPreviousPage endCursor } } } }`,
          { after },
        )
      ).customer.invoices
    const one = await page(null)
    const two = await page(one.pageInfo.endCursor)
    expect([one.nodes, two.nodes]).toEqual([[{ number: '2026-001' }], [{ number: '2026-002' }]])
    expect([one.pageInfo.hasNextPage, two.pageInfo.hasNextPage, two.pageInfo.hasPreviousPage]).toEqual([
      true,
      false,
      true,
    ])
  })
})

describe('writing', () => {
  test('refuses a missing required field by its name in the API', async () => {
    const reply = await server.send(
      'data',
      `mutation { createInvoice(input: { number: "", customerId: "${ada}" }) { id } }`,
    )
    expect(reply.errors?.[0]?.extensions).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [{ path: 'number', field: 'number', rule: 'required' }],
    })
  })

  test('refuses a value twice over and names the field, not the other record', async () => {
    const reply = await server.send(
      'data',
      `mutation { createInvoice(input: { number: "2026-001", customerId: "${ada}" }) { id } }`,
    )
    expect(errorOf(reply)).toBe('CONFLICT: number is taken: another invoice has the same number')
  })

  test('refuses a key that leads nowhere', async () => {
    const reply = await server.send(
      'data',
      'mutation { createInvoice(input: { number: "X", customerId: "99999999-9999-4999-8999-999999999999" }) { id } }',
    )
    expect(reply.errors?.[0]?.extensions).toMatchObject({
      code: 'NOT_FOUND',
      details: [{ path: 'customerId' }],
    })
  })

  test('refuses more digits than the precision allows', async () => {
    const reply = await server.send(
      'data',
      `mutation { createProduct(input: { id: "RIVET", title: "Rivet", price: "1.005" }) { id } }`,
    )
    expect(errorOf(reply)).toMatch(/^BAD_USER_INPUT: price: must be a decimal number with at most 2 digits/)
  })

  test('changes, checks the version, and deletes softly so that the number is free again', async () => {
    const { id } = (
      await read(
        `mutation { createInvoice(input: { number: "Z-1", customerId: "${ada}", items: { data: [{ position: 1, description: "Work", unitPrice: "3.1" }] } }) { id total } }`,
      )
    ).createInvoice
    const updated = await read(
      `mutation { updateInvoice(id: "${id}", ifVersion: 1, input: { status: SENT, note: null }) { status _version total customer { name } } }`,
    )
    expect(updated.updateInvoice).toEqual({
      status: 'SENT',
      _version: 2,
      total: '3.10',
      customer: { name: 'Ada Lovelace' },
    })
    const stale = await server.send(
      'data',
      `mutation { updateInvoice(id: "${id}", ifVersion: 1, input: { status: VOID }) { id } }`,
    )
    expect(errorOf(stale)).toBe('CONFLICT: The invoice has version 2, not 1; read it again and decide anew')
    expect((await read(`mutation { deleteInvoice(id: "${id}") { number } }`)).deleteInvoice).toEqual({
      number: 'Z-1',
    })
    expect((await read(`{ invoice(id: "${id}") { id } }`)).invoice).toBeNull()
    expect(errorOf(await server.send('data', `mutation { deleteInvoice(id: "${id}") { id } }`))).toMatch(
      /^NOT_FOUND/,
    )
    expect(
      (await read(`mutation { createInvoice(input: { number: "Z-1", customerId: "${ada}" }) { number } }`))
        .createInvoice,
    ).toEqual({ number: 'Z-1' })
  })

  test('leaves the version alone when nothing changes', async () => {
    const data = await read(`mutation { updateInvoice(id: "${first}", input: {}) { _version number } }`)
    expect(data.updateInvoice).toEqual({ _version: 1, number: '2026-001' })
  })

  test('refuses to delete a customer whose invoices are live', async () => {
    const reply = await server.send('data', `mutation { deleteCustomer(id: "${ada}") { id } }`)
    expect(errorOf(reply)).toBe(
      'CONFLICT: The customer is still referred to by invoice (relation customer.invoices); delete those first',
    )
  })

  test('is refused without a token, and tells nothing of what is defined', async () => {
    const reply = await server.send('data', '{ invoices { totalCount } }', {}, null)
    expect(errorOf(reply)).toMatch(
      /^GRAPHQL_VALIDATION_FAILED: Cannot query field "invoices" on type "Query"/,
    )
  })

  test('is refused with a bad token by 401', async () => {
    const reply = await server.send('data', '{ invoices { totalCount } }', {}, 'not.a.token')
    expect([reply.status, reply.errors?.[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED'])
  })
})
