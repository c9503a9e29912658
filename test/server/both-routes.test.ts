// The short and the long way to GraphQL: the same limits, the same errors, the same answers.
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildAccountsSchema } from '../../src/api/fixed/accounts.ts'
import { buildDataSchema } from '../../src/api/generated/build.ts'
import { createQueryGenerator } from '../support/query-generator.ts'
import { makeRegistry, readExample } from '../support/registry.ts'
import { dataOf, type Server, startTestServer } from '../support/server.ts'

let server: Server
beforeAll(async () => {
  server = await startTestServer()
  const document = await readFile('examples/invoicing.yaml', 'utf8')
  dataOf(
    await server.send('admin', 'mutation($d: String!) { importMetadata(document: $d) { revision } }', {
      d: document,
    }),
  )
})
afterAll(() => server?.stop())

type Request = Readonly<{ query: string; variables?: unknown; operationName?: string; token?: string }>
/** A list of media types is nothing for the short way. */
const ways = { short: 'application/json', long: 'application/json, text/plain' } as const

async function ask(way: keyof typeof ways, { token = server.token, ...body }: Request): Promise<string> {
  const reply = await fetch(server.address('data'), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: ways[way], authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
  return await reply.text()
}

/** Code and message of the first error. */
function tell(text: string): string {
  const [error] = JSON.parse(text).errors ?? []
  return error ? `${error.extensions.code}: ${error.message}` : 'no error'
}

/** An object that holds itself so many times. */
function deep(levels: number): unknown {
  let value: unknown = {}
  for (let level = 0; level < levels; level++) value = { not: value }
  return value
}

const nest = (depth: number): string =>
  `{ customers { nodes { ${'invoices { nodes { customer { '.repeat(depth)} id ${'} } }'.repeat(depth)} } } }`
const bomb = `query { ...a0 } ${Array.from({ length: 20 }, (_, index) => `fragment a${index} on Query { ...a${index + 1} ...a${index + 1} }`).join(' ')} fragment a20 on Query { viewer { id } }`

describe('an attack', () => {
  test.each<[string, Request, RegExp]>([
    ['that is no GraphQL', { query: '{ invoices ' }, /^GRAPHQL_PARSE_FAILED: Syntax Error/],
    [
      'on an unknown field',
      { query: '{ secrets { id } }' },
      /^GRAPHQL_VALIDATION_FAILED: Cannot query field "secrets"/,
    ],
    [
      'by depth',
      { query: nest(7) },
      /^LIMIT_EXCEEDED: The request goes 15 relations deep; at most 12 are allowed/,
    ],
    [
      'by aliases',
      { query: `{ ${Array.from({ length: 31 }, (_, index) => `a${index}: viewer { id }`).join(' ')} }` },
      /^LIMIT_EXCEEDED: .*viewer more than 30 times/,
    ],
    [
      'by tokens',
      { query: `{ viewer { ${'id '.repeat(2_000)} } }` },
      /^(GRAPHQL_PARSE_FAILED|LIMIT_EXCEEDED): .*2000 tokens/,
    ],
    ['by fragments that double', { query: bomb }, /^LIMIT_EXCEEDED: .*once its fragments are put in/],
    [
      'by page sizes',
      {
        query:
          '{ customers(first: 100) { nodes { invoices(first: 100) { nodes { items(first: 100) { nodes { id } } } } } } }',
      },
      /^LIMIT_EXCEEDED: .*1010100 records/,
    ],
    [
      'by a page size in a variable',
      {
        query:
          'query($n: Int) { customers(first: $n) { nodes { invoices(first: $n) { nodes { items(first: $n) { nodes { id } } } } } } }',
        variables: { n: 100 },
      },
      /^LIMIT_EXCEEDED: .*1010100 records/,
    ],
    [
      'by a page size in the default of a variable',
      {
        query:
          'query($n: Int = 100) { customers(first: $n) { nodes { invoices(first: $n) { nodes { items(first: $n) { nodes { id } } } } } } }',
      },
      /^LIMIT_EXCEEDED: .*1010100 records/,
    ],
    [
      'by aliases in inline fragments',
      {
        query: `{ ${Array.from({ length: 31 }, (_, index) => `... { a${index}: viewer { id } }`).join(' ')} }`,
      },
      /^LIMIT_EXCEEDED: .*viewer more than 30 times/,
    ],
    [
      'by variables without a bottom',
      {
        query: 'query($w: InvoiceFilter) { invoices(where: $w) { totalCount } }',
        variables: { w: deep(1_000) },
      },
      /^LIMIT_EXCEEDED: The request nests values more than 200 levels deep/,
    ],
    [
      'by a variable that is missing where it is needed',
      { query: 'query($s: SortOrder) { invoices(orderBy: [{ number: $s }]) { totalCount } }' },
      /^BAD_USER_INPUT: Argument "orderBy" has invalid value/,
    ],
    [
      'by a pattern that would be matched for ever',
      { query: `{ invoices(where: { number: { like: "${'%a'.repeat(600)}" } }) { totalCount } }` },
      /^LIMIT_EXCEEDED: where.number.like must have at most 1000 characters/,
    ],
    [
      'by two log-ins',
      {
        query:
          'mutation { a: login(email: "a@b.c", password: "x") { token } b: login(email: "a@b.c", password: "y") { token } }',
      },
      /^LIMIT_EXCEEDED: The request has 2 of the mutations login, .*; one of them is allowed/,
    ],
    [
      'by a page size over the limit',
      { query: '{ invoices(first: 101) { nodes { id } } }' },
      /^LIMIT_EXCEEDED: first must be at most 100/,
    ],
    [
      'by a variable of the wrong type',
      { query: 'query($n: Int) { invoices(first: $n) { nodes { id } } }', variables: { n: 'x' } },
      /^BAD_USER_INPUT: Variable "\$n" got invalid value "x"/,
    ],
    [
      'by a missing variable',
      { query: 'query($id: ID!) { invoice(id: $id) { id } }' },
      /^BAD_USER_INPUT: Variable "\$id" of required type "ID!" was not provided/,
    ],
    [
      'by two keys of one in a variable',
      {
        query: 'query($k: InvoiceUniqueKey!) { invoiceBy(key: $k) { id } }',
        variables: { k: { id: 'x', number: 'y' } },
      },
      /^BAD_USER_INPUT: .*[Ee]xactly one key/,
    ],
    [
      'by two operations without a name',
      { query: 'query A { viewer { id } } query B { viewer { id } }' },
      /^BAD_USER_INPUT: /,
    ],
    ['by a forged token', { query: '{ viewer { id } }', token: 'a.b.c' }, /^UNAUTHENTICATED: /],
  ])('%s gets the same answer both ways', async (_title, request, message) => {
    const [short, long] = [tell(await ask('short', request)), tell(await ask('long', request))]
    expect(short).toMatch(message)
    expect(long).toMatch(message)
  })
})

describe('a query with inputs in variables', () => {
  const query = `query($w: InvoiceFilter, $o: [InvoiceOrderBy!], $n: Int = 2, $status: InvoiceStatusEnum) {
    invoices(where: $w, orderBy: $o, first: $n) { nodes { number status total } pageInfo { hasNextPage } }
    some: invoices(where: { status: { eq: $status } }) { totalCount }
  }`
  test.each([
    [{}],
    [
      {
        w: { or: [{ status: { in: ['SENT'] } }, { total: { gt: '6' } }] },
        o: [{ total: 'DESC_NULLS_LAST' }],
        status: 'SENT',
      },
    ],
    [{ w: { not: { customer: { name: { startsWith: 'Ada' } } } }, n: 1, status: 'DRAFT' }],
    [{ w: { number: { eq: null } }, status: 'PAID' }],
    [{ o: [{ number: 'ASC', total: 'ASC' }], status: 'PAID' }],
    [{ w: { unknown: 1 } }],
  ])('gets the same JSON compiled and interpreted: %j', async (variables) => {
    const plain = await ask('long', { query, variables })
    let compiled = ''
    for (let hit = 0; hit < 4; hit++) compiled = await ask('short', { query, variables })
    const strip = (text: string): unknown =>
      JSON.parse(text.replaceAll(/"requestId":"[^"]+"/g, '"requestId":""'))
    expect(strip(compiled)).toEqual(strip(plain))
  })
})

describe('a mutation with variables inside its input', () => {
  const query = `mutation($e: String!, $x: JSON, $a: Boolean) {
    createCustomer(input: { name: "X", email: $e, address: { a: $x, b: [$x] }, isActive: $a }) { address isActive }
  }`
  test.each([
    [{ x: { q: 1 } }, { address: { a: { q: 1 }, b: [{ q: 1 }] }, isActive: true }],
    [
      { x: 'text', a: false },
      { address: { a: 'text', b: ['text'] }, isActive: false },
    ],
  ])('writes the same the first time and the fifth: %j', async (variables, expected) => {
    for (let hit = 0; hit < 5; hit++) {
      const e = `${hit}.${JSON.stringify(variables).length}@example.com`
      const reply = JSON.parse(await ask('short', { query: query, variables: { ...variables, e } }))
      expect(reply.data?.createCustomer, JSON.stringify(reply)).toEqual(expected)
    }
  })
})

describe('generated queries', () => {
  test('get the same JSON compiled and interpreted', async () => {
    const schema = await buildDataSchema(makeRegistry(await readExample('invoicing')), buildAccountsSchema())
    const count = process.env.METALOOM_TEST_SIZE === 'long' ? 5_000 : 500
    const generate = createQueryGenerator(schema, 20_261_123)
    let errors = 0
    for (let index = 0; index < count; index++) {
      const query = generate()
      const plain = await ask('long', { query })
      let compiled = ''
      for (let hit = 0; hit < 4; hit++) compiled = await ask('short', { query })
      const strip = (text: string): unknown =>
        JSON.parse(text.replaceAll(/"requestId":"[^"]+"/g, '"requestId":""'))
      expect(strip(compiled), query).toEqual(strip(plain))
      if (plain.includes('"errors"')) errors++
    }
    expect(errors).toBeLessThan(count / 4)
  }, 600_000)
})
