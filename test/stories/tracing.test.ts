// Spans of a real process, as a collector gets them: one trace from the client through the pipeline to the receivers of webhooks.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { dropDatabase, withDatabase } from '../../src/database/databases.ts'
import { readTraceId } from '../../src/log/work.ts'
import { startProcess } from '../support/process.ts'
import { type Received, type Receiver, startReceiver } from '../support/receiver.ts'
import { dataOf, logIn } from '../support/server.ts'

type Span = Readonly<{
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  status: Readonly<{ code?: number; message?: string }>
  attributes: readonly Readonly<{ key: string; value: Readonly<Record<string, unknown>> }>[]
}>

const given = '4bf92f3577b34da6a3ce929d0e0e4736'
const parent = '00f067aa0ba902b7'
// No other process may have it: each sends what any of them wrote.
const name = `t_${randomUUID().replaceAll('-', '').slice(0, 20)}`
const platformUrl = withDatabase(inject('databaseUrl'), name)
let collector: Receiver
let hooks: Receiver
let dataDir: string
let spans: readonly Span[]
let made: string | null
let failed: string | null

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'metaloom-tracing-'))
  ;[collector, hooks] = await Promise.all([startReceiver(), startReceiver()])
  const traced = await startProcess(platformUrl, dataDir, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_SERVICE_NAME: 'shop',
    METALOOM_ALLOW_PRIVATE_WEBHOOKS: '1',
  })
  const token = await logIn(traced.url)
  const send = async (api: string, query: string, headers: Record<string, string> = {}) => {
    const reply = await fetch(`${traced.url}/api/demo/${api}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      body: JSON.stringify({ query }),
    })
    return {
      status: reply.status,
      id: reply.headers.get('x-request-id'),
      ...((await reply.json()) as object),
    }
  }
  const document = JSON.stringify({
    version: 1,
    entities: [{ name: 'order', fields: [{ name: 'title', type: 'string', required: true }] }],
    webhooks: [
      { entity: 'order', hook: 'before_write', url: `${hooks.url}/before` },
      { entity: 'order', hook: 'after_write', url: `${hooks.url}/after` },
    ],
  })
  dataOf(
    await send(
      'admin/graphql',
      `mutation { importMetadata(document: ${JSON.stringify(document)}) { revision } }`,
    ),
  )
  const create = 'mutation Make { createOrder(input: { title: "secret words" }) { id } }'
  dataOf(await send('graphql', create, { traceparent: `00-${given}-${parent}-01` }))
  await hooks.await(2)
  made = (await send('graphql', '{ orders { totalCount } }', { traceparent: 'nonsense' })).id
  failed = (await send('graphql', '{ orders(first: 500) { totalCount } }', { 'x-request-id': 'my-own-id' }))
    .id
  await traced.kill('SIGTERM')
  spans = collector.received.flatMap(({ message }) =>
    message.resourceSpans.flatMap((each: { scopeSpans: { spans: Span[] }[] }) =>
      each.scopeSpans.flatMap((scope) => scope.spans),
    ),
  )
})
afterAll(async () => {
  for (const url of [withDatabase(platformUrl, `${name}_demo`), platformUrl]) await dropDatabase(url)
  await Promise.all([collector?.stop(), hooks?.stop()])
  await rm(dataDir, { recursive: true, force: true })
})

const ofTrace = (traceId: string) => spans.filter((span) => span.traceId === traceId)
const named = (traceId: string, name: string): Span => {
  const found = ofTrace(traceId).find((span) => span.name === name)
  if (found === undefined)
    throw new Error(`No span ${name} among ${ofTrace(traceId).map((span) => span.name)}`)
  return found
}
const fact = ({ attributes }: Span, key: string) =>
  Object.values(attributes.find((each) => each.key === key)?.value ?? {})[0]
/** The spans above one, the nearest first. */
const above = (span: Span): readonly string[] => {
  const next = spans.find(({ spanId }) => spanId === span.parentSpanId)
  return next ? [next.name, ...above(next)] : []
}

describe('the spans of a request', () => {
  test('belong to the trace that it comes with, which is its id too', () => {
    const request = named(given, 'POST data')
    expect(request.parentSpanId).toBe(parent)
    expect(fact(request, 'metaloom.request_id')).toBe(given)
  })

  test('show the operation, the stages of its writes, and their statements', () => {
    expect(fact(named(given, 'GraphQL mutation'), 'graphql.operation.name')).toBe('Make')
    expect(above(named(given, 'store'))).toEqual(['GraphQL mutation', 'POST data'])
    const statements = ofTrace(given).filter((span) =>
      String(fact(span, 'db.statement')).includes('insert into "orders"'),
    )
    expect(statements.map(above)).toEqual([['store', 'GraphQL mutation', 'POST data']])
  })

  test('hold no values of records and no secrets', () => {
    const all = JSON.stringify(spans)
    expect(all).not.toContain('secret words')
    expect(all).not.toContain('correct horse battery')
  })

  test('make a trace of their own where none is given, and the request is named after it', () => {
    expect(made).toMatch(/^[0-9a-f]{32}$/)
    expect(named(made ?? '', 'POST data').parentSpanId ?? '').toBe('')
  })

  test('can be found by the id that the client chose', () => {
    expect(failed).toBe('my-own-id')
    expect(
      spans.filter((span) => fact(span, 'metaloom.request_id') === 'my-own-id').map(({ name }) => name),
    ).toEqual(['POST data'])
  })
})

describe('receivers of webhooks get the trace on', () => {
  const sentTo = (path: string): Received => hooks.received.find((each) => each.path === path) as Received

  test.each(['/before', '/after'])('%s', (path) => {
    const { traceparent } = sentTo(path).headers
    expect(readTraceId(traceparent)).toBe(given)
    const span = spans.find(({ spanId }) => spanId === traceparent?.split('-')[2])
    expect(span?.name).toBe('webhook POST')
    expect(fact(span as Span, 'messaging.message.id')).toBe(sentTo(path).headers['webhook-id'])
  })

  test('under the request that waits for them', () => {
    const waiting = spans.find(
      ({ spanId }) => spanId === sentTo('/before').headers.traceparent?.split('-')[2],
    )
    expect(above(waiting as Span)).toEqual(['before webhooks', 'GraphQL mutation', 'POST data'])
  })
})

test('they carry the name of the service', () => {
  const [first] = collector.received
  expect(first?.path).toBe('/v1/traces')
  expect(JSON.stringify(first?.message.resourceSpans[0].resource)).toContain('"shop"')
})

test.each([
  ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', given],
  ['cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-later', given],
  ['00-00000000000000000000000000000000-00f067aa0ba902b7-01', undefined],
  ['00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01', undefined],
  ['ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', undefined],
  ['00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01', undefined],
  ['', undefined],
])('the trace of %j is %s', (traceparent, traceId) => {
  expect(readTraceId(traceparent)).toBe(traceId)
})
