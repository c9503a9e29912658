// Pages on other origins: what they cannot have run, who may read replies, and what every reply says to browsers.
import { connect as connectSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { upload } from '../support/files.ts'
import { type Server, startTestServer } from '../support/server.ts'

const friend = 'https://app.example.com'

let server: Server
let closed: Server
beforeAll(async () => {
  const access = readConfig({ METALOOM_CORS_ORIGINS: `${friend}, http://localhost:5173` }, tmpdir()).access
  server = await startTestServer(undefined, {
    access,
    limits: { headersTimeout: 400, bodyTimeout: 300, headerBytes: 8_192 },
  })
  closed = await startTestServer()
})
afterAll(async () => {
  await server?.stop()
  await closed?.stop()
})

const login = 'mutation { login(email: "admin@example.com", password: "correct horse battery") { token } }'
const form = (query: string): string => `query=${encodeURIComponent(query)}`

describe('a request that a page of another site can send unasked', () => {
  test.each<[string, RequestInit, string]>([
    ['a query in an address', {}, `?${form('{ viewer { id } }')}`],
    [
      'a query in an address, as an image asks for it',
      { headers: { accept: 'image/*', 'sec-fetch-site': 'cross-site' } },
      `?${form('{ viewer { id } }')}`,
    ],
    [
      'a form',
      { method: 'POST', body: form(login), headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      '',
    ],
    [
      'JSON that calls itself text',
      { method: 'POST', body: JSON.stringify({ query: login }), headers: { 'content-type': 'text/plain' } },
      '',
    ],
    [
      'JSON that calls itself text, in odd letters',
      {
        method: 'POST',
        body: JSON.stringify({ query: login }),
        headers: { 'content-type': 'Text/Plain; x=application/json' },
      },
      '',
    ],
    ['JSON without a type', { method: 'POST', body: new Blob([JSON.stringify({ query: login })]) }, ''],
    [
      'JSON with two types',
      {
        method: 'POST',
        body: JSON.stringify({ query: login }),
        headers: { 'content-type': 'text/plain, application/json' },
      },
      '',
    ],
  ])('is not run: %s', async (_title, init, search) => {
    for (const api of ['data', 'admin', 'platform'] as const) {
      const reply = await fetch(`${server.address(api)}${search}`, init)
      expect(reply.status).toBe(400)
      const { data, errors } = await reply.json()
      expect(data).toBeUndefined()
      expect(errors[0].message).toBe(
        'A page of another site could have sent this request unasked; send "Content-Type: application/json" with POST, or any value in the header X-Requested-With',
      )
      expect(errors[0].extensions.code).toBe('BAD_USER_INPUT')
    }
  })

  test('is not run as a form with files, which needs a token in a header', async () => {
    const body = new FormData()
    body.set('operations', JSON.stringify({ query: login }))
    body.set('map', '{}')
    const reply = await fetch(server.address('data'), { method: 'POST', body })
    expect(reply.status).toBe(401)
    for (const api of ['admin', 'platform'] as const)
      expect((await fetch(server.address(api), { method: 'POST', body })).status).toBe(400)
  })

  test.each<[string, Record<string, string>]>([
    ['a header that asks for a preflight', { 'x-requested-with': 'page' }],
    ['a token', { authorization: 'Bearer x' }],
    ['the word of the browser that the page is ours', { 'sec-fetch-site': 'same-origin' }],
  ])('is run with %s', async (_title, headers) => {
    const reply = await fetch(`${server.address('data')}?${form('{ viewer { id } }')}`, { headers })
    expect(reply.status).toBe(headers.authorization === undefined ? 200 : 401)
  })
})

describe('a page on a listed origin', () => {
  test('may read what it asks for, and learns so beforehand', async () => {
    for (const address of [
      server.address('data'),
      server.address('admin'),
      `${server.url}/api/demo/files/x/y`,
    ]) {
      const preflight = await fetch(address, {
        method: 'OPTIONS',
        headers: {
          origin: friend,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization',
        },
      })
      expect(preflight.status).toBe(204)
      expect(preflight.headers.get('access-control-allow-origin')).toBe(friend)
      expect(preflight.headers.get('access-control-allow-headers')).toMatch(
        /^authorization, x-requested-with, .*content-type/,
      )
      expect(preflight.headers.get('access-control-allow-credentials')).toBeNull()
      expect(preflight.headers.get('access-control-max-age')).toBe('600')
      expect(preflight.headers.get('vary')).toContain('origin')
    }
    const reply = await fetch(server.address('data'), {
      method: 'POST',
      headers: { origin: friend, 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ viewer { id } }' }),
    })
    expect(reply.headers.get('access-control-allow-origin')).toBe(friend)
    expect(reply.headers.get('access-control-expose-headers')).toContain('x-request-id')
  })

  test('may read errors, files, and send the bytes of one', async () => {
    const headers = { origin: friend }
    const refused = await fetch(`${server.url}/api/nobody/graphql`, {
      headers: { ...headers, 'x-requested-with': 'x' },
    })
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([404, friend])
    const made = await upload(server.url, server.token, { name: 'a.txt', type: 'text/plain', bytes: 'hello' })
    const file = await fetch(new URL(made.data.uploadFile.url, server.url), { headers })
    expect([file.status, file.headers.get('access-control-allow-origin'), await file.text()]).toEqual([
      200,
      friend,
      'hello',
    ])
    expect(file.headers.get('vary')?.split(', ').sort()).toEqual([
      'authorization',
      'origin',
      'x-metaloom-roles',
    ])
    const put = await fetch(`${server.url}/api/demo/files/x`, {
      method: 'OPTIONS',
      headers: { ...headers, 'access-control-request-method': 'PUT' },
    })
    expect([
      put.headers.get('access-control-allow-origin'),
      put.headers.get('access-control-allow-methods'),
    ]).toEqual([friend, 'PUT'])
  })

  test.each([
    ['another origin', () => server, 'https://evil.example'],
    ['an origin that begins alike', () => server, `${friend}.evil.example`],
    ['no origin', () => server, 'null'],
    ['any origin where none is listed', () => closed, friend],
  ])('is not %s', async (_title, find, origin) => {
    const address = find().address('data')
    const preflight = await fetch(address, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    })
    const reply = await fetch(address, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ viewer { id } }' }),
    })
    for (const { headers } of [preflight, reply])
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})

describe('every reply', () => {
  test.each<[string, string, RequestInit]>([
    ['of the home page', '/', {}],
    ['of health', '/healthz', {}],
    ['of nowhere', '/nowhere', {}],
    [
      'of GraphQL',
      '/api/demo/graphql',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ viewer { id } }"}',
      },
    ],
    [
      'of GraphQL the long way',
      '/api/demo/admin/graphql',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ viewer { id } }"}',
      },
    ],
    [
      'of an error',
      '/api/demo/graphql',
      { method: 'POST', headers: { 'content-type': 'application/json', authorization: 'x' }, body: '{}' },
    ],
    ['to a method that is not taken', '/api/demo/graphql', { method: 'PUT' }],
    ['of a workbench', '/api/demo/graphql', { headers: { accept: 'text/html' } }],
  ])('%s says what browsers shall not do with it', async (_title, path, init) => {
    const { headers } = await fetch(`${server.url}${path}`, init)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'.*frame-ancestors 'none'/)
  })
})

