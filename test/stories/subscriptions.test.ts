// Subscriptions through the front door: what came into sight, changed there or left it, for whoever may see it.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Pool, run } from '../../src/database/connect.ts'
import { type EventStream, openEvents } from '../support/events.ts'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'

const document = {
  version: 1,
  entities: [
    {
      name: 'bill',
      primary_key: { field: 'id', type: 'string' },
      fields: [
        { name: 'title', type: 'string' },
        { name: 'total', type: 'decimal', precision: 2 },
        { name: 'owner', type: 'string' },
        { name: 'secret_note', type: 'string' },
      ],
    },
    {
      name: 'line',
      fields: [
        { name: 'text', type: 'string' },
        { name: 'bill_id', type: 'string' },
      ],
    },
  ],
  relations: [{ name: 'lines', type: 'one_to_many', source: 'bill', target: 'line', target_key: 'bill_id' }],
  permissions: [
    {
      entity: 'bill',
      action: 'read',
      roles: ['clerk'],
      conditions: [{ field: 'owner', operator: 'eq', value: '{{user.email}}' }],
      fields: ['title', 'total', 'owner'],
    },
    { entity: 'line', action: 'read', roles: ['clerk'] },
  ],
}

let server: Server
let other: Server
let pool: Pool
let clerk: string
let token: string
beforeAll(async () => {
  server = await startTestServer()
  dataOf(
    await server.send('admin', 'mutation($d: String!) { importMetadata(document: $d) { revision } }', {
      d: JSON.stringify(document),
    }),
  )
  other = await startTestServer(server)
  pool = connect(server.appUrl, { max: 2 })
  ;({ id: clerk, token } = await makeClerk('ada'))
})
const streams: EventStream[] = []
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.close()
  await run(pool, { text: 'truncate bills, lines', values: [] })
})
afterAll(async () => {
  await pool?.end()
  await other?.stop()
  await server?.stop()
})

async function makeClerk(name: string): Promise<Readonly<{ id: string; token: string }>> {
  const input = { email: `${name}@example.com`, password: 'correct horse', roles: ['clerk'] }
  const { createUser } = dataOf(
    await server.send('admin', 'mutation($input: UserInput!) { createUser(input: $input) { id } }', {
      input,
    }),
  )
  const login = `mutation { login(email: "${name}@example.com", password: "correct horse") { token } }`
  return { id: createUser.id, token: dataOf(await server.send('data', login, {}, null)).login.token }
}

const changes =
  'subscription($where: BillFilter, $after: String) { billChanged(where: $where, after: $after) { kind id cursor node { title total } } }'

async function subscribe(variables: object = {}, own = token, query = changes): Promise<EventStream> {
  const stream = await openEvents(server.address('data'), query, variables, own)
  streams.push(stream)
  // The stream is open before the subscription has its place; what is written from here on comes after it.
  await new Promise((resolve) => setTimeout(resolve, 100))
  return stream
}
const next = async (stream: EventStream) => {
  const { data, errors } = await stream.next()
  if (errors) return errorOf({ status: 200, errors })
  const { cursor: _, ...event } = data.billChanged
  return event
}
const write = async (fields: string, at: Server = server) =>
  dataOf(await at.send('data', `mutation { ${fields} }`))
const create = (id: string, rest = 'owner: "ada@example.com", title: "one", total: "1.5"') =>
  write(`createBill(input: { id: "${id}", ${rest} }) { id }`)

