// The figures of a server: right numbers, for those alone who may read them, and the same ones in the admin API.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Config } from '../../src/config.ts'
import { connect, run } from '../../src/database/connect.ts'
import { billing } from '../support/billing.ts'
import { findFreePort } from '../support/free-port.ts'
import { dataOf, errorOf, post, type Server, startTestServer } from '../support/server.ts'

const token = 'a token for figures alone'
const usual: Config['operations'] = {
  log: { requests: 'silent', slowAfter: 0 },
  metrics: {},
  stop: { drain: 0, patience: 10_000 },
}
const withMetrics = (metrics: Config['operations']['metrics']): Config['operations'] => ({
  ...usual,
  metrics,
})
let server: Server

beforeAll(async () => {
  server = await startTestServer(undefined, { operations: withMetrics({ token }) })
  const query = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(await server.send('admin', query, { document: JSON.stringify(billing) }))
})
afterAll(() => server?.stop())

/** All series by name and labels, as they are written. */
async function readFigures(): Promise<ReadonlyMap<string, number>> {
  await new Promise((resolve) => setTimeout(resolve, 30))
  const reply = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${token}` } })
  expect(reply.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const lines = (await reply.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  )
}

/** By how much each of these grows while something is done. */
async function measure(names: readonly string[], work: () => Promise<unknown>): Promise<readonly number[]> {
  const before = await readFigures()
  await work()
  const after = await readFigures()
  return names.map((name) => (after.get(name) ?? 0) - (before.get(name) ?? 0))
}

describe('the figures count', () => {
  const of = (type: string, operation: string) =>
    `metaloom_operations_total{app="demo",api="data",type="${type}",operation="${operation}"}`

  test('operations by type and name, whichever route they take', async () => {
    const work = async () => {
      for (let times = 0; times < 5; times++)
        await server.send('data', 'query Often { invoices { totalCount } }')
      const address = `${server.address('data')}?query=${encodeURIComponent('query Often { invoices { totalCount } }')}`
      await (
        await fetch(address, {
          headers: { authorization: `Bearer ${server.token}`, accept: 'application/json' },
        })
      ).text()
      await server.send('data', '{ invoices { totalCount } }')
      await server.send('data', 'mutation Make { createInvoice(input: { number: "m-1" }) { id } }')
    }
    const duration = 'metaloom_operation_duration_seconds_count{app="demo",api="data",type="query"}'
    const names = [of('query', 'Often'), of('query', ''), of('mutation', 'Make'), duration]
    expect(await measure(names, work)).toEqual([6, 1, 1, 7])
  })

  test('errors by code, and replies by status', async () => {
    const work = async () => {
      await server.send('data', '{ nothing }')
      await server.send(
        'data',
        '{ a: invoices(first: 101) { totalCount } b: invoices(first: 101) { totalCount } }',
      )
      await server.send('data', '{ invoices { totalCount } }', {}, 'forged')
      await (await fetch(`${server.url}/api/none/graphql`)).text()
    }
    const error = (code: string) => `metaloom_errors_total{app="demo",api="data",code="${code}"}`
    const status = (app: string, code: number) =>
      `metaloom_responses_total{app="${app}",api="data",status="${code}"}`
    const names = [
      error('GRAPHQL_VALIDATION_FAILED'),
      error('LIMIT_EXCEEDED'),
      error('UNAUTHENTICATED'),
      status('demo', 200),
      status('demo', 401),
      status('', 404),
    ]
    expect(await measure(names, work)).toEqual([1, 1, 1, 2, 1, 1])
  })

  test('names of operations that known callers send, at most 200 of them', async () => {
    const send = (name: string, own: string | null) =>
      server.send('data', `query ${name} { __typename }`, {}, own)
    const work = async () => {
      await send('Stranger', null)
      for (let count = 0; count < 220; count++) await send(`Name${count}`, server.token)
      await send('Name1', null)
    }
    const [stranger, first, last, other] = await measure(
      [of('query', 'Stranger'), of('query', 'Name1'), of('query', 'Name219'), of('query', '_other')],
      work,
    )
    expect([stranger, first, last]).toEqual([0, 2, 0])
    expect(other).toBeGreaterThanOrEqual(21)
    const names = [...(await readFigures()).keys()].filter((name) =>
      name.includes('api="data",type="query",operation='),
    )
    expect(names.length).toBeLessThanOrEqual(202)
  })

  test('batches of relation fields, by how many records each answered', async () => {
    const rows = ['b-1', 'b-2', 'b-3'].map((number) => ({
      number,
      items: { data: [{ description: number }] },
    }))
    dataOf(
      await server.send(
        'data',
        'mutation($i: [InvoiceCreateInput!]!) { createInvoices(inputs: $i) { count } }',
        { i: rows },
      ),
    )
    const work = () =>
      server.send(
        'data',
        '{ invoices(where: { number: { startsWith: "b-" } }) { nodes { items { nodes { description } } } } }',
      )
    const name = (part: string) => `metaloom_batch_keys_${part}{app="demo"}`
    expect(await measure([name('count'), name('sum')], work)).toEqual([1, 3])
  })

  test('loads of definitions, and tell their revision', async () => {
    const work = () =>
      server.send('admin', 'mutation { createEntity(input: { name: "extra", fields: [] }) { name } }')
    const names = [
      'metaloom_edition_load_duration_seconds_count{app="demo"}',
      'metaloom_edition_revision{app="demo"}',
    ]
    expect(await measure(names, work)).toEqual([1, 1])
  })
})

test('the figures tell of the process, its apps and their connections', async () => {
  const figures = await readFigures()
  for (const name of [
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_p99_seconds',
    'metaloom_edition_age_seconds{app="demo"}',
    'metaloom_requests_in_progress{app="demo"}',
  ])
    expect([name, figures.has(name)]).toEqual([name, true])
  expect(figures.get('metaloom_apps_open')).toBe(1)
  expect(figures.get('metaloom_app_answers{app="demo"}')).toBe(1)
  expect(figures.get('metaloom_connections{app="demo",state="active"}')).toBeGreaterThan(0)
})

test('the admin API has the same numbers, for administrators only', async () => {
  const pool = connect(server.appUrl, { max: 1 })
  try {
    await run(pool, {
      text: `insert into _deliveries (id, event, endpoint, entity, record_id, action, body, state, due_at, finished_at)
        select gen_random_uuid(), n, 'https://none.test/', 'invoice', '1', 'create', '{}', s, now() + interval '1 hour', case s when 'waiting' then null else now() end
        from generate_series(1, 3) n, unnest(array['waiting', 'dead', 'delivered']) s where n <= case s when 'dead' then 3 when 'delivered' then 2 else 1 end
        on conflict do nothing`,
      values: [],
    })
    await run(pool, {
      text: `insert into _workflow_instances (workflow, definition, state, trigger, request_id, hops, ended_at)
        select 'none', '{}', s, '{}', 'r', 0, now() from unnest(array['failed', 'cancelled', 'cancelled']) s`,
      values: [],
    })
  } finally {
    await pool.end()
  }
  const query = `{ figures { revision
    outbox { eventsWaiting eventsLag deliveriesWaiting deliveriesDue deliveriesLag deliveriesDelivered deliveriesDead }
    workflowInstances { running completed failed cancelled } } }`
  const { revision, outbox, workflowInstances } = dataOf(await server.send('admin', query)).figures
  expect(workflowInstances).toEqual({ running: 0, completed: 0, failed: 1, cancelled: 2 })
  expect(outbox.deliveriesWaiting + outbox.deliveriesDead + outbox.deliveriesDelivered).toBe(3)
  const figures = await readFigures()
  const told = (name: string, state?: string) =>
    figures.get(`${name}{app="demo"${state === undefined ? '' : `,state="${state}"`}}`)
  expect(told('metaloom_edition_revision')).toBe(revision)
  expect(told('metaloom_outbox_events_waiting')).toBe(outbox.eventsWaiting)
  expect(told('metaloom_outbox_lag_seconds')).toBe(outbox.eventsLag)
  expect(told('metaloom_deliveries', 'waiting')).toBe(outbox.deliveriesWaiting)
  expect(told('metaloom_deliveries', 'due')).toBe(outbox.deliveriesDue)
  expect(told('metaloom_deliveries', 'delivered')).toBe(outbox.deliveriesDelivered)
  expect(told('metaloom_deliveries', 'dead')).toBe(outbox.deliveriesDead)
  for (const [state, count] of Object.entries(workflowInstances))
    expect(told('metaloom_workflow_instances', state)).toBe(count)
  expect(errorOf(await post(server.address('admin'), query))).toMatch(/^UNAUTHENTICATED: /)
})

describe('the figures are for those who may read them', () => {
  const read = async (url: string, headers: Record<string, string> = {}): Promise<number> => {
    const reply = await fetch(`${url}/metrics`, { headers })
    await reply.text()
    return reply.status
  }

  test('with a token: who sends it', async () => {
    expect(await read(server.url)).toBe(401)
    expect(await read(server.url, { authorization: 'Bearer wrong' })).toBe(401)
    expect(await read(server.url, { authorization: `Bearer ${server.token}` })).toBe(401)
    expect(await read(server.url, { authorization: `Bearer ${token}` })).toBe(200)
  })

  test.each([
    ['in development: this machine', false, {}, 200],
    ['in development: nobody behind a proxy', false, { 'x-forwarded-for': '1.2.3.4' }, 404],
    ['in production: nobody', true, {}, 404],
    ['in production: nobody who says to be here', true, { 'x-forwarded-for': '127.0.0.1' }, 404],
  ])('without one, %s', async (_who, isProduction, headers, status) => {
    const other = await startTestServer(server, { isProduction, operations: usual })
    try {
      expect(await read(other.url, headers as Record<string, string>)).toBe(status)
    } finally {
      await other.stop()
    }
  })

  test('on a port of their own: who reaches that, and nobody at the other', async () => {
    const port = await findFreePort()
    const operations = withMetrics({ port, host: '127.0.0.1' })
    const other = await startTestServer(server, { isProduction: true, operations })
    try {
      expect(await read(other.url)).toBe(404)
      expect(await read(`http://127.0.0.1:${port}`)).toBe(200)
      expect((await fetch(`http://127.0.0.1:${port}/api/demo/graphql`)).status).toBe(404)
      expect((await fetch(`http://127.0.0.1:${port}/metrics`, { method: 'POST' })).status).toBe(404)
    } finally {
      await other.stop()
    }
  })
})
