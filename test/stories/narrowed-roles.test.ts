// An administrator asks with the roles of others: the answers are theirs, to the letter, and nobody gains by it.
import { buildClientSchema, getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Pool, run } from '../../src/database/connect.ts'
import { openEventsWith } from '../support/events.ts'
import { createQueryGenerator } from '../support/query-generator.ts'
import { dataOf, errorOf, type GraphQLReply, type Server, startTestServer } from '../support/server.ts'
import { importDocument, makePerson } from '../support/workflows.ts'

const own = { field: 'owner', operator: 'eq', value: '{{user.email}}' }
const document = {
  version: 1,
  entities: [
    {
      name: 'deal',
      primary_key: { field: 'id', type: 'string' },
      fields: [
        { name: 'title', type: 'string', searchable: true },
        { name: 'amount', type: 'int' },
        { name: 'status', type: 'string', enum: ['open', 'won', 'lost'] },
        { name: 'owner', type: 'string' },
      ],
    },
    { name: 'vault', fields: [{ name: 'code', type: 'string' }] },
    {
      name: 'letter',
      fields: [
        { name: 'body', type: 'string' },
        { name: 'sender', type: 'string' },
      ],
    },
  ],
  state_machines: [
    {
      entity: 'deal',
      field: 'status',
      definition: {
        initial: 'open',
        transitions: [
          { from: 'open', to: 'won', roles: ['clerk'] },
          { from: 'open', to: 'lost', roles: ['boss'] },
        ],
      },
    },
  ],
  permissions: [
    { entity: 'deal', action: 'read', roles: ['clerk'], conditions: [own] },
    {
      entity: 'deal',
      action: 'read',
      roles: ['clerk'],
      fields: ['title', 'status'],
      expression: 'record.amount > 5',
    },
    { entity: 'deal', action: 'update', roles: ['clerk'], conditions: [own] },
    { entity: 'deal', action: 'read', roles: ['boss'] },
    {
      entity: 'letter',
      action: 'read',
      roles: ['anonymous'],
      conditions: [{ field: 'sender', operator: 'eq', value: 'nobody' }],
    },
  ],
  sample_data: {
    deal: [
      { id: 'd1', title: 'mine', amount: 1, owner: 'ada@example.com' },
      { id: 'd2', title: 'big', amount: 9, owner: 'bob@example.com' },
      { id: 'd3', title: 'hidden', amount: 2, owner: 'bob@example.com' },
    ],
    vault: [{ code: 'secret' }],
    letter: [
      { body: 'from nobody', sender: 'nobody' },
      { body: 'from ada', sender: 'ada' },
    ],
  },
}

/** A list of media types is nothing for the compiled route. */
const ways = { compiled: 'application/json', yoga: 'application/json, text/plain' } as const
type Way = keyof typeof ways

let server: Server
let pool: Pool
let ada: Awaited<ReturnType<typeof makePerson>>
beforeAll(async () => {
  server = await startTestServer()
  await importDocument(server, document)
  ada = await makePerson(server, 'ada', 'clerk')
  pool = connect(server.appUrl, { max: 1 })
})
afterAll(async () => {
  await pool?.end()
  await server?.stop()
})

type Caller = Readonly<{ token?: string | null; roles?: string; way?: Way; url?: string }>

async function ask(query: string, caller: Caller = {}, variables?: object): Promise<GraphQLReply> {
  const { token = server.token, roles, way = 'compiled', url = server.address('data') } = caller
  const reply = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: ways[way],
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(roles === undefined ? {} : { 'x-metaloom-roles': roles }),
    },
    body: JSON.stringify({ query, variables }),
  })
  return { status: reply.status, ...((await reply.json()) as object) } as GraphQLReply
}

const setRoles = async (...roles: string[]) =>
  dataOf(
    await server.send(
      'admin',
      'mutation($id: ID!, $roles: [String!]) { updateUser(id: $id, input: { roles: $roles }) { id } }',
      {
        id: ada.id,
        roles,
      },
    ),
  )

/** What a reply says, without what is an accident of the request. */
const tell = ({ data, errors }: GraphQLReply): string =>
  JSON.stringify({ data, errors }, (name, value) => (name === 'requestId' ? undefined : value))

const introspection = getIntrospectionQuery({ oneOf: true })