describe('a client that takes its time', () => {
  /** Sends a text over a socket and waits for what comes. */
  const speak = (text: string): Promise<string> =>
    new Promise((resolve) => {
      const { port, hostname } = new URL(server.url)
      let reply = ''
      const socket = connectSocket(Number(port), hostname, () => socket.write(text))
      socket.on('data', (bytes) => {
        reply += bytes
        if (reply.includes('"requestId"')) socket.destroy()
      })
      socket.on('error', () => undefined)
      socket.on('close', () => resolve(reply))
    })

  test('with the body is refused', async () => {
    const head =
      'POST /api/demo/graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"query"'
    expect(await speak(head)).toMatch(/^HTTP\/1.1 413 [\s\S]*The body of a request must be here within 0.3 s/)
  })

  test('with the headers is refused', async () => {
    expect(await speak('GET / HTTP/1.1\r\nhost: x\r\n')).toMatch(/^HTTP\/1.1 408 /)
  })

  test('and has too many headers is refused', async () => {
    expect(await speak(`GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(9_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431 /,
    )
  })

  test('keeps its connection for as long as it is set', async () => {
    const head = 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n'
    const { port, hostname } = new URL(server.url)
    const found = await new Promise<string>((resolve) => {
      const socket = connectSocket(Number(port), hostname, () => socket.write(head))
      socket.once('data', (bytes) => {
        socket.destroy()
        resolve(String(bytes))
      })
    })
    expect(found).toMatch(/Keep-Alive: timeout=65/i)
  })
})
