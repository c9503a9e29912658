// What is no GraphQL: odd addresses, methods and bodies get a clear answer and never a broken one.
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Server, startTestServer } from '../support/server.ts'

let server: Server
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server?.stop())

/** Sends the target as it is: fetch would clean it up. */
async function send(
  method: string,
  path: string,
  body = '',
  headers: Record<string, string> = {},
): Promise<string> {
  return await new Promise((resolve, reject) => {
    const sent = request(server.url, { method, path, headers }, (reply) => {
      let text = ''
      reply.on('data', (chunk) => {
        text += chunk
      })
      reply.on('end', () =>
        resolve(`${reply.statusCode} ${/"code":"([A-Z_]+)"/.exec(text)?.[1] ?? text.slice(0, 15)}`.trim()),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const json = { 'content-type': 'application/json' }

describe('a request', () => {
  test.each([
    ['to the home page', 'GET', '/', '200 <!doctype html>'],
    ['for liveness', 'GET', '/healthz', '200 ok'],
    ['for readiness', 'GET', '/readyz', '200 ready'],
    ['to nowhere', 'GET', '/nowhere', '404 NOT_FOUND'],
    ['to a slash too many', 'GET', '//', '200 <!doctype html>'],
    ['to a broken address', 'GET', '//[', '404 NOT_FOUND'],
    ['to an unknown app', 'GET', '/api/nobody/graphql', '404 NOT_FOUND'],
    [
      'with variables that are no JSON',
      'GET',
      '/api/demo/graphql?query={viewer{id}}&variables=x',
      '400 BAD_USER_INPUT',
    ],
    ['by TRACE', 'TRACE', '/api/demo/graphql', '405'],
    ['by PUT', 'PUT', '/api/demo/graphql', '405'],
  ])('%s is answered', async (_title, method, path, expected) => {
    expect(await send(method, path, '', { 'x-requested-with': 'test' })).toBe(expected)
  })

  test.each([
    ['of 2 MB', `{"query":"${' '.repeat(2_000_000)}"}`, json, '413 LIMIT_EXCEEDED'],
    ['that is no JSON', '{', json, '200 BAD_USER_INPUT'],
    [
      'with a token that is none',
      '{"query":"{ viewer { id } }"}',
      { ...json, authorization: 'Bearer x' },
      '401 UNAUTHENTICATED',
    ],
    [
      'with a header that is no token',
      '{"query":"{ viewer { id } }"}',
      { ...json, authorization: 'Basic x' },
      '401 UNAUTHENTICATED',
    ],
  ])('with a body %s is refused', async (_title, body, headers, expected) => {
    expect(await send('POST', '/api/demo/graphql', body, headers)).toBe(expected)
  })
})
