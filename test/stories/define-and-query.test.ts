// The main promise: what was defined is queried a moment later.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'

let server: Server
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server?.stop())

const createEntity = 'mutation($input: EntityInput!) { createEntity(input: $input) { name table plural } }'

describe('an entity', () => {
  test('is written and read in the request after the one that defined it', async () => {
    const input = {
      name: 'leave_request',
      fields: [
        { name: 'reason', type: 'STRING', required: true },
        { name: 'days', type: 'INT', default: 1 },
        { name: 'created_at', type: 'TIMESTAMP', auto: 'CREATE' },
      ],
    }
    expect(dataOf(await server.send('admin', createEntity, { input })).createEntity).toEqual({
      name: 'leave_request',
      table: 'leave_requests',
      plural: 'leave_requests',
    })
    const created = dataOf(
      await server.send(
        'data',
        'mutation { createLeaveRequest(input: { reason: "Sun" }) { id reason days createdAt _version nodeId } }',
      ),
    ).createLeaveRequest
    expect(created).toMatchObject({ reason: 'Sun', days: 1, _version: 1 })
    const found = dataOf(
      await server.send(
        'data',
        'query($id: ID!, $n: ID!) { leaveRequest(id: $id) { id createdAt } node(nodeId: $n) { nodeId ... on LeaveRequest { reason } } leaveRequests { totalCount nodes { reason } } }',
        { id: created.id, n: created.nodeId },
      ),
    )
    expect(found).toEqual({
      leaveRequest: { id: created.id, createdAt: created.createdAt },
      node: { nodeId: created.nodeId, reason: 'Sun' },
      leaveRequests: { totalCount: 1, nodes: [{ reason: 'Sun' }] },
    })
  })

  test('is known in the very next request, fifty times in a row', async () => {
    for (let count = 0; count < 50; count++) {
      dataOf(
        await server.send('admin', createEntity, {
          input: {
            name: `thing_${'abcdefghijklmnopqrstuvwxyz'[count % 26]}${count}`,
            fields: [{ name: 'label', type: 'STRING' }],
          },
        }),
      )
      const plural = `thing${'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[count % 26]}${count}S`
      const list = await server.send('data', `{ __type(name: "Query") { fields { name } } }`)
      const names: string[] = dataOf(list).__type.fields.map((field: { name: string }) => field.name)
      const name = names.find((each) => each.toLowerCase() === plural.toLowerCase())
      expect(name).toBeDefined()
      expect(dataOf(await server.send('data', `{ ${name} { nodes { id label } } }`))).toEqual({
        [name ?? '']: { nodes: [] },
      })
    }
  }, 120_000)

  test('gains a field while 2,000 lists are read, without an error', async () => {
    dataOf(
      await server.send('admin', createEntity, {
        input: { name: 'busy', fields: [{ name: 'label', type: 'STRING' }] },
      }),
    )
    dataOf(await server.send('data', 'mutation { createBusy(input: { label: "one" }) { id } }'))
    let isDone = false
    const errors: string[] = []
    let reads = 0
    const reader = async (): Promise<void> => {
      while (reads < 2_000 || !isDone) {
        reads++
        const reply = await server.send('data', '{ busies { totalCount nodes { id label } } }')
        if (reply.errors) errors.push(errorOf(reply))
      }
    }
    const writer = async (): Promise<void> => {
      const fields = [{ name: 'label', type: 'STRING' }]
      for (let count = 0; count < 10; count++) {
        fields.push({ name: `extra_${count}x`, type: 'INT' })
        const update = 'mutation($input: EntityInput!) { updateEntity(name: "busy", input: $input) { name } }'
        dataOf(await server.send('admin', update, { input: { name: 'busy', fields } }))
        dataOf(await server.send('data', `{ busies { nodes { extra${count}x } } }`))
      }
      isDone = true
    }
    await Promise.all([writer(), ...Array.from({ length: 8 }, reader)])
    expect(errors).toEqual([])
    expect(reads).toBeGreaterThanOrEqual(2_000)
  }, 120_000)
})

describe('a bad definition', () => {
  const field = { name: 'label', type: 'STRING' }
  test.each([
    [
      'an entity named __proto__',
      { name: '__proto__', fields: [field] },
      'input.name',
      /must be lower case words/,
    ],
    [
      'an entity named like an attack',
      { name: 'x"; drop table _users;--', fields: [field] },
      'input.name',
      /must be lower case words/,
    ],
    ['an entity named Query', { name: 'Query', fields: [field] }, 'input.name', /must be lower case words/],
    ['an entity named query', { name: 'query', fields: [field] }, 'input.name', /belongs to the API itself/],
    [
      'a name of 64 bytes',
      { name: 'a'.repeat(64), fields: [field] },
      'input.name',
      /at most 48 bytes, found 64/,
    ],
    [
      'the table _users',
      { name: 'person', table: '_users', fields: [field] },
      'input.table',
      /must be lower case words/,
    ],
    [
      'the table pg_catalog.pg_class',
      { name: 'person', table: 'pg_catalog.pg_class', fields: [field] },
      'input.table',
      /cannot begin with pg_/,
    ],
    [
      'two fields with one name in the API',
      {
        name: 'person',
        fields: [
          { name: 'a_1', type: 'INT' },
          { name: 'a1', type: 'INT' },
        ],
      },
      'input.fields[1].name',
      /"a1", which belongs to the field a_1/,
    ],
    [
      'a default of the wrong type',
      { name: 'person', fields: [{ name: 'age', type: 'INT', default: 'old' }] },
      'input.fields[0].default',
      /must be a whole number/,
    ],
    [
      'the entity file',
      { name: 'file', fields: [field] },
      'input.name',
      /choose another name, such as file_record/,
    ],
  ])('with %s is refused at its path, and nothing changes', async (_title, input, path, message) => {
    const before = dataOf(await server.send('admin', '{ metadata { revision } }'))
    const reply = await server.send('admin', createEntity, { input })
    const details = reply.errors?.[0]?.extensions.details as readonly { path: string; message: string }[]
    expect(reply.errors?.[0]?.extensions.code).toBe('VALIDATION_FAILED')
    expect(details.find((detail) => detail.path === path)?.message).toMatch(message)
    expect(dataOf(await server.send('admin', '{ metadata { revision } }'))).toEqual(before)
  })

  test('with a relation to nothing is refused at its path', async () => {
    const reply = await server.send(
      'admin',
      'mutation { createRelation(input: { name: "things", type: ONE_TO_MANY, source: "nothing", target: "leave_request" }) { name } }',
    )
    expect(errorOf(reply)).toMatch(/^VALIDATION_FAILED: input.source: names no entity: "nothing"/)
  })
})

describe('awkward names', () => {
  test.each([
    [
      'news',
      '{ newsList { totalCount } news(id: "6f9619ff-8b86-4d11-b42d-00c04fc964ff") { id } }',
      { newsList: { totalCount: 0 }, news: null },
    ],
    ['user', '{ users { totalCount } user(id: "no uuid") { id } }', { users: { totalCount: 0 }, user: null }],
  ])('such as %s work', async (name, query, expected) => {
    dataOf(
      await server.send('admin', createEntity, {
        input: { name, fields: [{ name: 'title', type: 'STRING' }] },
      }),
    )
    expect(dataOf(await server.send('data', query))).toEqual(expected)
  })
})
