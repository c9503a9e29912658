// Permissions as an administrator works with them: tried before they are saved, saved, looked into, taken back.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startProcess } from '../support/process.ts'
import { dataOf, errorOf, post, type Server, startTestServer } from '../support/server.ts'

let server: Server
let ada: string
let token: string
let invoice: string
beforeAll(async () => {
  server = await startTestServer()
  const entity = {
    name: 'invoice',
    fields: [
      { name: 'number', type: 'STRING' },
      { name: 'region', type: 'STRING' },
    ],
  }
  await admin('mutation($input: EntityInput!) { createEntity(input: $input) { name } }', { input: entity })
  const user = {
    email: 'ada@example.com',
    password: 'correct horse',
    roles: ['clerk'],
    attributes: { region: 'north' },
  }
  const made = await admin('mutation($input: UserInput!) { createUser(input: $input) { id } }', {
    input: user,
  })
  ada = made.createUser.id
  const logIn = 'mutation { login(email: "ada@example.com", password: "correct horse") { token } }'
  token = dataOf(await server.send('data', logIn, {}, null)).login.token
  const create = 'mutation { createInvoice(input: { number: "1", region: "north" }) { id } }'
  invoice = dataOf(await server.send('data', create)).createInvoice.id
})
afterAll(() => server?.stop())

const admin = async (query: string, variables: object = {}) =>
  dataOf(await server.send('admin', query, variables))

const north = {
  entity: 'invoice',
  action: 'READ',
  roles: ['Clerk', 'anonymous'],
  conditions: [{ field: 'region', operator: 'EQ', value: 'north' }],
  fields: ['number'],
}
const explain = `query($id: ID, $userId: ID, $permission: PermissionInput) {
  explainAccess(entity: "invoice", action: READ, id: $id, userId: $userId, permission: $permission) {
    roles visible allowed fields filter policies { id matchesRoles holds clauses { text holds } }
  } }`
const ask = async (variables: object) => (await admin(explain, variables)).explainAccess
const list = '{ invoices { nodes { number } } }'
const unknown = 'GRAPHQL_VALIDATION_FAILED: Cannot query field "invoices" on type "Query".'
const save = 'mutation($input: PermissionInput!) { createPermission(input: $input) { id roles } }'

test('a permission is tried, saved, explained, listed for everybody without a token, and taken back', async () => {
  const clauses = [{ text: 'record.region == "north"', holds: true }]
  const nothing = {
    roles: ['clerk'],
    visible: false,
    allowed: false,
    fields: [],
    filter: 'false',
    policies: [],
  }
  const something = { visible: true, allowed: true, fields: ['id', 'number'], filter: clauses[0]?.text }
  const question = { id: invoice, userId: ada }

  expect(await ask(question)).toEqual(nothing)
  expect(errorOf(await server.send('data', list, {}, token))).toBe(unknown)
  expect(await ask({ ...question, permission: north })).toEqual({
    ...something,
    roles: ['clerk'],
    policies: [{ id: null, matchesRoles: true, holds: true, clauses }],
  })

  const { createPermission: made } = await admin(save, { input: north })
  expect(made.roles).toEqual(['clerk', 'anonymous'])
  for (const caller of [token, null])
    expect(dataOf(await server.send('data', list, {}, caller))).toEqual({
      invoices: { nodes: [{ number: '1' }] },
    })
  expect(await ask({ id: invoice })).toEqual({
    ...something,
    roles: ['anonymous'],
    policies: [{ id: made.id, matchesRoles: true, holds: true, clauses }],
  })
  expect(await admin('{ anonymousRights { entity action fields allRecords } }')).toEqual({
    anonymousRights: [{ entity: 'invoice', action: 'READ', fields: ['number'], allRecords: false }],
  })

  await admin('mutation($id: ID!) { deletePermission(id: $id) { revision } }', { id: made.id })
  expect(await ask(question)).toEqual(nothing)
  expect(errorOf(await server.send('data', list, {}, null))).toBe(unknown)
  expect(await admin('{ anonymousRights { entity } permissions { id } }')).toEqual({
    anonymousRights: [],
    permissions: [],
  })
})

test.each(['application/json', 'application/json, text/plain'])(
  'a permission that is taken back while a write by it is under way does not carry it (%s)',
  async (accept) => {
    const clerk = { entity: 'invoice', roles: ['clerk'] }
    const reading = await admin(save, { input: { ...clerk, action: 'READ' } })
    const updating = await admin(save, { input: { ...clerk, action: 'UPDATE' } })
    const take = async ({ createPermission: { id } }: typeof updating) =>
      admin('mutation($id: ID!) { deletePermission(id: $id) { revision } }', { id })
    const query = `mutation { updateInvoice(id: "${invoice}", input: { number: "2" }) { number } }`
    const sql = postgres(server.appUrl, { max: 1 })
    let reply: Promise<Response> | undefined
    await sql.begin(async (tx) => {
      await tx`select 1 from invoices for update`
      reply = fetch(server.address('data'), {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept, authorization: `Bearer ${token}` },
        body: JSON.stringify({ query }),
      })
      while ((await countWaiting(tx)) === 0);
      await take(updating)
    })
    await sql.end()
    expect(await (await reply)?.json()).toMatchObject({
      errors: [
        {
          message: 'Cannot query field "updateInvoice" on type "Mutation".',
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        },
      ],
    })
    expect(dataOf(await server.send('data', list))).toEqual({ invoices: { nodes: [{ number: '1' }] } })
    await take(reading)
  },
)

async function countWaiting(sql: postgres.TransactionSql): Promise<number> {
  await sql`select pg_stat_clear_snapshot()`
  const [row] = await sql`select count(*)::int as count from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`
  return row?.count
}

test('what callers without a token may do is said when a server opens the app', async () => {
  const { createPermission: made } = await admin(save, { input: north })
  const dataDir = await mkdtemp(join(tmpdir(), 'metaloom-rights-'))
  const other = await startProcess(server.databaseUrl, dataDir, { METALOOM_LOG_LEVEL: 'info' })
  try {
    await post(`${other.url}/api/demo/graphql`, '{ __typename }')
    const lines = other.output().split('\n')
    const told = lines.find((line) => line.includes('callers without a token have rights'))
    expect(JSON.parse(told ?? '')).toMatchObject({
      app: 'demo',
      rights: ['read invoice (number), some records'],
    })
  } finally {
    await other.kill('SIGTERM')
    await rm(dataDir, { recursive: true, force: true })
    await admin('mutation($id: ID!) { deletePermission(id: $id) { revision } }', { id: made.id })
  }
})

test('nobody but administrators gets at them', async () => {
  const remove = 'mutation { deletePermission(id: "x") { revision } }'
  const queries = [
    '{ permissions { id } }',
    '{ permission(id: "x") { id } }',
    '{ anonymousRights { entity } }',
  ]
  for (const query of [...queries, explain, remove]) {
    expect(errorOf(await server.send('admin', query, {}, token)), query).toMatch(/^FORBIDDEN: /)
    expect(errorOf(await post(server.address('admin'), query)), query).toMatch(/^UNAUTHENTICATED: /)
  }
  for (const caller of [token, null])
    expect(errorOf(await server.send('admin', save, { input: north }, caller))).toMatch(
      caller ? /^FORBIDDEN: / : /^UNAUTHENTICATED: /,
    )
})
