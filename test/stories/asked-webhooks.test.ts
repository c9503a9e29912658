// Webhooks that a write waits for: they see what is about to happen or has just happened, and may refuse it.
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connect, type Pool, run } from '../../src/database/connect.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'

const document = {
  version: 1,
  entities: [
    {
      name: 'project',
      fields: [
        { name: 'name', type: 'string', required: true },
        { name: 'budget', type: 'decimal', precision: 2 },
        { name: 'margin', type: 'decimal', precision: 2, hidden: true },
      ],
    },
    {
      name: 'task',
      fields: [
        { name: 'project_id', type: 'uuid', required: true },
        { name: 'title', type: 'string', required: true },
      ],
    },
    { name: 'seat', soft_delete: false, fields: [{ name: 'code', type: 'string', unique: true }] },
  ],
  relations: [
    {
      name: 'tasks',
      type: 'one_to_many',
      source: 'project',
      target: 'task',
      target_key: 'project_id',
      on_delete: 'cascade',
    },
  ],
  rules: [
    {
      entity: 'project',
      type: 'field',
      definition: { field: 'name', operator: 'min_length', value: 2, message: 'is too short' },
    },
  ],
}

/** It takes the whole time that an answer may take. */
const slowCases = process.env.METALOOM_TEST_SIZE === 'long' ? ['that does not answer in time'] : []

let server: Server
let receiver: Receiver
let pool: Pool
beforeAll(async () => {
  receiver = await startReceiver()
  server = await startTestServer(undefined, { allowPrivateWebhooks: true, limits: { pool: 4 } })
  const importMetadata = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(await server.send('admin', importMetadata, { document: JSON.stringify(document) }))
  pool = connect(server.appUrl, { max: 2 })
})
afterAll(async () => {
  await pool?.end()
  await server?.stop()
  await receiver?.stop()
})
beforeEach(() => {
  receiver.clear()
  receiver.respond(() => ({ status: 200 }))
})
afterEach(async () => {
  const { webhooks } = dataOf(await server.send('admin', '{ webhooks { id } }'))
  for (const { id } of webhooks)
    dataOf(await server.send('admin', 'mutation($id: ID!) { deleteWebhook(id: $id) { revision } }', { id }))
  for (const table of ['tasks', 'projects', 'seats', '_outbox', '_audit'])
    await pool.unsafe(`delete from ${table}`)
})

async function define(hook: string, input: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const query = 'mutation($input: WebhookInput!) { createWebhook(input: $input) { secret } }'
  const given = {
    entity: 'project',
    hook,
    async: false,
    url: `${receiver.url}/${hook.toLowerCase()}`,
    ...input,
  }
  return dataOf(await server.send('admin', query, { input: given })).createWebhook.secret
}

const createProject = (input: Readonly<Record<string, unknown>>) =>
  server.send('data', 'mutation($input: ProjectCreateInput!) { createProject(input: $input) { id } }', {
    input,
  })
const countRows = async (table: string) =>
  (await run<{ count: number }>(pool, { text: `select count(*)::int as count from ${table}`, values: [] }))[0]
    ?.count
const refuse = (message: string) => () => ({ status: 422, body: JSON.stringify({ message }) })

describe('a webhook before a write', () => {
  test('sees the record as it is going to be, signed, and lets it pass', async () => {
    const secret = await define('BEFORE_WRITE')
    const { id } = dataOf(await createProject({ name: 'Roof', budget: '10' })).createProject
    expect(receiver.received).toHaveLength(1)
    const [{ headers, body, message }] = receiver.received as [(typeof receiver.received)[number]]
    expect(new Webhook(secret).verify(body, headers)).toMatchObject({
      event: 'before_write',
      entity: 'project',
      action: 'create',
      record: { id, name: 'Roof' },
      old: null,
      user: { email: 'admin@example.com' },
      sequence: 1,
    })
    expect(message.record).not.toHaveProperty('margin')
  })

  test('that refuses leaves nothing behind', async () => {
    await define('BEFORE_WRITE', { condition: 'record.budget > 100' })
    receiver.respond(refuse('No budget is left'))
    expect(errorOf(await createProject({ name: 'Roof', budget: '101' }))).toBe(
      'WEBHOOK_REFUSED: a webhook refused: No budget is left',
    )
    dataOf(await createProject({ name: 'Roof', budget: '100' }))
    expect(receiver.received).toHaveLength(1)
    for (const table of ['projects', '_audit', '_outbox']) expect(await countRows(table)).toBe(1)
  })

  test('is not asked when a rule is broken, or when nothing changes', async () => {
    await define('BEFORE_WRITE')
    expect(errorOf(await createProject({ name: 'R' }))).toBe('VALIDATION_FAILED: name: is too short')
    const { id } = dataOf(await createProject({ name: 'Roof' })).createProject
    const update = 'mutation($id: ID!) { updateProject(id: $id, input: { name: "Roof" }) { id } }'
    dataOf(await server.send('data', update, { id }))
    expect(receiver.received).toHaveLength(1)
  })

  test.each([
    ['answers another status', 500, 'a webhook refused: it answered 500'],
    ['sends on', 302, 'a webhook refused: it answered 302'],
  ])('that %s refuses', async (_title, status, message) => {
    await define('BEFORE_WRITE')
    receiver.respond(() => ({ status, headers: { location: `${receiver.url}/elsewhere` } }))
    expect(errorOf(await createProject({ name: 'Roof' }))).toBe(`WEBHOOK_REFUSED: ${message}`)
    expect(receiver.received).toHaveLength(1)
    expect(await countRows('projects')).toBe(0)
  })

  test('that cannot be reached refuses', async () => {
    await define('BEFORE_WRITE', { url: 'http://127.0.0.1:9/nobody' })
    expect(errorOf(await createProject({ name: 'Roof' }))).toBe(
      'WEBHOOK_REFUSED: a webhook that has to agree did not answer',
    )
    expect(await countRows('projects')).toBe(0)
  })

  test.each(slowCases)('%s refuses', async () => {
    await define('BEFORE_WRITE')
    receiver.respond(() => undefined)
    expect(errorOf(await createProject({ name: 'Roof' }))).toBe(
      'WEBHOOK_REFUSED: a webhook that has to agree did not answer',
    )
    expect(await countRows('projects')).toBe(0)
  })
})

