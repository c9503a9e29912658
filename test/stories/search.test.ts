// Full-text search through the front door: what is found, in which order, in which language, and how the definitions may change.
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'

let server: Server
const ada = '11111111-1111-4111-8111-111111111111'
const notes = {
  'N-1': 'Bolts for the bridge',
  'N-2': 'bridge, bridge and once more: Bridge',
  'N-3': 'Paint the bridge and the tower',
  'N-4': 'Nothing of the kind',
}

beforeAll(async () => {
  server = await startTestServer()
  const importMetadata = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(
    await server.send('admin', importMetadata, {
      document: await readFile('examples/invoicing.yaml', 'utf8'),
    }),
  )
  for (const [number, note] of Object.entries(notes))
    await read('mutation($i: InvoiceCreateInput!) { createInvoice(input: $i) { id } }', {
      i: {
        number,
        note,
        customerId: ada,
        items: { data: [{ position: 1, description: 'Work', unitPrice: '1.00' }] },
      },
    })
})
afterAll(() => server?.stop())

async function read(query: string, variables?: unknown) {
  return dataOf(await server.send('data', query, variables))
}

async function search(words: string, rest = ''): Promise<readonly string[]> {
  const query = `query($words: String) { invoices(search: $words ${rest}) { nodes { number } } }`
  const { invoices } = await read(query, { words })
  return invoices.nodes.map(({ number }: { number: string }) => number)
}

describe('a search', () => {
  test.each([
    ['a word, whatever its case', 'BOLTS', ['N-1']],
    ['all words', 'bridge tower', ['N-3']],
    ['a phrase', '"the bridge"', ['N-1', 'N-3']],
    ['no phrase that is not there', '"bridge the"', []],
    ['either word', 'bolts or tower', ['N-1', 'N-3']],
    ['what a word is not in', 'bridge -bolts', ['N-2', 'N-3']],
    ['nothing for a word that is nowhere', 'ocean', []],
    ['nothing for the beginning of a word', 'bolt', []],
    ['nothing for SQL', "'); drop table invoices; --", []],
    ['nothing for operators alone', '& | ! ( ) :*', []],
  ])('finds %s', async (_what, words, numbers) => {
    expect([...(await search(words))].sort()).toEqual(numbers)
  })

  test('has the best first, unless another order is asked for', async () => {
    expect((await search('bridge'))[0]).toBe('N-2')
    expect(await search('bridge', ', orderBy: [{ number: DESC }]')).toEqual(['N-3', 'N-2', 'N-1'])
  })

  test.each(['', '  '])('for %j is none', async (words) => {
    const { invoices } = await read('query($words: String) { invoices(search: $words) { totalCount } }', {
      words,
    })
    expect(invoices.totalCount).toBe(6)
  })

  test('goes together with a filter, and counts and aggregates obey it', async () => {
    const { invoices } = await read(
      '{ invoices(search: "bridge", where: { number: { neq: "N-2" } }, first: 1) { totalCount aggregate { count sum { total } } } }',
    )
    expect(invoices).toEqual({ totalCount: 2, aggregate: { count: 2, sum: { total: '2.00' } } })
  })

  test('is read page by page in both directions, the rank in the cursor', async () => {
    const whole = await search('bridge')
    const forward: string[] = []
    let after: string | null = null
    for (let page = 0; page < 4; page++) {
      const query =
        'query($after: String) { invoices(search: "bridge", first: 1, after: $after) { nodes { number } pageInfo { hasNextPage endCursor } } }'
      const {
        invoices,
      }: {
        invoices: { nodes: { number: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } }
      } = await read(query, { after })
      forward.push(...invoices.nodes.map(({ number }) => number))
      after = invoices.pageInfo.endCursor
      if (!invoices.pageInfo.hasNextPage) break
    }
    expect(forward).toEqual(whole)
    const { invoices } = await read(
      '{ invoices(search: "bridge", last: 2) { nodes { number } pageInfo { hasPreviousPage } } }',
    )
    expect(invoices).toEqual({
      nodes: whole.slice(1).map((number) => ({ number })),
      pageInfo: { hasPreviousPage: true },
    })
  })

  test('has cursors that are no good for other words', async () => {
    const { invoices } = await read('{ invoices(search: "bridge", first: 1) { pageInfo { endCursor } } }')
    const query = 'query($after: String) { invoices(search: "tower", after: $after) { nodes { number } } }'
    expect(errorOf(await server.send('data', query, { after: invoices.pageInfo.endCursor }))).toMatch(
      /^BAD_USER_INPUT: after is not a cursor of this list in this order/,
    )
  })

  test('looks into lists behind relations', async () => {
    const { customer } = await read(
      `{ customer(id: "${ada}") { invoices(search: "bridge -paint", orderBy: [{ number: DESC }]) { totalCount nodes { number } } } }`,
    )
    expect(customer.invoices).toEqual({ totalCount: 2, nodes: [{ number: 'N-2' }, { number: 'N-1' }] })
  })

  test('finds what was changed by its new words only', async () => {
    const { productBy } = await read(
      'mutation { createProduct(input: { id: "P-1", title: "Left glove", price: "1.00" }) { id } }',
    ).then(() => read('{ productBy(key: { id: "P-1" }) { title } }'))
    expect(productBy.title).toBe('Left glove')
    await read('mutation { updateProduct(id: "P-1", input: { title: "Right glove" }) { id } }')
    const data = await read(
      '{ left: products(search: "left") { totalCount } right: products(search: "right") { totalCount } }',
    )
    expect(data).toEqual({ left: { totalCount: 0 }, right: { totalCount: 1 } })
  })

  test('has no place where nothing can be searched', async () => {
    expect(errorOf(await server.send('data', '{ customers(search: "ada") { totalCount } }'))).toBe(
      'GRAPHQL_VALIDATION_FAILED: Unknown argument "search" on field "Query.customers".',
    )
  })

  test.each([
    [
      'that is too long',
      'a'.repeat(1_001),
      'LIMIT_EXCEEDED: search has 1001 characters; at most 1000 are allowed',
    ],
    [
      'with NUL',
      'a\u0000b',
      'BAD_USER_INPUT: search must be text without NUL and without half surrogate pairs',
    ],
  ])('%s is refused', async (_what, words, message) => {
    const query = `{ invoices(search: ${JSON.stringify(words)}) { totalCount } }`
    expect(errorOf(await server.send('data', query))).toBe(message)
  })
})

