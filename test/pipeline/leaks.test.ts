// What a viewer may not see changes no answer: whatever stands in hidden rows, each way of reading says the same.
import { createSecretKey } from 'node:crypto'
import fc from 'fast-check'
import { type GraphQLSchema, graphql } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Context } from '../../src/api/context.ts'
import type { Edition } from '../../src/api/edition.ts'
import { buildAccountsSchema } from '../../src/api/fixed/accounts.ts'
import { buildDataSchema } from '../../src/api/generated/build.ts'
import { writeNodeId } from '../../src/api/generated/node-id.ts'
import { deriveTokenKey } from '../../src/auth/tokens.ts'
import { anonymous } from '../../src/auth/viewer.ts'
import { usualLimits } from '../../src/config/limits.ts'
import { connect, type Pool } from '../../src/database/connect.ts'
import { type Feed, startFeed } from '../../src/effects/feed.ts'
import { loadRegistry } from '../../src/metadata/store.ts'
import type { Narrowing, Reader } from '../../src/pipeline/rights/visible.ts'
import { bind, column } from '../../src/pipeline/statement.ts'
import { makeFiles } from '../support/files.ts'
import { makeOutgoing } from '../support/outgoing.ts'
import { dataOf, type Server, startTestServer } from '../support/server.ts'
import { insertRows } from './insert.ts'

const realm = { name: 'realm', type: 'string', hidden: true }
const document = {
  version: 1,
  entities: [
    {
      name: 'item',
      fields: [
        realm,
        { name: 'code', type: 'string', unique: true, searchable: true },
        { name: 'size', type: 'int' },
        { name: 'group_id', type: 'uuid' },
      ],
    },
    { name: 'group', fields: [realm, { name: 'name', type: 'string' }, { name: 'rank', type: 'int' }] },
    {
      name: 'part',
      soft_delete: false,
      fields: [realm, { name: 'weight', type: 'int' }, { name: 'item_id', type: 'uuid' }],
    },
    { name: 'tag', fields: [realm, { name: 'word', type: 'string', required: true }] },
  ],
  relations: [
    { name: 'items', type: 'one_to_many', source: 'group', target: 'item', target_key: 'group_id' },
    { name: 'parts', type: 'one_to_many', source: 'item', target: 'part', target_key: 'item_id' },
    { name: 'tags', type: 'many_to_many', source: 'item', target: 'tag' },
  ],
}

/** Shows what is in the open realm only. */
const openRealm: Narrowing = (_entity, alias, values) =>
  `${column(alias, 'realm')} = ${bind(values, 'open', 'text')} or false`
const admin: Reader = { ...anonymous, roles: ['admin'] }
const narrowed: Reader = { ...admin, policy: openRealm }

let server: Server
let pool: Pool
let feed: Feed
let schema: GraphQLSchema
let edition: Edition
beforeAll(async () => {
  server = await startTestServer()
  const importMetadata = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(await server.send('admin', importMetadata, { document: JSON.stringify(document) }))
  pool = connect(server.appUrl, { max: 2 })
  feed = startFeed({ pool, pollEvery: 60_000, log: () => {} })
  const registry = await loadRegistry(pool, () => [])
  schema = await buildDataSchema(registry, buildAccountsSchema())
  edition = { revision: registry.revision, registry, findSchema: () => schema }
})
afterAll(async () => {
  await feed?.stop()
  await pool?.end()
  await server?.stop()
})

/** Answers a query as the server does, for any reader. */
async function ask(source: string, viewer: Reader): Promise<string> {
  const app: Context['app'] = {
    name: 'demo',
    pool,
    limits: usualLimits,
    tokenKey: deriveTokenKey('the secret of the tests', 'demo'),
    cursorKey: createSecretKey(Buffer.alloc(32)),
    readEdition: () => edition,
    reload: async () => {},
    forgetViewer: () => {},
    feed,
    wakeWorkflows: () => {},
    files: makeFiles(pool),
    allowPrivateAddresses: false,
    outgoing: makeOutgoing(pool, () => edition.registry),
  }
  const own = { viewer, recheckViewer: async () => viewer, address: '127.0.0.1', requestId: 'test' }
  const contextValue: Context = { app, ...own, edition, levels: new WeakMap() }
  const { data, errors } = await graphql({ schema, source, contextValue })
  if (errors) throw new Error(`${source} failed: ${errors.join()}`)
  return JSON.stringify(data)
}

const idOf = (kind: string, index: number): string =>
  `${kind.repeat(8)}-0000-4000-8000-${String(index).padStart(12, '0')}`
