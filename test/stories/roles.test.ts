// What roles may do through the front door: each authorization case of the security page, by the compiled route and by Yoga.
import { buildClientSchema, getIntrospectionQuery, printSchema } from 'graphql'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connect, type Pool, run } from '../../src/database/connect.ts'
import { dataOf, errorOf, type GraphQLReply, type Server, startTestServer } from '../support/server.ts'

const key = { field: 'id', type: 'string' }
const own = { field: 'owner_id', operator: 'eq', value: '{{user.id}}' }
const open = { field: 'status', operator: 'in', value: ['draft', 'sent'] }
const document = {
  version: 1,
  entities: [
    {
      name: 'customer',
      primary_key: key,
      fields: [
        { name: 'name', type: 'string' },
        { name: 'region', type: 'string' },
      ],
    },
    {
      name: 'bill',
      primary_key: key,
      unique_together: [['region', 'number']],
      fields: [
        { name: 'number', type: 'int' },
        { name: 'region', type: 'string' },
        { name: 'title', type: 'string', searchable: true },
        { name: 'status', type: 'string', enum: ['draft', 'sent', 'paid', 'void'] },
        { name: 'total', type: 'int', default: 0 },
        { name: 'paid', type: 'int', default: 0 },
        { name: 'margin', type: 'int' },
        { name: 'owner_id', type: 'string' },
        { name: 'customer_id', type: 'string' },
      ],
    },
    {
      name: 'line',
      primary_key: key,
      fields: [
        { name: 'text', type: 'string' },
        { name: 'bill_id', type: 'string' },
      ],
    },
    { name: 'tag', primary_key: key, fields: [{ name: 'word', type: 'string', required: true }] },
    { name: 'letter', primary_key: key, fields: [{ name: 'body', type: 'string' }] },
    { name: 'vault', fields: [{ name: 'code', type: 'string' }] },
  ],
  relations: [
    { name: 'bills', type: 'one_to_many', source: 'customer', target: 'bill', target_key: 'customer_id' },
    {
      name: 'lines',
      type: 'one_to_many',
      source: 'bill',
      target: 'line',
      target_key: 'bill_id',
      ownership: 'source',
      on_delete: 'cascade',
    },
    { name: 'tags', type: 'many_to_many', source: 'bill', target: 'tag' },
  ],
  rules: [
    {
      entity: 'bill',
      hook: 'before_write',
      type: 'expression',
      definition: {
        expression: 'record.paid > record.total',
        message: 'More is paid than is due',
        field: 'paid',
      },
    },
  ],
  state_machines: [
    {
      entity: 'bill',
      field: 'status',
      definition: {
        initial: 'draft',
        transitions: [
          { from: 'draft', to: 'sent', roles: ['clerk'] },
          { from: 'sent', to: 'paid', roles: ['clerk'], guard: 'record.margin > 0' },
          { from: ['draft', 'sent'], to: 'void', roles: ['boss'] },
        ],
      },
    },
  ],
  permissions: [
    { entity: 'bill', action: 'read', roles: ['clerk'], conditions: [own] },
    {
      entity: 'bill',
      action: 'read',
      roles: ['clerk'],
      conditions: [{ field: 'region', operator: 'eq', value: '{{user.attributes.region}}' }],
      fields: ['number', 'region', 'title', 'status', 'customer_id'],
    },
    { entity: 'bill', action: 'create', roles: ['clerk'], conditions: [own] },
    {
      entity: 'bill',
      action: 'update',
      roles: ['clerk'],
      conditions: [own, open],
      fields: ['title', 'status', 'paid', 'owner_id', 'customer_id'],
    },
    { entity: 'bill', action: 'delete', roles: ['clerk'], conditions: [own] },
    { entity: 'line', action: 'read', roles: ['clerk'], expression: 'record.bill.owner_id == user.id' },
    { entity: 'line', action: 'create', roles: ['clerk'], expression: 'record.bill.owner_id == user.id' },
    { entity: 'line', action: 'update', roles: ['clerk'], expression: 'record.bill.owner_id == user.id' },
    {
      entity: 'customer',
      action: 'read',
      roles: ['clerk', 'boss'],
      conditions: [{ field: 'region', operator: 'eq', value: 'north' }],
      fields: ['name'],
    },
    {
      entity: 'tag',
      action: 'read',
      roles: ['clerk'],
      conditions: [{ field: 'word', operator: 'neq', value: 'secret' }],
    },
    { entity: 'letter', action: 'create', roles: ['anonymous'] },
    { entity: 'bill', action: 'read', roles: ['boss'] },
    { entity: 'bill', action: 'update', roles: ['boss'] },
  ],
}

