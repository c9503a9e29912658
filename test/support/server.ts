// Starts the real server on a platform of its own and speaks to it over HTTP, as a client would.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { inject } from 'vitest'
import { deriveAppSecret } from '../../src/auth/tokens.ts'
import type { Limits } from '../../src/config/limits.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { dropDatabase, withDatabase } from '../../src/database/databases.ts'
import { createLog, type Log } from '../../src/log.ts'
import { startServer } from '../../src/server/start.ts'

export type GraphQLReply = Readonly<{
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: what a reply holds is what the test asserts
  data?: any
  errors?: readonly Readonly<{
    message: string
    path?: readonly unknown[]
    extensions: Readonly<{ code: string; details?: unknown; requestId: string }>
  }>[]
}>

export type Api = 'data' | 'admin' | 'platform'
export type Server = Readonly<{
  url: string
  databaseUrl: string
  appUrl: string
  dataDir: string
  token: string
  address(api: Api): string
  /** Sends a request as the administrator, or with the token given; null is none. */
  send(api: Api, query: string, variables?: unknown, token?: string | null): Promise<GraphQLReply>
  stop(): Promise<void>
}>

const email = 'admin@example.com'
const password = 'correct horse battery'
const addresses: Readonly<Record<Api, string>> = {
  data: '/api/demo/graphql',
  admin: '/api/demo/admin/graphql',
  platform: '/api/_platform/graphql',
}

/** Sends one GraphQL request by POST. */
export async function post(
  url: string,
  query: string,
  variables?: unknown,
  token?: string | null,
): Promise<GraphQLReply> {
  const authorization = token ? { authorization: `Bearer ${token}` } : {}
  const reply = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization },
    body: JSON.stringify({ query, variables }),
  })
  return { status: reply.status, ...((await reply.json()) as object) }
}

/** Logs the first administrator in. */
export async function logIn(url: string): Promise<string> {
  const reply = await post(
    `${url}${addresses.admin}`,
    'mutation($e: String!, $p: String!) { login(email: $e, password: $p) { token } }',
    { e: email, p: password },
  )
  return reply.data.login.token
}

/** The secret of all servers of the tests. */
export const serverSecret = 'a secret of the tests, 0123456789 abcdefgh'

/** The secret that the keys of an app of a server derive from. */
export async function findAppSecret(
  { databaseUrl }: Pick<Server, 'databaseUrl'>,
  app = 'demo',
): Promise<string> {
  const sql = postgres(databaseUrl, { max: 1 })
  const [row] = await sql`select salt from _apps where name = ${app}`
  await sql.end()
  return deriveAppSecret(serverSecret, String(row?.salt))
}

/** The environment of a server on its own databases. */
export function buildEnvironment(databaseUrl: string, dataDir: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    METALOOM_DATA_DIR: dataDir,
    METALOOM_ADMIN_EMAIL: email,
    METALOOM_ADMIN_PASSWORD: password,
    METALOOM_SECRET: serverSecret,
    METALOOM_LOG_LEVEL: process.env.METALOOM_TEST_LOG ?? 'silent',
    PORT: '0',
  }
}

/** Settings that a test wants otherwise. */
export type Change = Partial<Omit<Config, 'limits'>> & Readonly<{ limits?: Partial<Limits> }>

/** A server for one test file; `databaseUrl` of another server makes it a second instance of that one. */
export async function startTestServer(
  shared?: Readonly<{ databaseUrl: string }>,
  { limits, ...change }: Change = {},
  log?: Log,
): Promise<Server> {
  const databaseUrl =
    shared?.databaseUrl ??
    withDatabase(inject('databaseUrl'), `t_${randomUUID().replaceAll('-', '').slice(0, 20)}`)
  const dataDir = await mkdtemp(join(tmpdir(), 'metaloom-server-'))
  const usual = readConfig(buildEnvironment(databaseUrl, dataDir), dataDir)
  const config = { ...usual, ...change, limits: { ...usual.limits, ...limits } }
  const running = await startServer(config, log ?? createLog(config.logLevel))
  const token = await logIn(running.url)
  const appUrl = withDatabase(databaseUrl, `${new URL(databaseUrl).pathname.slice(1)}_demo`)
  return {
    url: running.url,
    databaseUrl,
    appUrl,
    dataDir,
    token,
    address: (api) => `${running.url}${addresses[api]}`,
    send: (api, query, variables, own = token) =>
      post(`${running.url}${addresses[api]}`, query, variables, own),
    async stop() {
      await running.stop()
      await rm(dataDir, { recursive: true, force: true })
      if (shared === undefined) for (const url of [appUrl, databaseUrl]) await dropDatabase(url)
    },
  }
}

/** The data of a reply that must have no errors. */
export function dataOf(reply: GraphQLReply) {
  if (reply.errors) throw new Error(`The request failed: ${JSON.stringify(reply.errors)}`)
  return reply.data
}

/** Code and message of the first error, for one assertion. */
export function errorOf(reply: GraphQLReply): string {
  const [error] = reply.errors ?? []
  return error ? `${error.extensions.code}: ${error.message}` : 'no error'
}