describe.each<Way>(['compiled', 'yoga'])('by the %s route', (way) => {
  test('one person gets the same answers as a clerk, and as an administrator who asks as a clerk', async () => {
    const schema = buildClientSchema(dataOf(await ask(introspection, { token: ada.token, way })))
    const next = createQueryGenerator(schema, 7)
    const fixed = ['sessions', 'files', 'viewer', 'pendingApprovals']
    const queries = [introspection, ...Array.from({ length: 150 }, next)].filter(
      (query) => !fixed.some((root) => query.includes(`${root} `) || query.includes(`${root}(`)),
    )
    expect(queries.length).toBeGreaterThan(60)
    const asClerk = []
    for (const query of queries) asClerk.push(tell(await ask(query, { token: ada.token, way })))
    await setRoles('admin')
    try {
      for (const [index, query] of queries.entries())
        expect(`${query}\n${tell(await ask(query, { token: ada.token, way, roles: 'clerk' }))}`).toBe(
          `${query}\n${asClerk[index]}`,
        )
      expect(asClerk.some((reply) => reply.includes('hidden'))).toBe(false)
    } finally {
      await setRoles('clerk')
    }
  })

  test('a compiled operation of an administrator never answers one who asks with fewer rights', async () => {
    const query = '{ deals(orderBy: [{ title: ASC }]) { nodes { title } } }'
    const titles = async (roles?: string) =>
      dataOf(await ask(query, { way, ...(roles === undefined ? {} : { roles }) })).deals.nodes.map(
        ({ title }: { title: string }) => title,
      )
    for (let round = 0; round < 3; round++) {
      expect(await titles()).toEqual(['big', 'hidden', 'mine'])
      expect(await titles('clerk')).toEqual(['big'])
      expect(await titles('Clerk , boss')).toEqual(['big', 'hidden', 'mine'])
    }
    expect(errorOf(await ask(query, { way, roles: 'nobody' }))).toBe(
      'GRAPHQL_VALIDATION_FAILED: Cannot query field "deals" on type "Query".',
    )
  })

  test.each<[string, string, string]>([
    [
      'an entity',
      '{ vaults { totalCount } }',
      'GRAPHQL_VALIDATION_FAILED: Cannot query field "vaults" on type "Query".',
    ],
    [
      'a state',
      'mutation { transitionDeal(id: "d1", to: LOST) { id } }',
      'GRAPHQL_VALIDATION_FAILED: Value "LOST" does not exist in "DealTarget" enum.',
    ],
    [
      'a record to write',
      'mutation { updateDeal(id: "d2", input: { title: "x" }) { id } }',
      'FORBIDDEN: you may not update this deal',
    ],
    [
      'a record to find',
      'mutation { updateDeal(id: "d3", input: { title: "x" }) { id } }',
      'NOT_FOUND: There is no deal with the id "d3"',
    ],
  ])('what the role has not is not there: %s', async (_title, query, expected) => {
    expect(errorOf(await ask(query, { way, roles: 'clerk' }))).toBe(expected)
  })

  test('as anonymous there is no user: what is told to nobody in particular is told, and no more', async () => {
    const query = '{ letters { nodes { body } } viewer { id } }'
    const expected = {
      letters: {
        nodes: [{ body: 'from nobody' }],
      },
      viewer: null,
    }
    expect(dataOf(await ask(query, { way, token: null }))).toEqual(expected)
    expect(dataOf(await ask(query, { way, roles: 'anonymous' }))).toEqual(expected)
    expect(errorOf(await ask('{ sessions { id } }', { way, roles: 'anonymous' }))).toContain(
      'UNAUTHENTICATED',
    )
  })

  test('is told in the audit log, by whom and as what', async () => {
    dataOf(
      await ask('mutation { updateDeal(id: "d1", input: { amount: 3 }) { id } }', { way, token: ada.token }),
    )
    await setRoles('admin')
    try {
      const write = 'mutation { updateDeal(id: "d1", input: { amount: 4 }) { id } }'
      dataOf(await ask(write, { way, token: ada.token, roles: 'clerk' }))
    } finally {
      await setRoles('clerk')
    }
    const text = 'select actor, user_id from _audit order by id desc limit 2'
    expect(await run(pool, { text, values: [] })).toEqual([
      { actor: `user:${ada.id} as clerk`, user_id: ada.id },
      { actor: `user:${ada.id}`, user_id: ada.id },
    ])
  })

  test('a write tells no trace, which is for administrators', async () => {
    const reply = await fetch(server.address('data'), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: ways[way],
        authorization: `Bearer ${server.token}`,
        'x-metaloom-roles': 'boss',
        'x-metaloom-trace': '1',
      },
      body: JSON.stringify({ query: '{ deals { totalCount } }' }),
    })
    expect(await reply.json()).toEqual({ data: { deals: { totalCount: 3 } } })
  })
})

