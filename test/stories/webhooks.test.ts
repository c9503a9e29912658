// Webhooks from a definition to the receiver: what is told, signed, tried again, given up and replayed.
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connect, type Pool, run } from '../../src/database/connect.ts'
import { type Received, type Receiver, startReceiver } from '../support/receiver.ts'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'

const action = {
  type: 'webhook',
  url: 'RECEIVER/action',
  headers: { 'X-Key': '{{env.HOOK_KEY}}' },
  payload: { tone: 'loud' },
}
const document = (receiverUrl: string) => ({
  version: 1,
  entities: [
    {
      name: 'ticket',
      fields: [
        { name: 'title', type: 'string', required: true },
        { name: 'status', type: 'string', default: 'open', enum: ['open', 'resolved'] },
        { name: 'price', type: 'decimal', precision: 2 },
        { name: 'cost', type: 'decimal', precision: 2, hidden: true },
        { name: 'pin', type: 'string', secret: true, default: '1234' },
        { name: 'changed_at', type: 'timestamp', auto: 'update' },
      ],
    },
    { name: 'note', soft_delete: false, fields: [{ name: 'body', type: 'string' }] },
    { name: 'memo', fields: [{ name: 'body', type: 'string' }] },
    {
      name: 'order',
      fields: [
        { name: 'state', type: 'string' },
        { name: 'cost', type: 'int', hidden: true },
      ],
    },
  ],
  workflows: [
    {
      name: 'tell_of_memos',
      trigger: { type: 'record_created', entity: 'memo' },
      steps: [
        {
          id: 'tell',
          type: 'action',
          actions: [{ type: 'webhook', url: `${receiverUrl}/flow`, payload: { tone: 'soft' } }],
          then: { goto: 'end' },
        },
      ],
    },
  ],
  state_machines: [
    {
      entity: 'order',
      field: 'state',
      definition: {
        initial: 'new',
        transitions: [
          {
            from: 'new',
            to: 'sent',
            actions: [{ ...action, url: action.url.replace('RECEIVER', receiverUrl) }],
          },
        ],
      },
    },
  ],
})

let server: Server
let receiver: Receiver
let pool: Pool
beforeAll(async () => {
  receiver = await startReceiver()
  server = await startTestServer(undefined, {
    allowPrivateWebhooks: true,
    pollEvery: 100,
    webhooks: { variables: { HOOK_KEY: 'the key of the tests' } },
    limits: { firstPause: 10 },
  })
  const importMetadata = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(await server.send('admin', importMetadata, { document: JSON.stringify(document(receiver.url)) }))
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
})

type Defined = Readonly<{ id: string; secret: string }>

async function define(input: Readonly<Record<string, unknown>> = {}): Promise<Defined> {
  const query = 'mutation($input: WebhookInput!) { createWebhook(input: $input) { secret webhook { id } } }'
  const given = { entity: 'ticket', url: `${receiver.url}/hook`, ...input }
  const { createWebhook } = dataOf(await server.send('admin', query, { input: given }))
  return { id: createWebhook.webhook.id, secret: createWebhook.secret }
}

async function createTicket(input: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const query = 'mutation($input: TicketCreateInput!) { createTicket(input: $input) { id } }'
  return dataOf(await server.send('data', query, { input: { title: 'Broken', ...input } })).createTicket.id
}

async function updateTicket(id: string, input: Readonly<Record<string, unknown>>): Promise<void> {
  const query =
    'mutation($id: ID!, $input: TicketUpdateInput!) { updateTicket(id: $id, input: $input) { id } }'
  dataOf(await server.send('data', query, { id, input }))
}

const listed = '{ nodes { id state attempts error dueAt log { status error reply } } hasNextPage endCursor }'
async function findDeliveries(filter: Readonly<Record<string, unknown>>) {
  const query = `query($filter: DeliveryFilter) { deliveries(filter: $filter) ${listed} }`
  return dataOf(await server.send('admin', query, { filter })).deliveries.nodes
}