/** A list of media types is nothing for the compiled route. */
const ways = { compiled: 'application/json', yoga: 'application/json, text/plain' } as const
type Way = keyof typeof ways

let server: Server
let pool: Pool
let ada: string
const tokens: Record<string, string> = {}
beforeAll(async () => {
  server = await startTestServer()
  await admin('mutation($d: String!) { importMetadata(document: $d) { revision } }', {
    d: JSON.stringify(document),
  })
  ada = await makeUser('ada', ['clerk'])
  await makeUser('bob', ['boss'])
  await makeUser('eve', ['nobody'])
  pool = connect(server.appUrl, { max: 2 })
})
afterAll(async () => {
  await pool?.end()
  await server?.stop()
})

const admin = async (query: string, variables: object = {}) =>
  dataOf(await server.send('admin', query, variables))

async function makeUser(name: string, roles: readonly string[]): Promise<string> {
  const input = {
    email: `${name}@example.com`,
    password: 'correct horse',
    roles,
    attributes: { region: 'north' },
  }
  const made = await admin('mutation($input: UserInput!) { createUser(input: $input) { id } }', { input })
  const login = `mutation { login(email: "${name}@example.com", password: "correct horse") { token } }`
  tokens[name] = dataOf(await server.send('data', login, {}, null)).login.token
  return made.createUser.id
}

/** Bills of Ada, one of her region, and one that she does not see at all; the hidden ones have what she would look for. */
beforeEach(async () => {
  for (const text of [
    'truncate bills, lines, customers, tags, bill_tags, _audit, _outbox',
    `insert into customers (id, name, region) values ('north', 'Ann', 'north'), ('south', 'Zoe', 'south')`,
    `insert into bills (id, number, region, title, status, total, margin, owner_id, customer_id) values
      ('mine', 1, 'south', 'my lamp', 'draft', 10, 5, '${ada}', 'south'),
      ('near', 2, 'north', 'lamp of bob', 'draft', 20, 6, 'bob', 'north'),
      ('far', 3, 'south', 'secret lamp', 'sent', 30, 7, 'bob', 'south')`,
    `insert into lines (id, text, bill_id) values ('l1', 'shade', 'mine'), ('l2', 'bulb', 'near'), ('l3', 'wire', 'far')`,
    `insert into tags (id, word) values ('t1', 'plain'), ('t2', 'secret')`,
    `insert into bill_tags (bill_id, tag_id) values ('mine', 't1'), ('mine', 't2'), ('far', 't1')`,
  ])
    await run(pool, { text, values: [] })
})

async function ask(way: Way, query: string, variables: object = {}, name: string | null = 'ada') {
  const reply = await fetch(server.address('data'), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: ways[way],
      ...(name === null ? {} : { authorization: `Bearer ${tokens[name]}` }),
    },
    body: JSON.stringify({ query, variables }),
  })
  return { status: reply.status, ...((await reply.json()) as object) } as GraphQLReply
}

