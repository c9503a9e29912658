// What an operator reads of requests: one line for each, a word on slow ones, and the way from an error to its cause.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Config } from '../../src/config.ts'
import { connect, type Pool } from '../../src/database/connect.ts'
import { billing } from '../support/billing.ts'
import { createReadableLog } from '../support/log.ts'
import { dataOf, post, type Server, startTestServer } from '../support/server.ts'

const slowAfter = 60
const operations: Config['operations'] = {
  log: { requests: 'info', slowAfter },
  metrics: {},
  stop: { drain: 0, patience: 10_000 },
}
const { log, take, text } = createReadableLog()
let server: Server
let pool: Pool

beforeAll(async () => {
  server = await startTestServer(undefined, { operations }, log)
  const query = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(await server.send('admin', query, { document: JSON.stringify(billing) }))
  pool = connect(server.appUrl, { max: 1 })
  await pool.unsafe(`
    create function hurt() returns trigger language plpgsql as $$ begin
      if new.number = 'bad' then raise exception 'boom' using detail = 'Failing row contains (private)'; end if;
      if new.number like 'slow%' then perform pg_sleep(${(slowAfter * 1.5) / 1_000}); end if;
      return new; end $$;
    create trigger hurt before insert on invoices for each row execute function hurt()`)
})
afterAll(async () => {
  await pool?.end()
  await server?.stop()
})

/** The lines about requests since the last time; the last one is written when the socket is done with. */
async function takeLines(message = 'request'): Promise<readonly Record<string, unknown>[]> {
  await new Promise((resolve) => setTimeout(resolve, 30))
  return take(message).map(({ level, msg, time, milliseconds, ...rest }) => rest)
}

const create = 'mutation Make($number: String!) { createInvoice(input: { number: $number }) { number } }'

describe('each request has one line', () => {
  test.each([
    [
      'of the data API, by the short route',
      'data',
      'query Some { invoices { totalCount } }',
      { type: 'query', operation: 'Some' },
    ],
    [
      'of the data API, by the long route',
      'data',
      'query Some { invoices { totalCount } } # GET',
      { type: 'query', operation: 'Some' },
    ],
    ['of the admin API', 'admin', '{ metadata { revision } }', { type: 'query' }],
  ] as const)('%s', async (_what, api, query, operation) => {
    await takeLines()
    const headers = { authorization: `Bearer ${server.token}` }
    const isLong = query.endsWith('GET')
    const reply = isLong
      ? await fetch(`${server.address(api)}?query=${encodeURIComponent(query)}`, {
          headers: { ...headers, accept: 'application/json' },
        })
      : await fetch(server.address(api), {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify({ query }),
        })
    await reply.text()
    const requestId = reply.headers.get('x-request-id')
    expect(await takeLines()).toEqual([{ requestId, api, app: 'demo', ...operation, status: 200 }])
  })

  test('with the codes of its errors', async () => {
    await takeLines()
    await server.send(
      'data',
      '{ invoices(first: 1000) { totalCount } other: invoices(first: -1) { totalCount } }',
    )
    expect(await takeLines()).toEqual([
      {
        requestId: expect.any(String),
        api: 'data',
        app: 'demo',
        type: 'query',
        status: 200,
        codes: ['LIMIT_EXCEEDED'],
      },
    ])
    await server.send('data', '{ nothingLikeThat }')
    await server.send('data', 'query Mine { viewer { id } }', {}, 'forged')
    expect((await takeLines()).map(({ status, codes }) => [status, codes])).toEqual([
      [200, ['GRAPHQL_VALIDATION_FAILED']],
      [401, ['UNAUTHENTICATED']],
    ])
  })

  test('in which a long name is cut', async () => {
    await takeLines()
    await server.send('data', `query ${'N'.repeat(5_000)} { __typename }`)
    expect(await takeLines()).toEqual([expect.objectContaining({ operation: 'N'.repeat(100) })])
  })

  test('also where nothing answers, but not for probes that went well', async () => {
    await takeLines()
    for (const path of ['/healthz', '/readyz', '/metrics', '/nowhere', '/api/none/graphql'])
      await (await fetch(`${server.url}${path}`, { headers: { 'x-request-id': 'mine' } })).text()
    expect(await takeLines()).toEqual([
      { requestId: 'mine', api: 'nowhere', status: 404, codes: ['NOT_FOUND'] },
      { requestId: 'mine', api: 'data', status: 404, codes: ['NOT_FOUND'] },
    ])
  })

  test('that tells when its client went away', async () => {
    await takeLines()
    const query = 'mutation { createInvoice(input: { number: "slow-1" }) { id } }'
    const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' }
    const signal = AbortSignal.timeout(slowAfter / 3)
    await fetch(server.address('data'), {
      method: 'POST',
      headers,
      body: JSON.stringify({ query }),
      signal,
    }).catch(() => undefined)
    expect(await takeLines()).toEqual([expect.objectContaining({ api: 'data', isCutOff: true })])
  })
})

test('an operation that took long is told of as slow', async () => {
  await takeLines('slow operation')
  await server.send('data', create, { number: 'slow-2' })
  expect(await takeLines('slow operation')).toEqual([
    {
      requestId: expect.any(String),
      api: 'data',
      app: 'demo',
      type: 'mutation',
      operation: 'Make',
      status: 200,
    },
  ])
})

describe('the id of a request', () => {
  const ask = async (id: string): Promise<string> => {
    const reply = await fetch(`${server.url}/healthz`, { headers: { 'x-request-id': id } })
    await reply.text()
    return reply.headers.get('x-request-id') ?? ''
  }

  test.each(['a-1_B', 'x'.repeat(64)])(
    'is the one that comes with it when that is modest: %s',
    async (id) => {
      expect(await ask(id)).toBe(id)
    },
  )

  test.each(['', 'x'.repeat(65), 'a b', '"}{"level":"info"', 'id;drop'])(
    'is made anew when it is not: %s',
    async (id) => {
      expect(await ask(id)).toMatch(/^[0-9a-f-]{36}$/)
    },
  )

  test('leads from an error that says nothing to the line that says all but the values of rows', async () => {
    take()
    const { errors } = await server.send('data', create, { number: 'bad' })
    const requestId = errors?.[0]?.extensions.requestId
    expect(errors?.[0]).toMatchObject({
      message: `Something went wrong here; quote the request id ${requestId}`,
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    })
    expect(take('request failed')).toEqual([
      expect.objectContaining({
        level: 'error',
        requestId,
        app: 'demo',
        api: 'data',
        operation: 'Make',
        error: expect.objectContaining({ message: 'boom', code: 'P0001' }),
      }),
    ])
    expect(text()).not.toContain('private')
  })
})

test('nothing secret that passed by is in the log', async () => {
  const password = 'correct horse battery'
  const query = `mutation { login(email: "admin@example.com", password: "${password}") { token refreshToken } }`
  const { login } = dataOf(await post(server.address('admin'), query))
  await fetch(`${server.url}/api/demo/files/1/a.png?expires=1&signature=c2lnbmF0dXJl`)
  await takeLines()
  for (const secret of [password, login.token, login.refreshToken, server.token, 'c2lnbmF0dXJl'])
    expect(text()).not.toContain(secret)
})
