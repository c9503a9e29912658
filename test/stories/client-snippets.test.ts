// The clients of docs/clients.md against a real server, and the page itself: its code is that of files that tests run.
import { readFile } from 'node:fs/promises'
import { gql } from '@apollo/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApollo } from '../../examples/clients/apollo.ts'
import { send } from '../../examples/clients/fetch.ts'
import { watchInvoices } from '../../examples/clients/sse.ts'
import { createUrql } from '../../examples/clients/urql.ts'
import { dataOf, type Server, startTestServer } from '../support/server.ts'

let server: Server
const sent = '44444444-4444-4444-8444-444444444444'
const move = (to: string) =>
  send(
    server.address('data'),
    server.token,
    `mutation { transitionInvoice(id: "${sent}", to: ${to}) { id } }`,
  )

beforeAll(async () => {
  server = await startTestServer()
  const document = await readFile('examples/invoicing.yaml', 'utf8')
  const query = 'mutation($d: String!) { importMetadata(document: $d) { revision } }'
  dataOf(await server.send('admin', query, { d: document }))
})
afterAll(() => server?.stop())

test('plain fetch gets data, and throws what the server says', async () => {
  const [url, { token }] = [server.address('data'), server]
  expect(await send(url, token, '{ invoices { totalCount } }')).toEqual({ invoices: { totalCount: 2 } })
  await expect(send(url, token, '{ nothing }')).rejects.toThrow(
    'Cannot query field "nothing" on type "Query".',
  )
})

test('Apollo Client joins pages into one list', async () => {
  const client = createApollo(server.address('data'), server.token)
  const query = gql`query($after: String) { invoices(first: 1, after: $after, orderBy: [{ number: ASC }]) {
    edges { cursor node { id number } } pageInfo { hasNextPage endCursor hasPreviousPage startCursor } } }`
  type Found = { invoices: { edges: { node: { number: string } }[]; pageInfo: { endCursor: string } } }
  const { data } = await client.query<Found>({ query, variables: { after: null } })
  await client.query<Found>({
    query,
    variables: { after: data?.invoices.pageInfo.endCursor },
    fetchPolicy: 'network-only',
  })
  const list = client.readQuery<Found>({ query, variables: { after: null } })
  expect(list?.invoices.edges.map(({ node }) => node.number)).toEqual(['2026-001', '2026-002'])
})

test('urql asks for the token each time', async () => {
  let asked = 0
  const client = createUrql(server.address('data'), () => {
    asked++
    return server.token
  })
  for (const count of [1, 2]) {
    const { data, error } = await client
      .query('{ invoices { totalCount } }', {}, { requestPolicy: 'network-only' })
      .toPromise()
    expect([data, error, asked]).toEqual([{ invoices: { totalCount: 2 } }, undefined, count])
  }
})

test('graphql-sse hears of changes, and goes on behind a cursor', async () => {
  const first = watchInvoices(server.address('data'), server.token)
  const next = first.next()
  // The stream must be open before anything can be heard on it.
  await expect
    .poll(
      async () => {
        await send(
          server.address('data'),
          server.token,
          `mutation { updateInvoice(id: "${sent}", input: { note: "${Date.now()}" }) { id } }`,
        )
        return await Promise.race([
          next.then(() => true),
          new Promise((resolve) => setTimeout(resolve, 300, false)),
        ])
      },
      { timeout: 10_000 },
    )
    .toBe(true)
  const heard = (await next).value
  expect(heard).toMatchObject({ kind: 'UPDATED', node: { number: '2026-002' } })
  await first.return(undefined)
  await move('PAID')
  const second = watchInvoices(server.address('data'), server.token, heard?.cursor)
  expect((await second.next()).value).toMatchObject({ kind: 'UPDATED', node: { number: '2026-002' } })
  await second.return(undefined)
}, 20_000)

test('every block of code in docs/clients.md stands in the file that is named above it', async () => {
  const page = await readFile('docs/clients.md', 'utf8')
  const blocks = [...page.matchAll(/`([a-z/.-]+)`:\n\n```(?:ts|tsx|json)[^\n]*\n([\s\S]*?)```/g)]
  expect(blocks.length).toBe([...page.matchAll(/^```(?:ts|tsx|json)\b/gm)].length)
  expect(blocks.length).toBeGreaterThan(6)
  const squeeze = (text: string) => text.replace(/\s+/g, ' ').trim()
  for (const [, path = '', code = ''] of blocks) {
    expect(squeeze(await readFile(path, 'utf8')), path).toContain(squeeze(code))
  }
})