describe.each<Way>(['compiled', 'yoga'])('by the %s route', (way) => {
  const see = async (query: string, variables: object = {}, name: string | null = 'ada') => {
    for (let hit = 0; hit < 3; hit++) await ask(way, query, variables, name)
    return dataOf(await ask(way, query, variables, name))
  }
  const refusal = async (query: string, variables: object = {}, name: string | null = 'ada') =>
    errorOf(await ask(way, query, variables, name))

  test.each<[string, string, object]>([
    ['by id', '{ bill(id: "far") { id } }', { bill: null }],
    [
      'by a key',
      '{ billBy(key: { regionNumber: { region: "south", number: 3 } }) { id } }',
      { billBy: null },
    ],
    [
      'by node id',
      `{ node(nodeId: "${Buffer.from('Bill:far').toString('base64url')}") { nodeId } }`,
      { node: null },
    ],
    ['in a list', '{ bills { nodes { id } } }', { bills: { nodes: [{ id: 'mine' }, { id: 'near' }] } }],
    [
      'by a filter',
      '{ bills(where: { title: { contains: "secret" } }) { nodes { id } } }',
      { bills: { nodes: [] } },
    ],
    ['by a search', '{ bills(search: "lamp") { totalCount } }', { bills: { totalCount: 2 } }],
    [
      'by an order',
      '{ bills(orderBy: [{ number: DESC }], first: 1) { nodes { id } pageInfo { hasNextPage } } }',
      { bills: { nodes: [{ id: 'near' }], pageInfo: { hasNextPage: true } } },
    ],
    [
      'in counts and aggregates, which are those of the visible list',
      '{ bills { totalCount aggregate { count max { number } } } }',
      { bills: { totalCount: 2, aggregate: { count: 2, max: { number: 2 } } } },
    ],
    [
      'in groups',
      '{ billsGrouped(by: [{ region: true }]) { key { region } aggregate { count } } }',
      {
        billsGrouped: [
          { key: { region: 'north' }, aggregate: { count: 1 } },
          { key: { region: 'south' }, aggregate: { count: 1 } },
        ],
      },
    ],
    [
      'behind a relation to one',
      '{ bill(id: "mine") { customerId customer { id } } }',
      { bill: { customerId: 'south', customer: null } },
    ],
    [
      'behind a relation to many',
      '{ tags { nodes { word bills { nodes { id } totalCount } } } }',
      { tags: { nodes: [{ word: 'plain', bills: { nodes: [{ id: 'mine' }], totalCount: 1 } }] } },
    ],
    [
      'through a relation filter',
      '{ bills(where: { tags: { some: { word: { eq: "secret" } } } }) { totalCount } }',
      { bills: { totalCount: 0 } },
    ],
    [
      'through a relation count',
      '{ bills(where: { tags: { count: { gt: 1 } } }) { totalCount } }',
      { bills: { totalCount: 0 } },
    ],
    ['through hops of a policy', '{ lines { nodes { id } } }', { lines: { nodes: [{ id: 'l1' }] } }],
  ])('a hidden record is not found %s', async (_title, query, expected) => {
    expect(await see(query)).toEqual(expected)
  })

  test.each<[string, string, object]>([
    [
      'in its place: policies are added up',
      '{ bills { nodes { id title total margin } } }',
      {
        bills: {
          nodes: [
            { id: 'mine', title: 'my lamp', total: 10, margin: 5 },
            { id: 'near', title: 'lamp of bob', total: null, margin: null },
          ],
        },
      },
    ],
    ['by a filter', '{ bills(where: { margin: { eq: 6 } }) { totalCount } }', { bills: { totalCount: 0 } }],
    [
      'by a filter for null',
      '{ bills(where: { margin: { isNull: true } }) { nodes { id } } }',
      { bills: { nodes: [{ id: 'near' }] } },
    ],
    [
      'by an order',
      '{ bills(orderBy: [{ margin: DESC_NULLS_LAST }]) { nodes { id } } }',
      { bills: { nodes: [{ id: 'mine' }, { id: 'near' }] } },
    ],
    [
      'in an aggregate',
      '{ bills { aggregate { sum { margin } } } }',
      { bills: { aggregate: { sum: { margin: '5' } } } },
    ],
    [
      'in groups',
      '{ billsGrouped(by: [{ margin: true }]) { key { margin } } }',
      { billsGrouped: [{ key: { margin: 5 } }, { key: { margin: null } }] },
    ],
  ])('a hidden field tells nothing %s', async (_title, query, expected) => {
    expect(await see(query)).toEqual(expected)
  })

  test('the history of a record has what of it could be seen then', async () => {
    const change = 'mutation($o: String) { updateBill(id: "near", input: { ownerId: $o, margin: 9 }) { id } }'
    for (const o of [ada, 'bob']) dataOf(await server.send('data', change, { o }))
    const { history } = (
      await see('{ bill(id: "near") { history { totalCount nodes { changed old new } } } }')
    ).bill
    expect(history.totalCount).toBe(2)
    expect(history.nodes[0].old).toMatchObject({ margin: 9, ownerId: ada, title: 'lamp of bob' })
    expect(history.nodes[0].new).toEqual({
      id: 'near',
      number: 2,
      region: 'north',
      title: 'lamp of bob',
      status: 'DRAFT',
      customerId: 'north',
    })
    expect(history.nodes[1].new).toMatchObject({ margin: 9 })
    expect(history.nodes[1].old).not.toHaveProperty('margin')
    expect(history.nodes[0].changed).toEqual(expect.arrayContaining(['ownerId']))
  })

  test.each<[string, string, string]>([
    [
      'the stored record',
      'mutation { updateBill(id: "near", input: { title: "x" }) { id } }',
      'FORBIDDEN: you may not update this bill',
    ],
    [
      'the result',
      `mutation { updateBill(id: "mine", input: { ownerId: "bob" }) { id } }`,
      'FORBIDDEN: you may not update this bill',
    ],
    [
      'a new record',
      'mutation { createBill(input: { id: "new", ownerId: "bob" }) { id } }',
      'FORBIDDEN: you may not create this bill',
    ],
    ['a deletion', 'mutation { deleteBill(id: "near") { id } }', 'FORBIDDEN: you may not delete this bill'],
    [
      'a record that is not visible',
      'mutation { updateBill(id: "far", input: { title: "x" }) { id } }',
      'NOT_FOUND: There is no bill with the id "far"',
    ],
    [
      'no target that is visible',
      'mutation { updateBill(id: "mine", input: { customerId: "north" }) { id } }',
      'none',
    ],
    [
      'a new target that is hidden',
      'mutation { createBill(input: { id: "new", ownerId: "me", customerId: "south" }) { id } }',
      'NOT_FOUND: customerId: leads to no customer: there is none with the id "south"',
    ],
    [
      'a link to a hidden record',
      'mutation { updateBill(id: "mine", input: { tags: { data: [{ id: "t2" }] } }) { id } }',
      'NOT_FOUND: tags.data[0]: There is no tag with the id "t2"',
    ],
    [
      'a child of someone else',
      'mutation { updateBill(id: "mine", input: { lines: { data: [{ id: "l3", text: "x" }] } }) { id } }',
      'NOT_FOUND',
    ],
    [
      'many at once: all or none',
      'mutation { updateBills(where: {}, all: true, input: { title: "x" }) { count } }',
      'FORBIDDEN',
    ],
    [
      'a rule over fields that are not given',
      'mutation { updateBill(id: "mine", input: { paid: 11 }) { id } }',
      'VALIDATION_FAILED: paid: More is paid than is due',
    ],
    [
      'the state of a record that is locked',
      'mutation { transitionBill(id: "near", to: SENT) { id } }',
      'FORBIDDEN: you may not update this bill',
    ],
  ])('a write is asked for %s', async (_title, query, expected) => {
    const found = await refusal(query.replace('"me"', `"${ada}"`))
    if (expected === 'none') expect(found).toBe('no error')
    else expect(found).toContain(expected)
  })

  test.each([
    [
      'an update',
      'mutation { updateBill(id: "mine", input: { margin: 9 }) { id } }',
      'Field "margin" is not defined by type "BillUpdateInput".',
    ],
    [
      'a nested row',
      'mutation { updateBill(id: "mine", input: { lines: { data: [{ id: "l1", delete: true }] } }) { id } }',
      'Field "delete" is not defined by type "BillLinesNestedRow".',
    ],
    [
      'a filter',
      '{ bills(where: { vaults: {} }) { totalCount } }',
      'Field "vaults" is not defined by type "BillFilter".',
    ],
    ['a field', '{ customers { nodes { regoin } } }', 'Cannot query field "regoin" on type "Customer".'],
    ['a root', '{ vaults { totalCount } }', 'Cannot query field "vaults" on type "Query".'],
    ['a type', '{ __type(name: "Vault") { name } }', 'null'],
    [
      'a state',
      'mutation { transitionBill(id: "mine", to: VOID) { id } }',
      'Value "VOID" does not exist in "BillTarget" enum. Did you mean the enum value "PAID"?',
    ],
  ])('what the roles do not have is unknown: %s', async (_title, query, expected) => {
    if (expected === 'null') expect(await see(query)).toEqual({ __type: null })
    else expect(await refusal(query)).toBe(`GRAPHQL_VALIDATION_FAILED: ${expected}`)
  })

  test('options of a transition are those that a write would take', async () => {
    const options = '{ bills { nodes { id transitions { to allowed reason } } } }'
    expect((await see(options)).bills.nodes).toEqual([
      { id: 'mine', transitions: [{ to: 'SENT', allowed: true, reason: null }] },
      {
        id: 'near',
        transitions: [{ to: 'SENT', allowed: false, reason: 'you may not change this record so' }],
      },
    ])
    await see('mutation { transitionBill(id: "mine", to: SENT) { status } }').catch(() => {})
    expect((await see(options)).bills.nodes[0].transitions).toEqual([
      { to: 'PAID', allowed: false, reason: 'you may not change this record so' },
    ])
  })

  test('one who may write but not read is told that it is written, and how many are', async () => {
    const one = 'mutation($id: ID!) { createLetter(input: { id: $id, body: "hello" }) }'
    const many = 'mutation($a: ID!, $b: ID!) { createLetters(inputs: [{ id: $a }, { id: $b }]) }'
    const [id, a, b] = ['1', '2', '3'].map((each) => `${way}${each}`)
    expect(dataOf(await ask(way, one, { id }, null))).toEqual({ createLetter: true })
    expect(dataOf(await ask(way, many, { a, b }, null))).toEqual({ createLetters: 2 })
    expect(await refusal('{ letters { totalCount } }', {}, null)).toBe(
      'GRAPHQL_VALIDATION_FAILED: Cannot query field "letters" on type "Query".',
    )
  })

  test('a compiled operation of one role never answers another', async () => {
    const query = '{ bills(orderBy: [{ number: ASC }]) { nodes { id } } }'
    for (const [name, ids] of [
      ['ada', ['mine', 'near']],
      ['bob', ['mine', 'near', 'far']],
    ] as const)
      expect((await see(query, {}, name)).bills.nodes.map(({ id }: { id: string }) => id)).toEqual(ids)
    expect(await refusal(query, {}, 'eve')).toContain('Cannot query field "bills"')
  })

  test('introspection shows each role the schema that administrators see for it', async () => {
    for (const [name, roles] of [
      ['ada', ['Clerk']],
      ['eve', ['nobody']],
      [null, ['anonymous']],
    ] as const) {
      const introspection = dataOf(
        await ask(
          way,
          getIntrospectionQuery({ oneOf: true, specifiedByUrl: true, schemaDescription: true }),
          {},
          name,
        ),
      )
      const { schema } = await admin('query($roles: [String!]!) { schema(roles: $roles) }', { roles })
      expect(printSchema(buildClientSchema(introspection))).toBe(schema)
    }
  })
})