describe('a subscription', () => {
  test('tells what comes into sight, changes there, and leaves it', async () => {
    const stream = await subscribe()
    await create('hidden', 'owner: "bob@example.com"')
    await create('a')
    expect(await next(stream)).toEqual({ kind: 'CREATED', id: 'a', node: { title: 'one', total: '1.50' } })
    await write('updateBill(id: "a", input: { title: "two" }) { id }')
    expect(await next(stream)).toEqual({ kind: 'UPDATED', id: 'a', node: { title: 'two', total: '1.50' } })
    await write('updateBill(id: "a", input: { owner: "bob@example.com", title: "gone" }) { id }')
    expect(await next(stream)).toEqual({ kind: 'DELETED', id: 'a', node: null })
    await write('updateBill(id: "hidden", input: { owner: "ada@example.com", title: "found" }) { id }')
    expect(await next(stream)).toEqual({
      kind: 'CREATED',
      id: 'hidden',
      node: { title: 'found', total: null },
    })
    await write('deleteBill(id: "hidden") { id }')
    expect(await next(stream)).toEqual({ kind: 'DELETED', id: 'hidden', node: null })
    await write('restoreBill(id: "hidden") { id }')
    expect(await next(stream)).toMatchObject({ kind: 'CREATED', id: 'hidden' })
  })

  test('keeps to its conditions, before and after a change', async () => {
    const stream = await subscribe({ where: { total: { gt: '10' } } })
    await create('a')
    await write('updateBill(id: "a", input: { total: "11" }) { id }')
    expect(await next(stream)).toMatchObject({ kind: 'CREATED', id: 'a' })
    await write('updateBill(id: "a", input: { total: "2" }) { id }')
    expect(await next(stream)).toMatchObject({ kind: 'DELETED', id: 'a' })
  })

  test('shows relations as they are with each event', async () => {
    const query =
      'subscription { billChanged { id node { lines(orderBy: [{ text: ASC }]) { nodes { text } } } } }'
    const stream = await subscribe({}, token, query)
    await write(
      'createBill(input: { id: "a", owner: "ada@example.com", lines: { data: [{ text: "x" }] } }) { id }',
    )
    expect(await next(stream)).toEqual({ id: 'a', node: { lines: { nodes: [{ text: 'x' }] } } })
    await write('updateBill(id: "a", input: { title: "t", lines: { data: [{ text: "y" }] } }) { id }')
    expect(await next(stream)).toEqual({
      id: 'a',
      node: { lines: { nodes: [{ text: 'x' }, { text: 'y' }] } },
    })
  })

  test('hears of what another instance writes', async () => {
    const stream = await subscribe()
    await write('createBill(input: { id: "far", owner: "ada@example.com" }) { id }', other)
    expect(await next(stream)).toMatchObject({ kind: 'CREATED', id: 'far' })
  })

  test('goes on behind a cursor, on any instance', async () => {
    const stream = await subscribe()
    for (const id of ['a', 'b', 'c']) await create(id)
    const { data } = await stream.next()
    stream.close()
    const again = await openEvents(other.address('data'), changes, { after: data.billChanged.cursor }, token)
    streams.push(again)
    expect([await next(again), await next(again)]).toMatchObject([{ id: 'b' }, { id: 'c' }])
  })

  test('loses nothing of an older transaction that commits after a newer one', async () => {
    const stream = await subscribe()
    const older = await pool.reserve()
    await older.unsafe('begin')
    await older.unsafe(
      `with b as (insert into bills (id, owner) values ('old', 'ada@example.com') returning id)
       insert into _outbox (kind, entity, record_id, version, payload, actor, request_id)
       select 'record', 'bill', id, 1, '{"action":"create","old":null,"record":{"id":"old","owner":"ada@example.com"}}', 'test', 'test' from b`,
    )
    await create('new')
    await older.unsafe('commit')
    older.release()
    expect([await next(stream), await next(stream)]).toMatchObject([{ id: 'old' }, { id: 'new' }])
  })

  test.each([
    [
      'a cursor of its own making',
      'nonsense',
      'BAD_USER_INPUT: after is not a cursor of this list in this order; take endCursor or an edge of the same query',
    ],
  ])('refuses %s', async (_title, after, message) => {
    const stream = await subscribe({ after })
    expect(await next(stream)).toBe(message)
    expect(await stream.next()).toBeUndefined()
  })

  test('refuses an entity that the roles do not see', async () => {
    const reply = await fetch(server.address('data'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { billChanged { id } }' }),
    })
    expect(await reply.text()).toContain(
      '"message":"Schema is not configured to execute subscription operation."',
    )
  })

  test('ends with the definitions that it began with', async () => {
    const stream = await subscribe()
    dataOf(
      await server.send('admin', 'mutation { createEntity(input: { name: "extra", fields: [] }) { name } }'),
    )
    await create('a')
    expect(await next(stream)).toBe(
      'CONFLICT: The definitions have changed; subscribe again after the last cursor',
    )
    expect(await stream.next()).toBeUndefined()
  })

  test('ends with the rights that it began with', async () => {
    const stream = await subscribe()
    const update =
      'mutation($id: ID!, $roles: [String!]!) { updateUser(id: $id, input: { roles: $roles }) { id } }'
    dataOf(await server.send('admin', update, { id: clerk, roles: ['clerk', 'other'] }))
    await create('a')
    expect(await next(stream)).toBe(
      'FORBIDDEN: Your roles or attributes have changed; subscribe again after the last cursor',
    )
    const revoked = await makeClerk('eve')
    const second = await subscribe({}, revoked.token)
    dataOf(
      await server.send('admin', 'mutation($id: ID!) { deactivateUser(id: $id) { id } }', { id: revoked.id }),
    )
    await create('b')
    expect(await next(second)).toBe(
      'UNAUTHENTICATED: This token was revoked, or its user is not active; log in again',
    )
  })

  test('is one of twenty at most, and makes room when it is closed', async () => {
    const { token: own } = await makeClerk('max')
    for (let count = 0; count < 20; count++) await openOne(own)
    expect(await next(await subscribe({}, own))).toBe(
      'LIMIT_EXCEEDED: You have 20 subscriptions open; at most 20 are allowed at once',
    )
    for (const stream of streams.splice(0)) stream.close()
    await new Promise((resolve) => setTimeout(resolve, 300))
    const stream = await subscribe({}, own)
    await create('late', 'owner: "max@example.com"')
    expect(await next(stream)).toMatchObject({ id: 'late' })
  })
  const openOne = async (own: string) =>
    streams.push(await openEvents(server.address('data'), changes, {}, own))
})

test('a server that stops ends its subscriptions and says why', async () => {
  const third = await startTestServer(server)
  const stream = await openEvents(third.address('data'), changes, {}, (await makeClerk('sue')).token)
  await new Promise((resolve) => setTimeout(resolve, 100))
  const ended = next(stream)
  await third.stop()
  expect(await ended).toBe(
    'LIMIT_EXCEEDED: This server stops, or closes the app; subscribe again after the last cursor',
  )
  expect(await stream.next()).toBeUndefined()
})