describe('the header is refused', () => {
  const key = async (...roles: string[]): Promise<string> =>
    dataOf(
      await server.send('admin', 'mutation($i: ApiKeyInput!) { createApiKey(input: $i) { token } }', {
        i: { name: `key of ${roles.join()}`, roles },
      }),
    ).createApiKey.token
  const platformUser = async (role: 'OWNER' | 'VIEWER'): Promise<string> => {
    const input = { email: `${role.toLowerCase()}@example.com`, password: 'correct horse', role }
    const owner = dataOf(
      await server.send(
        'platform',
        'mutation { login(email: "admin@example.com", password: "correct horse battery") { token } }',
        {},
        null,
      ),
    ).login.token
    dataOf(
      await server.send(
        'platform',
        'mutation($i: PlatformUserInput!) { createPlatformUser(input: $i) { id } }',
        { i: input },
        owner,
      ),
    )
    const login = `mutation { login(email: "${input.email}", password: "correct horse") { token } }`
    return dataOf(await server.send('platform', login, {}, null)).login.token
  }
  const hint = 'The header X-Metaloom-Roles is for administrators, who can ask with fewer rights by it'

  test.each<[string, () => Promise<string | null>, number, string]>([
    [
      'without a token',
      async () => null,
      401,
      `UNAUTHENTICATED: ${hint}; send the token of one with it, or leave it out`,
    ],
    [
      'from a user',
      async () => ada.token,
      403,
      `FORBIDDEN: ${hint}; you have clerk, so leave it out to ask as yourself`,
    ],
    [
      'from an API key without the role admin',
      () => key('clerk'),
      403,
      `FORBIDDEN: ${hint}; you have clerk, so leave it out to ask as yourself`,
    ],
    [
      'from a viewer of the platform, who could write by it',
      () => platformUser('VIEWER'),
      403,
      `FORBIDDEN: ${hint}; you have _reader, so leave it out to ask as yourself`,
    ],
  ])('%s, also for roles that they have', async (_title, findToken, status, expected) => {
    const token = await findToken()
    for (const way of ['compiled', 'yoga'] as const) {
      const reply = await ask('{ viewer { id } }', { token, roles: 'clerk', way })
      expect([reply.status, errorOf(reply)]).toEqual([status, expected])
    }
  })

  test.each([
    ['an API key with the role admin', () => key('admin')],
    ['an owner of the platform', () => platformUser('OWNER')],
  ])('not from %s, who gets what the role gets', async (_title, findToken) => {
    const token = await findToken()
    expect(dataOf(await ask('{ deals { totalCount } }', { token }))).toEqual({ deals: { totalCount: 3 } })
    expect(dataOf(await ask('{ deals { totalCount } }', { token, roles: 'clerk' }))).toEqual({
      deals: { totalCount: 1 },
    })
    expect(errorOf(await ask('{ vaults { totalCount } }', { token, roles: 'clerk' }))).toContain(
      'Cannot query',
    )
  })

  const pattern = 'must be lower case words joined by single underscores, beginning with a letter'
  test.each([
    ['admin', 'lists admin, who sees everything; leave it out for that'],
    ['clerk, ADMIN', 'lists admin, who sees everything; leave it out for that'],
    ['_reader', pattern],
    ['', pattern],
    ['clerk,,boss', pattern],
    ["clerk' or true --", pattern],
    ['clerk, Clerk', `is listed twice: "clerk"`],
    [Array.from({ length: 51 }, (_, index) => `r${index}`).join(), `must be at most 50, found 51`],
  ])('that says %j', async (roles, expected) => {
    const reply = await ask('{ viewer { id } }', { roles })
    expect(reply.status).toBe(400)
    expect(errorOf(reply)).toContain('BAD_USER_INPUT: The header X-Metaloom-Roles')
    expect(errorOf(reply)).toContain(expected)
  })

  test.each(['admin', 'platform'] as const)(
    'by the %s API, which would act as an administrator',
    async (api) => {
      const reply = await ask('{ viewer { id } }', { roles: 'clerk', url: server.address(api) })
      expect([reply.status, errorOf(reply)]).toEqual([
        400,
        'BAD_USER_INPUT: The header X-Metaloom-Roles is for the data API of an app only',
      ])
    },
  )
})

test('a subscription tells what the role sees, and ends with the rights of its administrator', async () => {
  await setRoles('admin')
  const headers = { authorization: `Bearer ${ada.token}`, 'x-metaloom-roles': 'clerk' }
  const query = 'subscription { dealChanged { id node { title amount } } }'
  const events = await openEventsWith(server.address('data'), { query }, headers)
  const change = async (id: string, title: string) =>
    dataOf(
      await server.send('data', `mutation { updateDeal(id: "${id}", input: { title: "${title}" }) { id } }`),
    )
  try {
    await change('d3', 'hidden still')
    await change('d2', 'big too')
    expect(await events.next()).toEqual({
      data: { dealChanged: { id: 'd2', node: { title: 'big too', amount: null } } },
    })
  } finally {
    await setRoles('clerk')
  }
  await change('d2', 'big again')
  expect(errorOf(await events.next())).toContain(
    'FORBIDDEN: The header X-Metaloom-Roles is for administrators',
  )
  events.close()
})
