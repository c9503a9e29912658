// What leaves the server: to whom, with which headers, and how long it waits for how much of an answer.
import type { LookupAddress } from 'node:dns'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createSender, type Reach, type Request, type Sender } from '../../src/outgoing/send.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'

let receiver: Receiver
let sender: Sender | undefined
beforeAll(async () => {
  receiver = await startReceiver()
})
afterAll(() => receiver.stop())
afterEach(async () => {
  await sender?.close()
  receiver.clear()
  receiver.respond(() => ({ status: 200 }))
})

type Resolve = NonNullable<Parameters<typeof createSender>[1]>

/** Looks every name up as these addresses, one list after another; the last one stays. */
function resolveAs(
  ...lists: readonly (readonly string[])[]
): Readonly<{ resolve: Resolve; count(): number }> {
  let count = 0
  const resolve = (
    _name: string,
    _options: unknown,
    callback: (error: null, found: LookupAddress[]) => void,
  ) => {
    const list = lists[Math.min(count++, lists.length - 1)] ?? []
    callback(
      null,
      list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  }
  return { resolve: resolve as unknown as Resolve, count: () => count }
}

async function send(change: Partial<Request>, reach: Partial<Reach> = {}, resolve?: Resolve) {
  sender = createSender({ allowPrivate: true, variables: {}, ...reach }, resolve)
  const request: Request = {
    url: receiver.url,
    method: 'POST',
    headers: {},
    signed: {},
    body: '{}',
    timeout: 2_000,
  }
  const { milliseconds: _, ...outcome } = await sender.send({ ...request, ...change })
  return outcome
}

const port = () => new URL(receiver.url).port

describe('a private address', () => {
  test.each([
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '017700000001',
    '127.0.0.1.',
    '①②⑦.0.0.1',
    '0',
    '0.0.0.0',
    '10.0.0.1',
    '10.1',
    '100.64.0.1',
    '169.254.169.254',
    '0xa9fea9fe',
    '172.16.0.1',
    '192.168.0.1',
    '192.168.1',
    '198.18.0.1',
    '255.255.255.255',
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
    '[fc00::1]',
    '[fe80::1]',
    '[ff02::1]',
  ])('spelt %s is refused', async (host) => {
    expect(await send({ url: `https://${host}:${port()}/` }, { allowPrivate: false })).toEqual({
      kind: 'failed',
      reason: 'The address must not lead to a private address',
    })
    expect(receiver.received).toEqual([])
  })

  test.each([
    [['127.0.0.1']],
    [['::1']],
    [['::ffff:127.0.0.1']],
    [['64:ff9b::7f00:1']],
    [['93.184.216.34', '10.0.0.1']],
  ])('behind a name is refused when it is connected to: %s', async (addresses) => {
    const { resolve } = resolveAs(addresses)
    expect(await send({ url: `https://example.test:${port()}/` }, { allowPrivate: false }, resolve)).toEqual({
      kind: 'failed',
      reason: 'example.test leads to a private address',
    })
    expect(receiver.received).toEqual([])
  })

  test('is refused also when the name led to a public one before', async () => {
    const { resolve, count } = resolveAs(['203.0.114.1'], ['127.0.0.1'])
    const change = { url: `https://example.test:${port()}/`, timeout: 100 }
    sender = createSender({ allowPrivate: false, variables: {} }, resolve)
    const request: Request = { method: 'POST', headers: {}, signed: {}, body: '{}', ...change }
    const first = await sender.send(request)
    expect(first.kind === 'failed' && first.reason).toMatch(/^The endpoint /)
    expect(await sender.send(request)).toMatchObject({ reason: 'example.test leads to a private address' })
    expect(count()).toBe(2)
    expect(receiver.received).toEqual([])
  })

  test('is reached where the operator allows it', async () => {
    expect(await send({})).toEqual({ kind: 'answered', status: 200, text: '' })
  })
})

describe('an answer', () => {
  test('that sends elsewhere is not followed', async () => {
    receiver.respond(() => ({ status: 307, headers: { location: `${receiver.url}/elsewhere` } }))
    expect(await send({})).toMatchObject({ kind: 'answered', status: 307 })
    expect(receiver.received).toHaveLength(1)
  })

  test('that does not come is waited for so long and no longer', async () => {
    receiver.respond(() => undefined)
    expect(await send({ timeout: 100 })).toEqual({
      kind: 'failed',
      reason: 'The endpoint did not answer within 0.1 s',
    })
  })

  test('without an end is read to 64 KB', async () => {
    receiver.respond((_, response) => {
      response.writeHead(200)
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      }
      response.on('drain', pour)
      pour()
      return undefined
    })
    const outcome = await send({})
    expect(outcome).toMatchObject({ kind: 'answered', status: 200 })
    expect(outcome.kind === 'answered' && outcome.text.length).toBe(65_536)
  })

  test('that comes drop by drop counts by its status', async () => {
    receiver.respond((_, response) => {
      response.writeHead(202)
      response.write('some')
      return undefined
    })
    expect(await send({ timeout: 100 })).toEqual({ kind: 'answered', status: 202, text: 'some' })
  })

  test.each([
    ['120', 120_000],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 0],
    ['soon', undefined],
  ])('that asks to be let alone for %s', async (value, retryAfter) => {
    receiver.respond(() => ({ status: 503, headers: { 'retry-after': value } }))
    const expected = {
      kind: 'answered',
      status: 503,
      text: '',
      ...(retryAfter === undefined ? {} : { retryAfter }),
    }
    expect(await send({})).toEqual(expected)
  })
})

describe('a header', () => {
  const variables = { KEY: 'k-1' }

  test('has the values of variables, which no answer gives away', async () => {
    receiver.respond(({ headers }) => ({ status: 400, body: `You sent ${headers.authorization}` }))
    const headers = { Authorization: 'Bearer {{env.KEY}} {{ env.KEY }}' }
    expect(await send({ headers }, { variables })).toMatchObject({
      text: 'You sent Bearer [redacted] [redacted]',
    })
    expect(receiver.received[0]?.headers.authorization).toBe('Bearer k-1 k-1')
  })

  test.each(['PATH', 'constructor', '__proto__'])(
    'with a variable that is not listed is not sent: %s',
    async (name) => {
      expect(await send({ headers: { 'X-Key': `{{env.${name}}}` } }, { variables })).toEqual({
        kind: 'failed',
        reason: `The variable ${name} is not on the server's list`,
      })
      expect(receiver.received).toEqual([])
    },
  )
})
