// A subscription that is read slowly: what it has found is told only as long as the one who reads may see it.
import { createSecretKey, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '../../../src/api/context.ts'
import { buildAccountsSchema } from '../../../src/api/fixed/accounts.ts'
import { buildDataSchema } from '../../../src/api/generated/build.ts'
import type { Viewer } from '../../../src/auth/viewer.ts'
import { type Feed, startFeed } from '../../../src/effects/feed.ts'
import { type PipelineApp, refusalOf, startPipeline } from '../../pipeline/app.ts'

const document = {
  entities: [{ name: 'bill', fields: [{ name: 'title', type: 'string' }] }],
  permissions: [{ entity: 'bill', action: 'read', roles: ['clerk'] }],
}

let app: PipelineApp
let feed: Feed
beforeAll(async () => {
  app = await startPipeline(document)
  feed = startFeed({ pool: app.pool, pollEvery: 20, log: () => {} })
})
afterAll(async () => {
  await feed?.stop()
  await app?.stop()
})

const clerk: Viewer = { id: 'c0000000-0000-4000-8000-000000000001', roles: ['clerk'], attributes: {} }

/** Follows the bills, and returns what tells of them and a way to take the rights away. */
async function follow() {
  const schema = await buildDataSchema(app.registry, buildAccountsSchema())
  const edition = { revision: app.registry.revision, registry: app.registry, findSchema: () => schema }
  let [viewer, newest] = [clerk, edition]
  const context = {
    app: { pool: app.pool, cursorKey: createSecretKey(randomBytes(32)), feed, readEdition: () => newest },
    viewer,
    address: '127.0.0.1',
    edition,
    recheckViewer: async () => viewer,
  } as unknown as Context
  const field = schema.getSubscriptionType()?.getFields().billChanged
  const events = (await field?.subscribe?.({}, {}, context, {} as never)) as AsyncGenerator<{ key: string }>
  return {
    next: async () => (await events.next()).value?.key,
    close: () => events.return(undefined),
    loseRole: () => {
      viewer = { ...clerk, roles: [] }
    },
    renew: () => {
      newest = { ...edition, revision: edition.revision + 1 }
    },
  }
}

test.each([
  [
    'a role is lost',
    'loseRole',
    'FORBIDDEN: Your roles or attributes have changed; subscribe again after the last cursor',
  ],
  [
    'definitions change',
    'renew',
    'CONFLICT: The definitions have changed; subscribe again after the last cursor',
  ],
] as const)('ends between two records that were found at once, when %s', async (_title, change, refusal) => {
  const events = await follow()
  const { id } = await app.create('bill', { title: 'one' })
  await app.create('bill', { title: 'two' })
  expect(await events.next()).toBe(id)
  events[change]()
  expect(await refusalOf(events.next())).toBe(refusal)
  await events.close()
})
