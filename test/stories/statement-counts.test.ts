// How many statements a read takes: the same for one parent and for a hundred, whatever is asked of each.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../../src/database/connect.ts'
import { insertRows } from '../pipeline/insert.ts'
import { dataOf, type Server, startTestServer } from '../support/server.ts'
import { recordStatements, type StatementRecorder } from '../support/statements.ts'

const document = {
  version: 1,
  entities: [
    { name: 'customer', fields: [{ name: 'name', type: 'string' }] },
    {
      name: 'invoice',
      fields: [
        { name: 'number', type: 'int' },
        { name: 'status', type: 'string' },
        { name: 'customer_id', type: 'uuid' },
      ],
    },
    {
      name: 'line',
      fields: [
        { name: 'amount', type: 'int' },
        { name: 'invoice_id', type: 'uuid' },
      ],
    },
    { name: 'tag', fields: [{ name: 'word', type: 'string' }] },
  ],
  relations: [
    {
      name: 'invoices',
      type: 'one_to_many',
      source: 'customer',
      target: 'invoice',
      target_key: 'customer_id',
    },
    { name: 'lines', type: 'one_to_many', source: 'invoice', target: 'line', target_key: 'invoice_id' },
    { name: 'tags', type: 'many_to_many', source: 'invoice', target: 'tag' },
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
            guard: 'len(related.lines) > 1 && related.customer.name != nil',
            related_load: [{ relation: 'lines' }, { relation: 'customer' }],
          },
          {
            from: 'draft',
            to: 'void',
            guard: 'len(related.lines) == 0',
            related_load: [{ relation: 'lines' }],
          },
        ],
      },
    },
  ],
}

let server: Server
let recorder: StatementRecorder
let recorded: Server
beforeAll(async () => {
  server = await startTestServer()
  const importMetadata = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(await server.send('admin', importMetadata, { document: JSON.stringify(document) }))
  await store()
  recorder = await recordStatements(server.databaseUrl)
  recorded = await startTestServer({ databaseUrl: recorder.url })
})
afterAll(async () => {
  await recorded?.stop()
  await recorder?.stop()
  await server?.stop()
})

const idOf = (kind: string, index: number): string =>
  `${kind.repeat(8)}-0000-4000-8000-${String(index).padStart(12, '0')}`

/** A hundred invoices, each with a customer and a tag of its own, two lines and two entries in the audit log. */
async function store(): Promise<void> {
  const indexes = Array.from({ length: 100 }, (_, index) => index)
  const pool = connect(server.appUrl, { max: 1 })
  await insertRows(
    pool,
    'customers',
    indexes.map((index) => ({ id: idOf('a', index), name: `C ${index}` })),
  )
  await insertRows(
    pool,
    'invoices',
    indexes.map((index) => ({
      id: idOf('b', index),
      number: index,
      status: 'draft',
      customer_id: idOf('a', index),
    })),
  )
  await insertRows(
    pool,
    'lines',
    indexes.flatMap((index) =>
      [1, 2].map((amount) => ({ id: idOf(String(amount), index), amount, invoice_id: idOf('b', index) })),
    ),
  )
  await insertRows(
    pool,
    'tags',
    indexes.map((index) => ({ id: idOf('c', index), word: `t ${index}` })),
  )
  await insertRows(
    pool,
    'invoice_tags',
    indexes.map((index) => ({ invoice_id: idOf('b', index), tag_id: idOf('c', index) })),
  )
  await pool.unsafe(`insert into _audit (entity, record_id, version, action, changed, actor, request_id)
    select 'invoice', id, version, 'update', '{}', 'anonymous', 'test' from invoices, generate_series(1, 2) version`)
  await pool.end()
}

const ours = /"(customers|invoices|lines|tags|invoice_tags)"|_audit/

/** The statements over rows that the query took, the second time. */
async function record(selection: string, parents: number): Promise<readonly string[]> {
  const query = `{ invoices(first: ${parents}, orderBy: [{ number: ASC }]) { nodes { number ${selection} } } }`
  dataOf(await recorded.send('data', query))
  recorder.take()
  const { invoices } = dataOf(await recorded.send('data', query))
  expect(invoices.nodes).toHaveLength(parents)
  return recorder.take().filter((text) => ours.test(text))
}

describe('the number of statements', () => {
  test.each([
    ['nothing more', '', 1],
    ['a relation to one', 'customer { name }', 2],
    ['a relation to many', 'lines { nodes { amount } }', 2],
    ['a relation over a join table', 'tags { nodes { word } }', 2],
    ['counts', 'lines { totalCount } tags { totalCount }', 3],
    ['aggregates', 'lines { aggregate { count sum { amount } } }', 2],
    [
      'rows, count and aggregate of one relation',
      'lines { nodes { amount } totalCount aggregate { count } }',
      4,
    ],
    ['a relation behind a relation', 'customer { invoices { nodes { lines { nodes { amount } } } } }', 4],
    ['history', 'history { nodes { action at } pageInfo { hasNextPage endCursor } }', 2],
    ['the number of entries in the history', 'history { totalCount }', 2],
    [
      'history behind a relation',
      'lines(first: 2) { nodes { history(first: 2) { nodes { id } totalCount } } }',
      4,
    ],
    ['transitions, whose guards look at two relations', 'transitions { to allowed }', 4],
  ])('for %s does not depend on the number of parents', async (_title, selection, expected) => {
    const counts = []
    for (const parents of [1, 25, 100]) counts.push((await record(selection, parents)).length)
    expect(counts).toEqual([expected, expected, expected])
  })
})
