// The audit suite of graphql-http: what the specification of GraphQL over HTTP asks of a server.
import { auditServer } from 'graphql-http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Server, startTestServer } from '../support/server.ts'

let server: Server
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server?.stop())

/** As a page of another origin would have to ask beforehand. */
const askedFetch = (url: string, init: RequestInit = {}) =>
  fetch(url, { ...init, headers: { ...init.headers, 'x-requested-with': 'audit' } })

test.each(['data', 'admin', 'platform'] as const)(
  'the %s API does all that the specification asks',
  async (api) => {
    const results = await auditServer({ url: server.address(api), fetchFn: askedFetch })
    expect(results.length).toBeGreaterThan(50)
    const failed = results.filter((result) => result.status === 'error')
    expect(failed.map((result) => `${result.name}: ${'reason' in result ? result.reason : ''}`)).toEqual([])
  },
)