const [openGroup, hiddenGroup] = [idOf('a', 1), idOf('a', 2)]
const openItems = [1, 2, 3, 4].map((index) => idOf('b', index))
const hiddenItem = idOf('c', 0)
const someTime = '2026-01-31T12:00:00Z'

/** What stands in the hidden rows. */
type Hidden = Readonly<{
  group: Readonly<{ name: string | null; rank: number | null }>
  items: readonly Readonly<{ size: number | null; group: string | null; isDeleted: boolean }>[]
  parts: readonly Readonly<{ weight: number | null; item: number }>[]
  tags: readonly Readonly<{ word: string; items: readonly number[] }>[]
}>

const word = fc.constantFrom('a', 'm', 'z')
const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 3 })
const whole = orNull(fc.integer({ min: -3, max: 3 }))
const hidden: fc.Arbitrary<Hidden> = fc.record({
  group: fc.record({ name: orNull(word), rank: whole }),
  items: fc.array(
    fc.record({
      size: whole,
      group: orNull(fc.constantFrom(openGroup, hiddenGroup)),
      isDeleted: fc.boolean(),
    }),
    { maxLength: 5 },
  ),
  parts: fc.array(fc.record({ weight: whole, item: fc.nat(3) }), { maxLength: 5 }),
  tags: fc.array(fc.record({ word, items: fc.uniqueArray(fc.nat(3)) }), { maxLength: 3 }),
})
const nothing: Hidden = { group: { name: null, rank: null }, items: [], parts: [], tags: [] }
const plenty: Hidden = {
  group: { name: 'z', rank: 3 },
  items: [
    { size: 3, group: openGroup, isDeleted: false },
    { size: -3, group: openGroup, isDeleted: false },
    { size: 0, group: hiddenGroup, isDeleted: false },
    { size: 2, group: openGroup, isDeleted: true },
  ],
  parts: [0, 1, 1, 1, 3].map((item) => ({ weight: 3, item })),
  tags: [{ word: 'z', items: [1, 2, 3] }],
}

/** Stores the open rows, always the same, among hidden ones. */
async function store({ group, items, parts, tags }: Hidden): Promise<void> {
  await pool.unsafe('truncate items, groups, parts, tags, item_tags cascade')
  await insertRows(pool, 'groups', [
    { id: openGroup, realm: 'open', name: 'm', rank: 1 },
    { id: hiddenGroup, realm: 'hidden', ...group },
  ])
  await insertRows(pool, 'items', [
    ...openItems.map((id, index) => ({
      id,
      realm: 'open',
      code: `open ${index}`,
      size: [1, 0, null, -1][index],
      group_id: [openGroup, hiddenGroup, openGroup, null][index],
      deleted_at: null,
    })),
    { id: idOf('b', 9), realm: 'open', code: 'open 9', size: 2, group_id: openGroup, deleted_at: someTime },
    ...items.map((item, index) => ({
      id: idOf('c', index),
      realm: 'hidden',
      code: `hidden ${index}`,
      size: item.size,
      group_id: item.group,
      deleted_at: item.isDeleted ? someTime : null,
    })),
  ])
  await insertRows(pool, 'parts', [
    { id: idOf('d', 1), realm: 'open', weight: 1, item_id: openItems[0] },
    ...parts.map(({ weight, item }, index) => ({
      id: idOf('e', index),
      realm: 'hidden',
      weight,
      item_id: openItems[item],
    })),
  ])
  await insertRows(pool, 'tags', [
    { id: idOf('f', 1), realm: 'open', word: 'm' },
    ...tags.map((tag, index) => ({ id: idOf('9', index), realm: 'hidden', word: tag.word })),
  ])
  await insertRows(pool, 'item_tags', [
    { item_id: openItems[0], tag_id: idOf('f', 1) },
    ...tags.flatMap((tag, index) =>
      tag.items.map((item) => ({ item_id: openItems[item], tag_id: idOf('9', index) })),
    ),
  ])
}

const items = (input: string): string =>
  `{ items(${input}) { totalCount nodes { code } pageInfo { hasNextPage endCursor } } }`
const sorted = (orderBy: string): string => items(`orderBy: [${orderBy}], first: 2`)

