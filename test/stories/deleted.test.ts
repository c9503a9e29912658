// Records that were deleted softly, through the front door: left out unless a list asks for them.
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'

let server: Server
const ada = '11111111-1111-4111-8111-111111111111'
const [live, dead] = ['33333333-3333-4333-8333-333333333333', '44444444-4444-4444-8444-444444444444']

beforeAll(async () => {
  server = await startTestServer()
  const document = await readFile('examples/invoicing.yaml', 'utf8')
  const importMetadata = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(await server.send('admin', importMetadata, { document }))
  await ask(`mutation { deleteInvoice(id: "${dead}") { id } }`)
})
afterAll(() => server?.stop())

async function ask(query: string, variables?: unknown) {
  return dataOf(await server.send('data', query, variables))
}

describe('a list', () => {
  test.each([
    ['leaves deleted records out', '', [live], '20.50'],
    ['leaves them out when told to', '(deleted: EXCLUDE)', [live], '20.50'],
    ['takes null for leaving them out', '(deleted: null)', [live], '20.50'],
    ['has them among the others', '(deleted: INCLUDE, orderBy: [{ number: ASC }])', [live, dead], '25.50'],
    ['has them alone', '(deleted: ONLY)', [dead], '5.00'],
    ['filters them like others', '(deleted: ONLY, where: { number: { eq: "2026-001" } })', [], null],
  ])('%s, in rows, counts and figures alike', async (_claim, input, ids, sum) => {
    const { invoices } = await ask(
      `{ invoices${input} { totalCount nodes { id } aggregate { count sum { total } } } }`,
    )
    expect(invoices).toEqual({
      totalCount: ids.length,
      nodes: ids.map((id) => ({ id })),
      aggregate: { count: ids.length, sum: { total: sum } },
    })
  })

  test('says when a record was deleted, and null while it lives', async () => {
    const { invoices } = await ask(
      '{ invoices(deleted: INCLUDE, orderBy: [{ number: ASC }]) { nodes { deletedAt } } }',
    )
    expect(invoices.nodes).toEqual([
      { deletedAt: null },
      { deletedAt: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*\.\d{3}Z$/) },
    ])
  })

  test('goes on by cursor from a live record to a deleted one', async () => {
    const page = async (after: string | null) =>
      (
        await ask(
          'query($after: String) { invoices(deleted: INCLUDE, orderBy: [{ number: ASC }], first: 1, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } }',
          { after },
        )
      ).invoices
    const one = await page(null)
    const two = await page(one.pageInfo.endCursor)
    expect([one.nodes, two.nodes, one.pageInfo.hasNextPage, two.pageInfo.hasNextPage]).toEqual([
      [{ id: live }],
      [{ id: dead }],
      true,
      false,
    ])
  })

  test('takes its choice from a variable, compiled or not', async () => {
    const query = 'query($deleted: DeletedRows = ONLY) { invoices(deleted: $deleted) { nodes { id } } }'
    for (let hit = 0; hit < 4; hit++)
      expect([await ask(query), await ask(query, { deleted: 'EXCLUDE' })]).toEqual([
        { invoices: { nodes: [{ id: dead }] } },
        { invoices: { nodes: [{ id: live }] } },
      ])
  })

  test('of an entity without soft delete has no such choice', async () => {
    expect(errorOf(await server.send('data', '{ products(deleted: ONLY) { nodes { id } } }'))).toBe(
      'GRAPHQL_VALIDATION_FAILED: Unknown argument "deleted" on field "Query.products".',
    )
  })

  test('behind a relation has no such choice, and no deleted records', async () => {
    const { customer } = await ask(
      `{ customer(id: "${ada}") { invoices { totalCount nodes { id } aggregate { count } } } }`,
    )
    expect(customer.invoices).toEqual({ totalCount: 1, nodes: [{ id: live }], aggregate: { count: 1 } })
  })

  test('follows relations from a deleted record to live ones', async () => {
    const { invoices } = await ask('{ invoices(deleted: ONLY) { nodes { customer { name } } } }')
    expect(invoices.nodes).toEqual([{ customer: { name: 'Ada Lovelace' } }])
  })
})

describe('a deleted record', () => {
  test.each([
    ['its id', `invoice(id: "${dead}")`],
    ['a unique field', 'invoiceBy(key: { number: "2026-002" })'],
    ['its global id', `node(nodeId: "${Buffer.from(`Invoice:${dead}`).toString('base64url')}")`],
  ])('is not found by %s', async (_way, field) => {
    expect(await ask(`{ found: ${field} { nodeId } }`)).toEqual({ found: null })
  })

  test('is shown to nobody without rights', async () => {
    const reply = await server.send('data', '{ invoices(deleted: INCLUDE) { totalCount } }', {}, null)
    expect(errorOf(reply)).toMatch(/^GRAPHQL_VALIDATION_FAILED: Cannot query field "invoices"/)
  })
})
