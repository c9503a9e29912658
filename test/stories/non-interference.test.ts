// What a role may not see changes no answer: the same operations on two databases that differ only in that give the same.
import fc from 'fast-check'
import { buildClientSchema, getIntrospectionQuery } from 'graphql'
import { afterEach, describe, expect, it } from 'vitest'
import { connect, type Pool, run } from '../../src/database/connect.ts'
import { createOperationGenerator } from '../support/operation-generator.ts'
import { dataOf, type Server, startTestServer } from '../support/server.ts'

const isLong = process.env.METALOOM_TEST_SIZE === 'long'
const operations = isLong ? 25_000 : 2_000
const key = { field: 'id', type: 'string' }
const own = { field: 'owner', operator: 'eq', value: '{{user.email}}' }
const department = { field: 'department', operator: 'eq', value: '{{user.attributes.department}}' }

const document = {
  entities: [
    {
      name: 'region',
      primary_key: key,
      fields: [
        { name: 'name', type: 'string' },
        { name: 'budget', type: 'int' },
      ],
    },
    {
      name: 'deal',
      primary_key: key,
      fields: [
        { name: 'title', type: 'string', searchable: true },
        { name: 'amount', type: 'int' },
        { name: 'internal', type: 'string' },
        { name: 'department', type: 'string' },
        { name: 'owner', type: 'string' },
        { name: 'region_id', type: 'string' },
      ],
    },
    {
      name: 'note',
      primary_key: key,
      fields: [
        { name: 'body', type: 'text' },
        { name: 'deal_id', type: 'string' },
      ],
    },
    { name: 'tag', primary_key: key, fields: [{ name: 'label', type: 'string' }] },
    {
      name: 'vault',
      primary_key: key,
      fields: [
        { name: 'code', type: 'string' },
        { name: 'deal_id', type: 'string' },
      ],
    },
  ],
  relations: [
    {
      name: 'deals',
      type: 'one_to_many',
      source: 'region',
      target: 'deal',
      target_key: 'region_id',
      on_delete: 'set_null',
    },
    {
      name: 'notes',
      type: 'one_to_many',
      source: 'deal',
      target: 'note',
      target_key: 'deal_id',
      on_delete: 'cascade',
    },
    {
      name: 'vaults',
      type: 'one_to_many',
      source: 'deal',
      target: 'vault',
      target_key: 'deal_id',
      on_delete: 'cascade',
    },
    { name: 'tags', type: 'many_to_many', source: 'deal', target: 'tag', join_table: 'deal_tags' },
  ],
  permissions: [
    { entity: 'region', action: 'read', roles: ['clerk'], fields: ['name'] },
    {
      entity: 'deal',
      action: 'read',
      roles: ['clerk'],
      conditions: [department],
      fields: ['title', 'department', 'region_id'],
    },
    {
      entity: 'deal',
      action: 'read',
      roles: ['clerk'],
      conditions: [own],
      fields: ['title', 'amount', 'owner', 'department', 'region_id'],
    },
    { entity: 'deal', action: 'create', roles: ['clerk'], conditions: [own, department] },
    {
      entity: 'deal',
      action: 'update',
      roles: ['clerk'],
      conditions: [own],
      fields: ['title', 'amount', 'owner', 'department', 'region_id'],
    },
    { entity: 'deal', action: 'delete', roles: ['clerk'], conditions: [own] },
    { entity: 'note', action: 'read', roles: ['clerk'], expression: 'record.deal.owner == user.email' },
    { entity: 'note', action: 'create', roles: ['clerk'], expression: 'record.deal.owner == user.email' },
    { entity: 'note', action: 'update', roles: ['clerk'], expression: 'record.deal.owner == user.email' },
    { entity: 'note', action: 'delete', roles: ['clerk'], expression: 'record.deal.owner == user.email' },
    { entity: 'tag', action: 'read', roles: ['clerk'] },
  ],
}

const me = 'clerk@example.com'
const numbers = [0, 1, 2, 3, 5, 8]
const texts = ['sales', 'law', me, 'other@example.com', 'deal 1', 'deal', 'north', '']
const ids = {
  Region: ['r0', 'r1'],
  Deal: ['d0', 'd1', 'd2', 'd3', 'h0', 'h1', 'x0'],
  Note: ['n0', 'n1', 'n8', 'new'],
  Tag: ['t0', 't1'],
  Vault: ['v0'],
}