const ways: readonly (readonly [string, string])[] = [
  ['by id', `{ item(id: "${hiddenItem}") { code } }`],
  ['by unique key', '{ itemBy(key: { code: "hidden 0" }) { id } }'],
  ['by global id', `{ node(nodeId: "${writeNodeId('Item', hiddenItem)}") { nodeId } }`],
  ['a list', '{ items(first: 100) { nodes { id } } }'],
  [
    'a list from its end',
    '{ items(last: 2, orderBy: [{ size: ASC }]) { nodes { id } pageInfo { hasPreviousPage startCursor } } }',
  ],
  ['a list behind an offset', '{ items(offset: 2, orderBy: [{ size: DESC }]) { nodes { id } } }'],
  ['a total count', '{ items { totalCount } }'],
  ['a relation to one', `{ item(id: "${openItems[1]}") { group { name } } }`],
  ['a relation to many', `{ group(id: "${openGroup}") { items { nodes { code } } } }`],
  ['the count of a relation to many', `{ group(id: "${openGroup}") { items { totalCount } } }`],
  ['a relation over a join table', '{ items { nodes { code tags { totalCount nodes { word } } } } }'],
  ['a filter to one', items('where: { group: { rank: { gt: 1 } } }')],
  ['a filter to one, negated', items('where: { not: { group: {} } }')],
  ['a filter to many, some', items('where: { parts: { some: { weight: { gt: 1 } } } }')],
  ['a filter to many, every', items('where: { parts: { every: { weight: { lt: 2 } } } }')],
  ['a filter to many, none', items('where: { parts: { none: {} } }')],
  ['a filter to many, count', items('where: { parts: { count: { gte: 2 } } }')],
  ['a filter over a join table', items('where: { tags: { some: { word: { neq: "m" } } } }')],
  ['a filter three deep', items('where: { parts: { some: { item: { group: { rank: { gt: 1 } } } } } }')],
  [
    'a filter through a hidden row',
    '{ parts(where: { item: { group: { items: { count: { gt: 2 } } } } }) { totalCount } }',
  ],
  ['an order through a relation', sorted('{ group: { rank: DESC_NULLS_LAST } }')],
  ['an order by a count', sorted('{ partsCount: DESC }')],
  ['an order by a count over a join table', sorted('{ tagsCount: DESC }')],
  ['an order by a count behind a relation', sorted('{ group: { itemsCount: DESC_NULLS_LAST } }')],
  ['an aggregate', '{ items { aggregate { count countDistinct { size } sum { size } max { code } } } }'],
  [
    'an aggregate behind a relation',
    `{ group(id: "${openGroup}") { items { aggregate { count min { size } } } } }`,
  ],
  [
    'an aggregate over a join table',
    '{ items { nodes { tags { aggregate { count countDistinct { word } } } } } }',
  ],
  ['groups', '{ itemsGrouped(by: [{ size: true }]) { key { size } aggregate { count max { code } } } }'],
  [
    'groups by a field behind a relation',
    '{ itemsGrouped(by: [{ group: { name: true } }]) { key { group { name } } aggregate { count } } }',
  ],
  [
    'groups with a condition on their figures',
    '{ itemsGrouped(by: [{ groupId: true }], having: { count: { gte: 3 } }) { key { groupId } } }',
  ],
  ['a search', '{ items(search: "open or hidden") { totalCount nodes { code } } }'],
  ['deleted rows', '{ items(deleted: ONLY) { totalCount nodes { code deletedAt } aggregate { count } } }'],
  ['deleted rows among the others', '{ items(deleted: INCLUDE, first: 100) { totalCount nodes { code } } }'],
]

describe('hidden rows', () => {
  test('change no answer', async () => {
    await store(nothing)
    const expected: string[] = []
    for (const [, query] of ways) expected.push(await ask(query, narrowed))
    const check = async (rows: Hidden): Promise<void> => {
      await store(rows)
      const answers: string[] = []
      for (const [, query] of ways) answers.push(await ask(query, narrowed))
      expect(answers).toEqual(expected)
    }
    await check(plenty)
    await fc.assert(fc.asyncProperty(hidden, check), {
      numRuns: process.env.METALOOM_TEST_SIZE === 'long' ? 500 : 15,
    })
  })

  test.each(ways)('would change the answer of %s if they were not hidden', async (_way, query) => {
    await store(plenty)
    expect(await ask(query, admin)).not.toBe(await ask(query, narrowed))
  })

  test.each(['items', 'groups', 'parts', 'tags', 'items(deleted: INCLUDE)', 'items(deleted: ONLY)'])(
    'leave all of %s away from a viewer without rights',
    async (list) => {
      await store(plenty)
      expect(
        await ask(`{ all: ${list} { totalCount nodes { id } } }`, { ...anonymous, policy: () => 'true' }),
      ).toBe('{"all":{"totalCount":0,"nodes":[]}}')
    },
  )
})