const createEntity = 'mutation($input: EntityInput!) { createEntity(input: $input) { name } }'
const updateEntity =
  'mutation($name: String!, $input: EntityInput!) { updateEntity(name: $name, input: $input) { name } }'
const title = { name: 'title', type: 'STRING', searchable: true }
const body = { name: 'body', type: 'TEXT' }

describe('the definition of a search', () => {
  const define = async (input: Readonly<Record<string, unknown>>) =>
    dataOf(
      await server.send('admin', updateEntity, { name: 'article', input: { name: 'article', ...input } }),
    )
  const count = async (words: string): Promise<number> =>
    (await read('query($words: String) { articles(search: $words) { totalCount } }', { words })).articles
      .totalCount

  beforeAll(async () => {
    dataOf(await server.send('admin', createEntity, { input: { name: 'article', fields: [title, body] } }))
    await read(
      'mutation { createArticle(input: { title: "Running shoes", body: "For the mountains" }) { id } }',
    )
  })

  test('in no language takes words as they are', async () => {
    expect([await count('running'), await count('run')]).toEqual([1, 0])
  })

  test('can get a language, in which rows that were there are found', async () => {
    await define({ searchLanguage: 'english', fields: [title, body] })
    expect([await count('run'), await count('shoe'), await count('mountain')]).toEqual([1, 1, 0])
  })

  test('can get one more field', async () => {
    await define({ searchLanguage: 'english', fields: [title, { ...body, searchable: true }] })
    expect([await count('mountain'), await count('run mountain')]).toEqual([1, 1])
  })

  test('saved again changes nothing', async () => {
    const revision = dataOf(await server.send('admin', '{ metadata { revision } }'))
    await define({ searchLanguage: 'english', fields: [title, { ...body, searchable: true }] })
    expect(dataOf(await server.send('admin', '{ metadata { revision } }'))).toEqual(revision)
  })

  test('does not look into fields that the API does not show', async () => {
    await define({ searchLanguage: 'english', fields: [title, { ...body, searchable: true, hidden: true }] })
    expect([await count('run'), await count('mountain')]).toEqual([1, 0])
  })

  test('can go, and come back', async () => {
    await define({ fields: [{ ...title, searchable: false }, body] })
    const reply = await server.send('data', '{ articles(search: "run") { totalCount } }')
    expect(errorOf(reply)).toMatch(/^GRAPHQL_VALIDATION_FAILED: Unknown argument "search"/)
    await define({ fields: [title, body] })
    expect(await count('running')).toBe(1)
  })

  test('names a language that PostgreSQL has', async () => {
    const input = { name: 'article', searchLanguage: 'klingon', fields: [title, body] }
    const reply = await server.send('admin', updateEntity, { name: 'article', input })
    expect(errorOf(reply)).toMatch(
      /^VALIDATION_FAILED: input.searchLanguage: names no text search configuration of PostgreSQL: "klingon"; there are arabic, .*simple/,
    )
    expect(await count('running')).toBe(1)
  })
})