/** Waits until no delivery is under way. */
async function settle(): Promise<void> {
  const waiting =
    "select 1 from _deliveries where state = 'waiting' union all select 1 from _outbox where taken_at is null and hooks is not null"
  while ((await run(pool, { text: waiting, values: [] })).length > 0);
}

const verify = (secret: string, { body, headers }: Received) => new Webhook(secret).verify(body, headers)

describe('a webhook', () => {
  test('is told what was written, signed, without hidden and secret fields', async () => {
    const { secret } = await define({ headers: { 'X-Key': 'Key {{env.HOOK_KEY}}' } })
    const id = await createTicket({ price: '9.5' })
    const [first] = await receiver.await(1)
    expect(first).toMatchObject({
      method: 'POST',
      path: '/hook',
      headers: { 'x-key': 'Key the key of the tests' },
    })
    expect(first && verify(secret, first)).toEqual(first?.message)
    const record = {
      id,
      title: 'Broken',
      status: 'open',
      price: '9.50',
      changed_at: expect.stringMatching(/Z$/),
    }
    expect(first?.message).toEqual({
      event: 'after_write',
      entity: 'ticket',
      action: 'create',
      record,
      old: null,
      changes: record,
      user: { id: expect.any(String), email: 'admin@example.com', roles: ['admin'] },
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      idempotency_key: first?.headers['webhook-id'],
      sequence: 1,
    })
  })

  test('is told only what its condition is true of, and what has changed', async () => {
    await define({ condition: "record.status == 'resolved' && old.status != 'resolved'" })
    const id = await createTicket()
    await updateTicket(id, { title: 'Still broken' })
    await updateTicket(id, { status: 'RESOLVED' })
    await updateTicket(id, { title: 'Was broken' })
    const [only] = await receiver.await(1)
    await settle()
    expect(receiver.received).toHaveLength(1)
    expect(only?.message).toMatchObject({
      action: 'update',
      record: { title: 'Still broken', status: 'resolved' },
      old: { title: 'Still broken', status: 'open' },
      changes: { status: 'resolved' },
      sequence: 3,
    })
    expect(Object.keys(only?.message.changes).sort()).toEqual(['changed_at', 'status'])
  })
})

