// Those who run the installation: made, changed and turned away by owners, of whom one always stays.
import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'

let server: Server
let sql: postgres.Sql
let owner: string
let ownerId: string
beforeAll(async () => {
  server = await startTestServer()
  sql = postgres(server.databaseUrl, { max: 1 })
  const first = await logIn('admin@example.com', 'correct horse battery')
  owner = first.token
  ownerId = first.viewer.id
})
afterAll(async () => {
  await sql?.end()
  await server?.stop()
})

const password = 'correct horse'
const login =
  'mutation($e: String!, $p: String!) { login(email: $e, password: $p) { token viewer { id roles } } }'
const create =
  'mutation($input: PlatformUserInput!) { createPlatformUser(input: $input) { id email role active } }'
const update =
  'mutation($id: ID!, $input: PlatformUserUpdateInput!) { updatePlatformUser(id: $id, input: $input) { role active } }'
const deactivate = 'mutation($id: ID!) { deactivatePlatformUser(id: $id) { active } }'
const list = '{ platformUsers { email role active } }'

const send = (query: string, variables = {}, token: string | null = owner) =>
  server.send('platform', query, variables, token)
const logIn = async (e: string, p = password) => dataOf(await send(login, { e, p }, null)).login
const make = async (email: string, role: string): Promise<string> =>
  dataOf(await send(create, { input: { email, password, role } })).createPlatformUser.id

test('an owner makes a viewer, who sees the platform and changes nothing; later an owner, who may; later nobody', async () => {
  const input = { email: 'Eve@Example.com', password, role: 'VIEWER' }
  const eve = dataOf(await send(create, { input })).createPlatformUser
  expect(eve).toMatchObject({ email: 'eve@example.com', role: 'VIEWER', active: true })
  const { token } = await logIn('eve@example.com')
  expect(dataOf(await send(list, {}, token)).platformUsers).toEqual([
    { email: 'admin@example.com', role: 'OWNER', active: true },
    { email: 'eve@example.com', role: 'VIEWER', active: true },
  ])
  const needs = 'FORBIDDEN: This needs the role admin; you have reader'
  for (const query of [
    'mutation { createApp(name: "hers") { adminPassword } }',
    'mutation { deleteApp(name: "demo", confirm: "demo") }',
  ])
    expect(errorOf(await send(query, {}, token))).toBe(needs)
  expect(errorOf(await send(update, { id: eve.id, input: { role: 'OWNER' } }, token))).toBe(needs)

  dataOf(await send(update, { id: eve.id, input: { role: 'OWNER' } }))
  expect(dataOf(await send(deactivate, { id: eve.id }, token)).deactivatePlatformUser).toEqual({
    active: false,
  })
  expect(errorOf(await send(list, {}, token))).toMatch(/^UNAUTHENTICATED: /)
  expect(errorOf(await send(login, { e: 'eve@example.com', p: password }, null))).toBe(
    'UNAUTHENTICATED: E-mail or password is wrong',
  )
})

test('the last owner stays one, also when two turn each other away at once', async () => {
  const last =
    'CONFLICT: admin@example.com is the last active owner; give the role OWNER to another active user first'
  expect(errorOf(await send(deactivate, { id: ownerId }))).toBe(last)
  expect(errorOf(await send(update, { id: ownerId, input: { role: 'VIEWER' } }))).toBe(last)
  const ids = [ownerId, await make('ann@example.com', 'OWNER'), await make('bob@example.com', 'OWNER')]
  const replies = await Promise.all(ids.map((id) => send(update, { id, input: { role: 'VIEWER' } })))
  const done = replies.filter((reply) => errorOf(reply) === 'no error').length
  const left = (await sql`select 1 from _users where active and role = 'owner'`).length
  expect(left).toBe(3 - done)
  expect(left).toBeGreaterThan(0)
  await sql`update _users set role = 'owner' where id = ${ownerId}`
})

test.each([
  [
    'an e-mail that is none',
    { email: 'eve' },
    'VALIDATION_FAILED: input.email: must be an e-mail address such as ada@example.com, found "eve"',
  ],
  [
    'a short password',
    { password: 'short' },
    /^VALIDATION_FAILED: input\.password: must have 8 to 200 characters/,
  ],
  [
    'an e-mail that is taken',
    { email: 'ADMIN@example.com' },
    'CONFLICT: input.email: is taken: a user with the e-mail "admin@example.com" exists already',
  ],
])('a user with %s is refused', async (_title, change, error) => {
  const input = { email: 'new@example.com', password, role: 'VIEWER', ...change }
  const told = errorOf(await send(create, { input }))
  if (typeof error === 'string') expect(told).toBe(error)
  else expect(told).toMatch(error)
})

test.each(['nobody', randomUUID()])('the id %s is unknown', async (id) => {
  const unknown = `NOT_FOUND: There is no user with the id "${id}"`
  expect(errorOf(await send(deactivate, { id }))).toBe(unknown)
  expect(errorOf(await send(update, { id, input: { role: 'OWNER' } }))).toBe(unknown)
})