describe('a webhook before a delete', () => {
  test('is asked of what a cascade takes along, too', async () => {
    await define('BEFORE_DELETE', { entity: 'task' })
    const tasks = { data: [{ title: 'One' }, { title: 'Two' }] }
    const { id } = dataOf(await createProject({ name: 'Roof', tasks })).createProject
    receiver.respond(({ message }) =>
      message.record.title === 'Two' ? refuse('Two stays')() : { status: 200 },
    )
    const remove = 'mutation($id: ID!) { deleteProject(id: $id) { id } }'
    expect(errorOf(await server.send('data', remove, { id }))).toBe(
      'WEBHOOK_REFUSED: a webhook refused: Two stays',
    )
    expect(receiver.received.map(({ message }) => message.record.title).sort()).toEqual(['One', 'Two'])
    const live = 'select count(*)::int as count from projects where deleted_at is null'
    expect(await run(pool, { text: live, values: [] })).toEqual([{ count: 1 }])
  })
})

describe('a webhook after a write', () => {
  test('is asked last, with children and all, and its refusal rolls everything back', async () => {
    await define('AFTER_WRITE')
    await define('AFTER_WRITE', { entity: 'task' })
    await define('BEFORE_WRITE')
    const tasks = { data: [{ title: 'One' }] }
    receiver.respond(({ path, message }) =>
      path === '/after_write' && message.entity === 'task' ? refuse('No tasks today')() : { status: 200 },
    )
    const reply = await createProject({ name: 'Roof', tasks })
    expect(errorOf(reply)).toBe('WEBHOOK_REFUSED: tasks.data[0]: a webhook refused: No tasks today')
    expect(receiver.received.map(({ message }) => [message.event, message.entity]).sort()).toEqual([
      ['after_write', 'project'],
      ['after_write', 'task'],
      ['before_write', 'project'],
    ])
    expect(receiver.received[0]?.message.event).toBe('before_write')
    for (const table of ['projects', 'tasks', '_audit', '_outbox']) expect(await countRows(table)).toBe(0)
  })
})

describe('the answers', () => {
  test('are asked anew by each mutation of a request', async () => {
    await define('BEFORE_WRITE')
    const twice =
      'mutation { a: createProject(input: { name: "Roof" }) { id } b: createProject(input: { name: "Roof" }) { id } }'
    dataOf(await server.send('data', twice))
    expect(receiver.received).toHaveLength(2)
  })

  test('are as many as a mutation may wait for, and no more', async () => {
    await define('BEFORE_WRITE')
    const many = 'mutation($inputs: [ProjectCreateInput!]!) { createProjects(inputs: $inputs) { count } }'
    const list = (count: number) => Array.from({ length: count }, () => ({ name: 'Roof' }))
    dataOf(await server.send('data', many, { inputs: list(20) }))
    expect(receiver.received).toHaveLength(20)
    expect(errorOf(await server.send('data', many, { inputs: list(21) }))).toBe(
      'LIMIT_EXCEEDED: One mutation may call at most 20 webhooks that it waits for, and this one needs 21 or more; write fewer records at a time',
    )
    expect(receiver.received).toHaveLength(20)
    expect(await countRows('projects')).toBe(20)
  })
})

test('those who wait for webhooks leave connections to everybody else', async () => {
  await define('BEFORE_WRITE')
  let release = (): void => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  receiver.respond(async () => {
    await held
    return { status: 200 }
  })
  const writes = Array.from({ length: 8 }, () => createProject({ name: 'Roof' }))
  await receiver.await(2)
  for (let count = 0; count < 3; count++)
    dataOf(await server.send('data', 'mutation { createSeat(input: {}) { id } }'))
  expect(receiver.received).toHaveLength(2)
  release()
  for (const reply of await Promise.all(writes)) dataOf(reply)
  expect(await countRows('projects')).toBe(8)
  expect(receiver.received).toHaveLength(8)
})
