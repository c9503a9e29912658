// The admin API on a database of its own, without a server: requests go to the schema.
import { randomUUID } from 'node:crypto'
import { graphql } from 'graphql'
import { inject } from 'vitest'
import type { App, Context } from '../../../src/api/context.ts'
import { buildAccountsSchema } from '../../../src/api/fixed/accounts.ts'
import { buildAdminSchema } from '../../../src/api/fixed/admin.ts'
import { buildDataSchema } from '../../../src/api/generated/build.ts'
import { deriveCursorKey, deriveTokenKey } from '../../../src/auth/tokens.ts'
import type { Viewer } from '../../../src/auth/viewer.ts'
import { usualLimits } from '../../../src/config/limits.ts'
import { connect, type Pool } from '../../../src/database/connect.ts'
import { dropDatabase, ensureDatabase, withDatabase } from '../../../src/database/databases.ts'
import { migrate } from '../../../src/database/migrate.ts'
import { startFeed } from '../../../src/effects/feed.ts'
import { AppError } from '../../../src/errors.ts'
import type { Verify } from '../../../src/metadata/settle.ts'
import { loadRegistry } from '../../../src/metadata/store.ts'
import { makeFiles } from '../../support/files.ts'
import { makeOutgoing } from '../../support/outgoing.ts'

export type AdminApp = Readonly<{
  pool: Pool
  /** Sends a request and returns its data, or code, message and details of its first error. */
  send(source: string, variables?: Record<string, unknown>, viewer?: Viewer): Promise<unknown>
  stop(): Promise<void>
}>

const admin: Viewer = { id: '6f9619ff-8b86-4d11-b42d-00c04fc964ff', roles: ['admin'], attributes: {} }

/** Starts an app without definitions; `verify` stands for the data API. */
export async function startAdmin(verify: Verify = () => []): Promise<AdminApp> {
  const url = withDatabase(inject('databaseUrl'), `admin_${randomUUID().slice(0, 8)}`)
  await ensureDatabase(url)
  const pool = connect(url, { max: 4 })
  await migrate(pool, 'app')
  const schema = buildAdminSchema({
    verify,
    buildSchema: (registry) => buildDataSchema(registry, buildAccountsSchema()),
  })
  let registry = await loadRegistry(pool, verify)
  const feed = startFeed({ pool, pollEvery: 60_000, log: () => {} })
  const app: App = {
    name: 'demo',
    pool,
    limits: usualLimits,
    tokenKey: deriveTokenKey('secret', 'demo'),
    cursorKey: deriveCursorKey('secret', 'demo'),
    readEdition: () => ({ revision: registry.revision, registry, findSchema: () => schema }),
    reload: async () => {
      registry = await loadRegistry(pool, verify)
    },
    forgetViewer: () => {},
    feed,
    wakeWorkflows: () => {},
    files: makeFiles(pool),
    allowPrivateAddresses: false,
    outgoing: makeOutgoing(pool, () => registry),
  }
  const send = async (source: string, variableValues: Record<string, unknown> = {}, viewer = admin) => {
    const edition = app.readEdition()
    const contextValue: Context = {
      app,
      viewer,
      recheckViewer: async () => viewer,
      address: '127.0.0.1',
      requestId: 'test',
      edition,
      levels: new WeakMap(),
    }
    const result = await graphql({ schema, source, contextValue, variableValues })
    const [error] = result.errors ?? []
    if (error === undefined) return JSON.parse(JSON.stringify(result.data)) as unknown
    const cause = error.originalError
    if (!(cause instanceof AppError)) throw error
    return { code: cause.code, message: cause.message, ...(cause.details ? { details: cause.details } : {}) }
  }
  const stop = async () => {
    await feed.stop()
    await pool.end({ timeout: 1 })
    await dropDatabase(url)
  }
  return { pool, send, stop }
}