/** Rows that the clerk sees are the same; cells and rows that the clerk does not see follow from `secret`. */
function makeRows(secret: number) {
  const deals = [
    {
      id: 'd0',
      title: 'deal 0',
      amount: 1,
      internal: `i${secret}`,
      department: 'sales',
      owner: me,
      region_id: 'r0',
    },
    {
      id: 'd1',
      title: 'deal 1',
      amount: 5,
      internal: `j${secret}`,
      department: 'law',
      owner: me,
      region_id: 'r1',
    },
    {
      id: 'd2',
      title: 'deal 2',
      amount: 3 + secret,
      department: 'sales',
      owner: `u${secret}@example.com`,
      region_id: 'r0',
    },
    {
      id: 'd3',
      title: 'deal 3',
      amount: 8 * secret,
      department: 'sales',
      owner: 'other@example.com',
      region_id: 'r1',
    },
    {
      id: 'h0',
      title: `deal ${secret}`,
      amount: secret,
      department: 'law',
      owner: 'other@example.com',
      region_id: secret ? 'r0' : 'r1',
    },
    {
      id: 'h1',
      title: secret ? 'sales' : 'north',
      amount: 2,
      department: 'law',
      owner: `u${secret}@example.com`,
    },
    {
      id: 'h2',
      title: 'deal',
      amount: 1,
      department: secret ? 'law' : 'other',
      owner: 'nobody',
      region_id: 'r1',
    },
    ...(secret
      ? [
          {
            id: 'x0',
            title: 'deal 1',
            amount: 5,
            department: 'law',
            owner: 'other@example.com',
            region_id: 'r0',
          },
        ]
      : []),
  ]
  return {
    region: [
      { id: 'r0', name: 'north', budget: secret },
      { id: 'r1', name: 'south', budget: 10 - secret },
    ],
    deal: deals,
    note: [
      { id: 'n0', body: 'sales', deal_id: 'd0' },
      { id: 'n1', body: 'law', deal_id: 'd1' },
      { id: 'n8', body: `deal ${secret}`, deal_id: secret ? 'd2' : 'h0' },
      ...(secret ? [{ id: 'x1', body: 'north', deal_id: 'd3' }] : []),
    ],
    tag: [
      { id: 't0', label: 'deal' },
      { id: 't1', label: 'law' },
    ],
    vault: [{ id: 'v0', code: `c${secret}`, deal_id: secret ? 'd0' : 'd1' }],
    deal_tags: [
      { deal_id: 'd0', tag_id: 't0' },
      { deal_id: 'd2', tag_id: 't1' },
      { deal_id: secret ? 'h0' : 'h1', tag_id: 't0' },
      ...(secret ? [{ deal_id: 'h2', tag_id: 't1' }] : []),
    ],
  }
}

/** `reset` puts all rows back as they were at first; `ask` gives the reply without what is an accident of the run. */
type World = Readonly<{
  ask(operation: string): Promise<string>
  reset(): Promise<void>
  stop(): Promise<void>
}>

/** Cursors are signed with a key of the app, which derives from its salt: where all shall be alike, that must be too. */
async function startAlike(): Promise<Server> {
  const first = await startTestServer()
  const pool = connect(first.databaseUrl, { max: 1 })
  await run(pool, { text: "update _apps set salt = 'alike'", values: [] })
  await pool.end()
  const server = await startTestServer(first)
  const stop = async (): Promise<void> => {
    await server.stop()
    await first.stop()
  }
  return { ...server, stop }
}

async function makeWorld(secret: number, definitions: object): Promise<World> {
  const server = await startAlike()
  const text = JSON.stringify({ version: 1, ...definitions, sample_data: makeRows(secret) })
  dataOf(
    await server.send('admin', 'mutation($d: String!) { importMetadata(document: $d) { revision } }', {
      d: text,
    }),
  )
  const input = {
    email: me,
    password: 'correct horse',
    roles: ['clerk'],
    attributes: { department: 'sales' },
  }
  const created = await server.send('admin', 'mutation($i: UserInput!) { createUser(input: $i) { id } }', {
    i: input,
  })
  const { id } = dataOf(created).createUser
  const login = `mutation { login(email: "${me}", password: "correct horse") { token } }`
  const { token } = dataOf(await server.send('data', login, {}, null)).login
  const ask = async (operation: string): Promise<string> => {
    const { status, ...reply } = await server.send('data', operation, undefined, token)
    const text = JSON.stringify(reply, (name, value) => (name === 'requestId' ? undefined : value))
    if (status !== 200 || text.includes('INTERNAL_SERVER_ERROR')) throw new Error(`${operation}\n${text}`)
    return text.replaceAll(id, 'me')
  }
  const pool = connect(server.appUrl, { max: 1 })
  return {
    ask,
    reset: await keepRows(pool),
    async stop() {
      await pool.end()
      await server.stop()
    },
  }
}