describe('a message that is not taken', () => {
  test('comes again under the same id, to the letter, until it is taken', async () => {
    const { secret, id: webhook } = await define()
    receiver.respond(() => ({
      status: receiver.received.length < 3 ? 500 : 204,
      body: 'the key of the tests',
    }))
    await createTicket()
    const all = await receiver.await(3)
    await settle()
    expect(new Set(all.map(({ body }) => body)).size).toBe(1)
    expect(new Set(all.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    for (const each of all) expect(verify(secret, each)).toEqual(each.message)
    expect(await findDeliveries({ webhook })).toMatchObject([
      {
        state: 'DELIVERED',
        attempts: 3,
        error: null,
        dueAt: null,
        log: [
          { status: 500, error: null, reply: '[redacted]' },
          { status: 500, error: null, reply: '[redacted]' },
          { status: 204, error: null },
        ],
      },
    ])
  })

  test('is given up after the last try, and can be replayed under the same id', async () => {
    const { id: webhook } = await define({ retry: { maxAttempts: 2 } })
    receiver.respond(() => ({ status: 503 }))
    await createTicket()
    await receiver.await(2)
    await settle()
    const [dead] = await findDeliveries({ webhook, states: ['DEAD'] })
    expect(dead).toMatchObject({ attempts: 2, error: 'The endpoint answered 503' })
    expect(dead.log).toHaveLength(2)
    receiver.respond(() => ({ status: 200 }))
    const replay = 'mutation($filter: DeliveryFilter!) { replayDeliveries(filter: $filter) }'
    expect(dataOf(await server.send('admin', replay, { filter: { webhook, states: ['DEAD'] } }))).toEqual({
      replayDeliveries: 1,
    })
    const [first, , third] = await receiver.await(3)
    expect(third?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
    await settle()
    expect(await findDeliveries({ webhook })).toMatchObject([{ state: 'DELIVERED', attempts: 1 }])
  })

  test('can be sent once more, whatever became of it; an unknown one cannot', async () => {
    const { id: webhook } = await define()
    await createTicket()
    await receiver.await(1)
    await settle()
    const [{ id }] = await findDeliveries({ webhook })
    const retry = 'mutation($id: ID!) { retryDelivery(id: $id) { state } }'
    dataOf(await server.send('admin', retry, { id }))
    await receiver.await(2)
    expect(errorOf(await server.send('admin', retry, { id: 'nonsense' }))).toBe(
      'NOT_FOUND: There is no delivery with the id "nonsense"',
    )
  })

  test('waits as long as the receiver asks', async () => {
    const { id: webhook } = await define()
    receiver.respond(() => ({ status: 429, headers: { 'retry-after': '3600' } }))
    await createTicket()
    await receiver.await(1)
    const isLater =
      "select 1 from _deliveries where attempts = 1 and lease is null and due_at > now() + interval '59 min'"
    while ((await run(pool, { text: isLater, values: [] })).length === 0);
    expect(await findDeliveries({ webhook })).toMatchObject([
      { state: 'WAITING', error: 'The endpoint answered 429' },
    ])
    await run(pool, { text: 'delete from _deliveries', values: [] })
  })
})

describe('an endpoint', () => {
  test('that is gone is sent nothing more until it is enabled; what was meant for it can be replayed', async () => {
    const { id: webhook } = await define()
    receiver.respond(() => ({ status: 410 }))
    await createTicket()
    await receiver.await(1)
    await settle()
    await createTicket()
    await settle()
    const disabled = 'query($id: ID!) { webhook(id: $id) { disabledAt } }'
    expect(dataOf(await server.send('admin', disabled, { id: webhook })).webhook.disabledAt).toMatch(/Z$/)
    expect(await findDeliveries({ webhook })).toMatchObject([
      {
        state: 'DEAD',
        attempts: 0,
        error: 'The endpoint said that it is gone (410); nothing is sent until it is enabled again',
      },
      { state: 'DEAD', attempts: 1, error: 'The endpoint answered 410' },
    ])
    receiver.respond(() => ({ status: 200 }))
    dataOf(await server.send('admin', 'mutation($id: ID!) { enableWebhook(id: $id) }', { id: webhook }))
    const replay = 'mutation($filter: DeliveryFilter!) { replayDeliveries(filter: $filter) }'
    expect(dataOf(await server.send('admin', replay, { filter: { webhook } })).replayDeliveries).toBe(2)
    await receiver.await(3)
  })

  test('gets a new secret, beside which the one before it is good for a while', async () => {
    const { id, secret } = await define()
    const rotate =
      'mutation($id: ID!, $h: Int!) { rotateWebhookSecret(id: $id, overlapHours: $h) { secret previousUntil } }'
    const second = dataOf(await server.send('admin', rotate, { id, h: 24 })).rotateWebhookSecret
    expect(second.secret).toMatch(/^whsec_/)
    expect(second.secret).not.toBe(secret)
    await createTicket()
    const [both] = await receiver.await(1)
    if (both) for (const each of [secret, second.secret]) expect(verify(each, both)).toEqual(both.message)
    const third = dataOf(await server.send('admin', rotate, { id, h: 0 })).rotateWebhookSecret
    await createTicket()
    const [, last] = await receiver.await(2)
    if (last) expect(verify(third.secret, last)).toEqual(last.message)
    for (const each of [secret, second.secret])
      expect(() => last && verify(each, last)).toThrow('No matching signature found')
  })

  test('can be tried out', async () => {
    const { id, secret } = await define()
    receiver.respond(() => ({ status: 418, body: 'I am a teapot' }))
    const query = 'mutation($id: ID!) { testWebhook(id: $id) { taken status reply error } }'
    expect(dataOf(await server.send('admin', query, { id })).testWebhook).toEqual({
      taken: false,
      status: 418,
      reply: 'I am a teapot',
      error: null,
    })
    const [only] = await receiver.await(1)
    expect(only && verify(secret, only)).toMatchObject({ action: 'test', record: {}, sequence: 0 })
    expect(await findDeliveries({ webhook: id })).toEqual([])
  })

  test('whose webhook is not active any more is sent what waits when it is active again', async () => {
    const { id } = await define()
    receiver.respond(() => ({ status: 500, headers: { 'retry-after': '1' } }))
    await createTicket()
    await receiver.await(1)
    const update =
      'mutation($id: ID!, $input: WebhookInput!) { updateWebhook(id: $id, input: $input) { active } }'
    const change = (active: boolean) =>
      server.send('admin', update, { id, input: { entity: 'ticket', url: `${receiver.url}/new`, active } })
    dataOf(await change(false))
    receiver.respond(() => ({ status: 200 }))
    await run(pool, { text: "update _deliveries set due_at = now() where state = 'waiting'", values: [] })
    await createTicket()
    expect(await findDeliveries({ webhook: id })).toMatchObject([{ state: 'WAITING' }])
    dataOf(await change(true))
    const [, second] = await receiver.await(2)
    await settle()
    expect(second?.path).toBe('/new')
    expect(receiver.received).toHaveLength(2)
  })
})

describe('what is told of a record', () => {
  test('is numbered, also when it is deleted for good', async () => {
    await define({ entity: 'note' })
    await define({ entity: 'note', hook: 'AFTER_DELETE' })
    const create = 'mutation { createNote(input: { body: "One" }) { id } }'
    const { id } = dataOf(await server.send('data', create)).createNote
    const update = 'mutation($id: ID!) { updateNote(id: $id, input: { body: "Two" }) { id } }'
    dataOf(await server.send('data', update, { id }))
    dataOf(await server.send('data', 'mutation($id: ID!) { deleteNote(id: $id) { id } }', { id }))
    const all = await receiver.await(3)
    const told = all.map(({ message: { event, action, sequence, record } }) => [
      sequence,
      event,
      action,
      record.body,
    ])
    expect(told.sort(([one], [other]) => one - other)).toEqual([
      [1, 'after_write', 'create', 'One'],
      [2, 'after_write', 'update', 'Two'],
      [3, 'after_delete', 'delete', 'Two'],
    ])
  })

  test('goes to the address that a transition names, signed with a secret of its own', async () => {
    const rotate = 'mutation($url: String!) { rotateWebhookSecret(url: $url) { secret } }'
    const url = `${receiver.url}/action`
    const { secret } = dataOf(await server.send('admin', rotate, { url })).rotateWebhookSecret
    const { id } = dataOf(await server.send('data', 'mutation { createOrder(input: {}) { id } }')).createOrder
    dataOf(
      await server.send('data', 'mutation($id: ID!) { transitionOrder(id: $id, to: SENT) { id } }', { id }),
    )
    const [only] = await receiver.await(1)
    expect(only).toMatchObject({ path: '/action', headers: { 'x-key': 'the key of the tests' } })
    expect(only && verify(secret, only)).toMatchObject({
      event: 'action',
      entity: 'order',
      action: 'transition',
      record: { id, state: 'sent' },
      payload: { tone: 'loud' },
      user: { email: 'admin@example.com' },
      sequence: 2,
    })
    expect(only?.message.record).not.toHaveProperty('cost')
    await settle()
    expect(await findDeliveries({ url })).toMatchObject([{ state: 'DELIVERED' }])
  })

  test('goes to the address that a workflow names', async () => {
    dataOf(await server.send('data', 'mutation { createMemo(input: { body: "Hello" }) { id } }'))
    const [only] = await receiver.await(1)
    expect(only).toMatchObject({
      path: '/flow',
      message: {
        event: 'action',
        entity: 'memo',
        action: 'workflow',
        record: { body: 'Hello' },
        payload: { tone: 'soft' },
        user: { email: 'admin@example.com' },
      },
    })
    await settle()
  })

  test('of one who writes later is not lost behind one who began earlier and commits last', async () => {
    await define()
    const other = connect(server.appUrl, { max: 1 })
    let release = (): void => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const began = new Promise<void>((resolve, reject) => {
      other
        .begin(async (sql) => {
          await sql.unsafe(`insert into _outbox (kind, entity, record_id, version, payload, actor, request_id, hooks, revision)
            select kind, entity, 'early', version, payload, actor, request_id, hooks, revision from (select 'record' as kind, 'ticket' as entity, 1 as version,
            '{"action": "create", "record": {"title": "Early"}}'::jsonb as payload, 'test' as actor, 'test' as request_id,
            (select array_agg(id::text) from _webhooks) as hooks, 0 as revision) e`)
          resolve()
          await held
        })
        .catch(reject)
    })
    await began
    await createTicket({ title: 'Late' })
    const looked = 'select count(*)::int as count from _outbox where taken_at is null and hooks is not null'
    expect(await run(pool, { text: looked, values: [] })).toEqual([{ count: 1 }])
    expect(receiver.received).toEqual([])
    release()
    const both = await receiver.await(2)
    await settle()
    expect(new Set(both.map(({ message }) => message.record.title))).toEqual(new Set(['Early', 'Late']))
    const order = "select record_id = 'early' as early from _deliveries order by position desc limit 2"
    expect(await run(pool, { text: order, values: [] })).toEqual([{ early: false }, { early: true }])
    await other.end()
  })

  test('does not wait for what goes on in other databases', async () => {
    await define()
    const other = connect(server.databaseUrl, { max: 1 })
    await other.begin(async (sql) => {
      await sql.unsafe('select pg_current_xact_id()')
      await createTicket()
      await receiver.await(1)
    })
    await other.end()
  })

  test('is kept as an error and leads no further when it came of sixteen others', async () => {
    const { id: webhook } = await define()
    const text = `insert into _outbox (kind, entity, record_id, version, payload, actor, request_id, hooks, revision, hops)
      values ('record', 'ticket', 'deep', 1, $1::text::jsonb, 'system:workflow', 'test', array[$2], 0, 16)`
    const payload = JSON.stringify({ action: 'create', record: { title: 'Deep' } })
    await run(pool, { text, values: [payload, webhook] })
    await settle()
    expect(await findDeliveries({ webhook })).toMatchObject([
      {
        state: 'DEAD',
        attempts: 0,
        error: 'The event came of 16 others, one after another; the chain ends here',
      },
    ])
    expect(receiver.received).toEqual([])
  })
})

describe('a webhook of an event', () => {
  test('is told the token of an invite, which stands nowhere else', async () => {
    const { id: webhook, secret } = await define({ entity: undefined, event: 'INVITE_CREATED' })
    receiver.respond(({ body }) => ({ status: 200, body }))
    const email = 'ada@example.com'
    const query = 'mutation($input: InviteInput!) { createInvite(input: $input) { token invite { id } } }'
    const { createInvite } = dataOf(await server.send('admin', query, { input: { email, roles: ['clerk'] } }))
    const { token, invite } = createInvite
    const [only] = await receiver.await(1)
    expect(only && verify(secret, only)).toEqual({
      token,
      event: 'invite_created',
      account: {
        id: invite.id,
        email,
        roles: ['clerk'],
        attributes: {},
        expires_at: expect.stringMatching(/Z$/),
      },
      user: { id: expect.any(String), email: 'admin@example.com', roles: ['admin'] },
      timestamp: expect.stringMatching(/Z$/),
      idempotency_key: only?.headers['webhook-id'],
    })
    await settle()
    const [delivery] = await findDeliveries({ webhook })
    expect(delivery.log[0].reply).toContain('{"token":"[redacted]","event":"invite_created"')
    const all =
      "select string_agg(t, ' ') as text from (select row_to_json(d)::text t from _deliveries d union all select row_to_json(o)::text from _outbox o union all select row_to_json(a)::text from _delivery_attempts a) x"
    const [{ text = '' } = {}] = await run<{ text: string }>(pool, { text: all, values: [] })
    expect(text).toContain('[sealed]')
    expect(text).not.toContain(token)
  })

  test('is told the token of a password reset', async () => {
    await define({ entity: undefined, event: 'PASSWORD_RESET_CREATED' })
    const input = { email: 'bob@example.com', password: 'correct horse battery' }
    const create = 'mutation($input: UserInput!) { createUser(input: $input) { id } }'
    const { id } = dataOf(await server.send('admin', create, { input })).createUser
    const reset = 'mutation($id: ID!) { createPasswordReset(userId: $id) { token expiresAt } }'
    const { token, expiresAt } = dataOf(await server.send('admin', reset, { id })).createPasswordReset
    const [only] = await receiver.await(1)
    expect(only?.message).toMatchObject({
      token,
      event: 'password_reset_created',
      account: { id, email: 'bob@example.com', expires_at: expiresAt },
    })
  })

  test('can be tried out, and comes back from a document', async () => {
    const { id } = await define({ entity: undefined, event: 'INVITE_CREATED' })
    dataOf(await server.send('admin', 'mutation($id: ID!) { testWebhook(id: $id) { taken } }', { id }))
    const [only] = await receiver.await(1)
    expect(only?.message).toMatchObject({ token: '[sealed]', event: 'invite_created', action: 'test' })
    const exported = dataOf(await server.send('admin', '{ exportMetadata }')).exportMetadata
    expect(exported).toContain('webhooks:\n  - event: invite_created\n')
    const importMetadata =
      'mutation($document: String!) { importMetadata(document: $document, prune: true) { revision } }'
    dataOf(await server.send('admin', importMetadata, { document: exported }))
    const query = '{ exportMetadata webhooks { id entity event hook } }'
    const { webhooks, exportMetadata } = dataOf(await server.send('admin', query))
    expect(webhooks).toEqual([{ id, entity: null, event: 'INVITE_CREATED', hook: null }])
    expect(exportMetadata).toBe(exported)
  })
})

describe('a definition', () => {
  const refusals: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
    [
      'of no entity',
      { entity: 'tickit' },
      'input.entity: names no entity: "tickit" (did you mean "ticket"?)',
    ],
    ['without entity or event', { entity: undefined }, 'input.entity: is missing'],
    [
      'of an event with an entity',
      { event: 'INVITE_CREATED' },
      'input.entity: is for webhooks of entities; leave it out beside event: invite_created',
    ],
    [
      'with an address that is none',
      { url: 'example' },
      'input.url: must be an address such as https://example.com/hook, found "example"',
    ],
    [
      'with a password in its address',
      { url: 'https://a:b@example.com' },
      'input.url: must not hold a user name or a password',
    ],
    [
      'that would be told before the write',
      { hook: 'BEFORE_WRITE', async: true },
      'input.async: must be false for before_write, whose answer the write waits for',
    ],
    [
      'that is asked more than once',
      { async: false, retry: { maxAttempts: 2 } },
      'input.retry: is for async webhooks; one that the transaction waits for is called once',
    ],
    [
      'with too many tries',
      { retry: { maxAttempts: 21 } },
      'input.retry.max_attempts: must be a whole number from 1 to 20, found 21',
    ],
    [
      'whose condition is no question',
      { condition: 'record.price' },
      'input.condition: must be true or false, but makes a number',
    ],
    [
      'whose condition reads what is not there',
      { condition: "record.titel == 'a'" },
      'input.condition: at character 8: reads ticket.titel, but ticket has no such field (did you mean "title"?)',
    ],
    [
      'whose condition reads a secret',
      { condition: "record.pin == '1'" },
      'input.condition: reads record.pin, which is secret; a webhook learns nothing of secrets',
    ],
    [
      'with a header that the server sets',
      { headers: { Host: 'example.com' } },
      'input.headers.Host: is set by the server; leave it out',
    ],
    [
      'with a signature of its own',
      { headers: { 'webhook-signature': 'v1,x' } },
      'input.headers.webhook-signature: is set by the server; leave it out',
    ],
    [
      'with a header of two lines',
      { headers: { 'X-Key': 'a\r\nX-Other: b' } },
      'input.headers.X-Key: must be one line of Latin-1 characters',
    ],
    [
      'with a header twice',
      { headers: { 'X-Key': 'a', 'x-key': 'b' } },
      'input.headers.X-Key: stands there twice, as x-key too (and 1 more)',
    ],
    [
      'with another place in a header',
      { headers: { 'X-Key': '{{user.id}}' } },
      'input.headers.X-Key: has "{{" without a place such as {{env.NAME}}; nothing else can stand between braces',
    ],
    [
      'with a variable that is not on the list',
      { headers: { 'X-Key': '{{env.HOOK_KAY}}' } },
      'input.headers.X-Key: names a variable that is not on the server\'s list: "HOOK_KAY" (did you mean "HOOK_KEY"?); the operator lists it in METALOOM_WEBHOOK_ENV',
    ],
  ]

  test.each(refusals)('%s is refused', async (_title, input, message) => {
    const query = 'mutation($input: WebhookInput!) { createWebhook(input: $input) { secret } }'
    const given = { entity: 'ticket', url: 'https://example.com/hook', ...input }
    expect(errorOf(await server.send('admin', query, { input: given }))).toBe(`VALIDATION_FAILED: ${message}`)
  })

  test('in a document is refused at its place', async () => {
    const webhooks = [
      { entity: 'ticket', url: 'https://example.com' },
      { entity: 'ticket', url: 'ftp://example.com', hook: 'later' },
    ]
    const importMetadata = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
    const reply = await server.send('admin', importMetadata, { document: JSON.stringify({ webhooks }) })
    expect(reply.errors?.[0]?.extensions.details).toEqual([
      {
        path: 'webhooks[1].url',
        message: 'must be an address such as https://example.com/hook, found "ftp://example.com"',
      },
      {
        path: 'webhooks[1].hook',
        message: 'must be one of after_write, after_delete, before_write, before_delete; found "later"',
      },
    ])
  })

  test('cannot move to another entity', async () => {
    const { id } = await define()
    const update =
      'mutation($id: ID!, $input: WebhookInput!) { updateWebhook(id: $id, input: $input) { id } }'
    const input = { entity: 'note', url: receiver.url }
    expect(errorOf(await server.send('admin', update, { id, input }))).toBe(
      'VALIDATION_FAILED: input.entity: must stay "ticket", found "note"; define another instead',
    )
  })
})

describe('the figures', () => {
  test('tell what waits, what is dead, and how it went', async () => {
    const query =
      '{ outbox { eventsWaiting eventsLag deliveriesWaiting deliveriesDue deliveriesLag deliveriesDead attempts failures } }'
    await settle()
    expect(dataOf(await server.send('admin', query)).outbox).toEqual({
      eventsWaiting: 0,
      eventsLag: 0,
      deliveriesWaiting: 0,
      deliveriesDue: 0,
      deliveriesLag: 0,
      deliveriesDead: expect.any(Number),
      attempts: expect.any(Number),
      failures: expect.any(Number),
    })
  })
})

describe('a document', () => {
  test('holds webhooks without their secrets, and gives the same text when it comes back', async () => {
    const { id, secret } = await define({
      headers: { 'X-Key': '{{env.HOOK_KEY}}' },
      condition: 'record.price > 5',
    })
    const exported = dataOf(await server.send('admin', '{ exportMetadata }')).exportMetadata
    expect(exported).toContain('webhooks:\n  - entity: ticket\n')
    expect(exported).not.toContain(secret)
    const importMetadata = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
    dataOf(
      await server.send('admin', importMetadata, { document: exported.replace('price > 5', 'price > 6') }),
    )
    const { webhooks, exportMetadata } = dataOf(
      await server.send('admin', '{ exportMetadata webhooks { id condition } }'),
    )
    expect(webhooks).toEqual([{ id, condition: 'record.price > 6' }])
    expect(exportMetadata).toBe(exported.replace('price > 5', 'price > 6'))
  })
})
