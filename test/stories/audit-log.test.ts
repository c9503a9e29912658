// The audit log in the admin API: what was written to any record, found by record, user, request, kind and time.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Pool, run } from '../../src/database/connect.ts'
import { dataOf, errorOf, post, type Server, startTestServer } from '../support/server.ts'

const document = {
  version: 1,
  entities: [
    {
      name: 'bill',
      fields: [
        { name: 'title', type: 'string' },
        { name: 'due_on', type: 'date' },
        { name: 'internal_code', type: 'string', hidden: true, default: 'inner' },
        { name: 'pin', type: 'string', secret: true, default: '1234' },
      ],
    },
  ],
}

let server: Server
let pool: Pool
beforeAll(async () => {
  server = await startTestServer()
  const importMetadata = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(await server.send('admin', importMetadata, { document: JSON.stringify(document) }))
  pool = connect(server.appUrl, { max: 1 })
  await store()
})
afterAll(async () => {
  await pool?.end()
  await server?.stop()
})

/** Ten entries, one a day, of two entities that are gone; the users and requests take turns. */
async function store(): Promise<void> {
  const text = `insert into _audit (at, entity, record_id, version, action, new, changed, actor, user_id, request_id)
    select timestamptz '2026-01-01 12:00Z' + n * interval '1 day', case when n <= 4 then 'stone' else 'wood' end, 'r' || n % 2, n,
      case when n = 1 then 'create' when n = 10 then 'delete' else 'update' end, jsonb_build_object('n', n), '{n}', 'system:test', 'u' || n % 3, 'q' || n
    from generate_series(1, 10) n`
  await run(pool, { text, values: [] })
}

/** The versions that entries have, which tell them apart. */
async function find(input: string): Promise<readonly number[]> {
  const { auditLog } = dataOf(await server.send('admin', `{ auditLog(${input}) { nodes { version } } }`))
  return auditLog.nodes.map(({ version }: { version: number }) => version)
}

describe('the audit log', () => {
  test.each<[string, string, number[]]>([
    ['an entity', 'entity: "stone"', [4, 3, 2, 1]],
    ['a record', 'entity: "wood", recordId: "r0"', [10, 8, 6]],
    ['a user', 'userId: "u1"', [10, 7, 4, 1]],
    ['a request', 'requestId: "q5"', [5]],
    ['what happened', 'actions: [CREATE, DELETE], userId: "u1"', [10, 1]],
    ['a time, the end left out', 'since: "2026-01-04T12:00:00Z", until: "2026-01-06T12:00:00Z"', [4, 3]],
    ['everything at once', 'entity: "wood", userId: "u1", since: "2026-01-09T00:00:00Z"', [10]],
    ['what is not there', 'entity: "iron"', []],
    ['null, which does not narrow', 'requestId: "q5", entity: null', [5]],
  ])('is searched by %s, newest first', async (_title, input, versions) => {
    expect(await find(input)).toEqual(versions)
  })

  test('tells an entry whole, hidden fields too, in the names of the definitions', async () => {
    const made = dataOf(
      await server.send('data', 'mutation { createBill(input: { dueOn: "2026-01-31" }) { id } }'),
    ).createBill
    const { viewer } = dataOf(await server.send('data', '{ viewer { id } }'))
    const { auditLog } = dataOf(
      await server.send(
        'admin',
        `{ auditLog(entity: "bill", recordId: "${made.id}") { nodes { id at entity recordId version action changed old new actor userId requestId } } }`,
      ),
    )
    expect(auditLog.nodes).toEqual([
      {
        id: expect.stringMatching(/^\d+$/),
        at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*\.\d{3}Z$/),
        entity: 'bill',
        recordId: made.id,
        version: 1,
        action: 'CREATE',
        changed: expect.arrayContaining(['due_on']),
        old: null,
        new: { id: made.id, title: null, due_on: '2026-01-31', internal_code: 'inner' },
        actor: `user:${viewer.id}`,
        userId: viewer.id,
        requestId: expect.any(String),
      },
    ])
  })

  test('is read on by cursor', async () => {
    const page = async (after: string | null) =>
      dataOf(
        await server.send(
          'admin',
          'query($after: String) { auditLog(actions: [UPDATE], entity: "wood", first: 3, after: $after) { nodes { version } hasNextPage endCursor } }',
          { after },
        ),
      ).auditLog
    const one = await page(null)
    const two = await page(one.endCursor)
    expect([one.nodes, one.hasNextPage, two.nodes, two.hasNextPage]).toEqual([
      [{ version: 9 }, { version: 8 }, { version: 7 }],
      true,
      [{ version: 6 }, { version: 5 }],
      false,
    ])
  })

  test('has no cursor on an empty page', async () => {
    const { auditLog } = dataOf(
      await server.send('admin', '{ auditLog(entity: "iron") { hasNextPage endCursor } }'),
    )
    expect(auditLog).toEqual({ hasNextPage: false, endCursor: null })
  })

  test.each([
    ['a page over 100', 'first: 101', 'LIMIT_EXCEEDED: first must be at most 100, found 101'],
    ['a negative page', 'first: -1', 'BAD_USER_INPUT: first must not be negative, found -1'],
    [
      'a cursor that is none',
      'after: "x"',
      'BAD_USER_INPUT: after is not a cursor of this list in this order; take endCursor or an edge of the same query',
    ],
  ])('refuses %s', async (_title, input, message) => {
    expect(errorOf(await server.send('admin', `{ auditLog(${input}) { hasNextPage } }`))).toBe(message)
  })

  test('is for administrators only', async () => {
    const clerk = { email: 'clerk@example.com', password: 'correct horse' }
    const createUser = 'mutation($input: UserInput!) { createUser(input: $input) { id } }'
    dataOf(await server.send('admin', createUser, { input: { ...clerk, roles: ['clerk'] } }))
    const login =
      'mutation($email: String!, $password: String!) { login(email: $email, password: $password) { token } }'
    const { token } = dataOf(await post(server.address('admin'), login, clerk)).login
    const replies = [
      await server.send('admin', '{ auditLog { hasNextPage } }', {}, token),
      await server.send('admin', '{ auditLog { hasNextPage } }', {}, null),
    ]
    expect(replies.map(errorOf)).toEqual([
      'FORBIDDEN: This needs the role admin; you have clerk',
      'UNAUTHENTICATED: This needs a token; call login and send "Authorization: Bearer <token>"',
    ])
  })
})