/** Remembers the rows of all tables of the app, and gives what puts them back. */
async function keepRows(pool: Pool): Promise<() => Promise<void>> {
  const tables = await run<{ name: string; columns: string }>(pool, {
    text: `select table_name as name, string_agg(quote_ident(column_name), ', ') as columns from information_schema.columns
      where table_schema = 'public' and is_generated = 'NEVER' and table_name !~ '^_' group by 1`,
    values: [],
  })
  const statements = ['_audit', '_outbox', ...tables.map(({ name }) => name)].map(
    (name) => `delete from ${name}`,
  )
  for (const { name, columns } of tables) {
    await run(pool, { text: `create table _kept_${name} as select ${columns} from ${name}`, values: [] })
    statements.push(`insert into ${name} (${columns}) select ${columns} from _kept_${name}`)
  }
  return async () => {
    await pool.begin(async (sql) => {
      for (const text of statements) await run(sql, { text, values: [] })
    })
  }
}

async function readSchema({ ask }: World) {
  return buildClientSchema(JSON.parse(await ask(getIntrospectionQuery({ oneOf: true }))).data)
}

/** Root fields about accounts and uploads, which are no records and give ids and tokens of their own. */
const otherRoots = new Set([
  'createUpload',
  'completeUpload',
  'uploadFile',
  'deleteFile',
  'login',
  'refreshSession',
  'logout',
  'viewer',
  'sessions',
  'revokeSession',
  'changePassword',
  'resetPassword',
  'acceptInvite',
])

/**
 * Asks both worlds the operations of random seeds; tells the first that they answer differently. A clash of keys tells
 * that some record exists, as the security page says, and is left out.
 */
async function findDifference(worlds: readonly World[], operations: number): Promise<string | undefined> {
  const [world] = worlds
  if (world === undefined) throw new Error('no world was made')
  const pools = { ids, texts, numbers }
  const generator = createOperationGenerator(await readSchema(world), pools, (root) => !otherRoots.has(root))
  let difference: string | undefined
  let changes = 0
  const kinds = fc.constantFrom('query', 'query', 'query', 'mutation')
  const property = fc.asyncProperty(fc.nat(), kinds, async (seed, kind) => {
    const operation = kind === 'query' ? generator.query(seed) : generator.mutation(seed)
    const [one, other] = await Promise.all(worlds.map((each) => each.ask(operation)))
    const isClash = [one, other].some((reply) => reply?.includes('"CONFLICT"'))
    if (kind === 'mutation' && (isClash || ++changes % 4 === 0))
      await Promise.all(worlds.map((each) => each.reset()))
    if (one !== other && !isClash) difference = `${operation}\n${one}\n${other}`
    return difference === undefined
  })
  const run = await fc.check(property, { numRuns: operations, endOnFailure: true, seed: 20_261_123 })
  if (run.failed && difference === undefined) throw run.errorInstance
  return difference
}

const worlds: World[] = []
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.stop()))
})

describe('two databases that differ in what a clerk may not see', () => {
  it('give the same answers, errors, counts and orders', { timeout: 1_200_000 }, async () => {
    worlds.push(await makeWorld(0, document), await makeWorld(1, document))
    expect(await findDifference(worlds, operations)).toBeUndefined()
  })
})

describe('a permission that is too wide', () => {
  const permissions = document.permissions.map((each) =>
    each.entity === 'deal' && each.fields?.includes('amount') && each.action === 'read'
      ? { ...each, conditions: [] }
      : each,
  )
  it('is noticed within a few hundred operations', { timeout: 600_000 }, async () => {
    const wide = { ...document, permissions }
    worlds.push(await makeWorld(0, wide), await makeWorld(1, wide))
    expect(await findDifference(worlds, 300)).toBeDefined()
  })
})
