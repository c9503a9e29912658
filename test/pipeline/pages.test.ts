// For random rows, filters and orders: the pages that the server gives are the list that the model gives.
import fc from 'fast-check'
import { afterAll, beforeAll, test } from 'vitest'
import { connect, type Pool } from '../../src/database/connect.ts'
import { dataOf, type Server, startTestServer } from '../support/server.ts'
import { insertRows } from './insert.ts'
import { type Group, holds, type Item, type Part, type SortKey, sortRows, type Tag } from './model.ts'

const document = {
  version: 1,
  entities: [
    {
      name: 'item',
      fields: [
        { name: 'label', type: 'string' },
        { name: 'size', type: 'int' },
        { name: 'price', type: 'decimal', precision: 2 },
        { name: 'at', type: 'timestamp' },
        { name: 'is_on', type: 'boolean' },
        { name: 'group_id', type: 'uuid' },
      ],
    },
    {
      name: 'group',
      fields: [
        { name: 'name', type: 'string' },
        { name: 'rank', type: 'int', required: true },
      ],
    },
    {
      name: 'part',
      soft_delete: false,
      fields: [
        { name: 'weight', type: 'int' },
        { name: 'item_id', type: 'uuid' },
      ],
    },
    { name: 'tag', fields: [{ name: 'word', type: 'string', required: true }] },
  ],
  relations: [
    { name: 'items', type: 'one_to_many', source: 'group', target: 'item', target_key: 'group_id' },
    { name: 'parts', type: 'one_to_many', source: 'item', target: 'part', target_key: 'item_id' },
    { name: 'tags', type: 'many_to_many', source: 'item', target: 'tag' },
  ],
}

let server: Server
let pool: Pool
beforeAll(async () => {
  server = await startTestServer()
  const importMetadata = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(await server.send('admin', importMetadata, { document: JSON.stringify(document) }))
  pool = connect(server.appUrl, { max: 2 })
})
afterAll(async () => {
  await pool?.end()
  await server?.stop()
})

/** Left as they are when a failure is made small: two rows must not get the same. */
const id = fc.noBias(fc.noShrink(fc.uuid()))
const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 3 })
const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 2 })
const whole = fc.integer({ min: -2, max: 2 })
const price = fc.constantFrom('-1.50', '0.00', '0.10', '2.00', '10.00')
const moment = fc.constantFrom(
  '2026-01-01T00:00:00.000Z',
  '2026-01-01T00:00:00.001Z',
  '2026-06-01T12:00:00.000Z',
)

const itemRow = fc.record({
  id,
  label: orNull(word),
  size: orNull(whole),
  price: orNull(price),
  at: orNull(moment),
  isOn: orNull(fc.boolean()),
  group: orNull(fc.nat(4)),
  isDead: fc.nat(5).map((number) => number === 0),
  parts: fc.array(fc.record({ id, weight: orNull(whole) }), { maxLength: 3 }),
  tags: fc.uniqueArray(fc.nat(2), { maxLength: 3 }),
})
type ItemRow = Readonly<typeof itemRow extends fc.Arbitrary<infer T> ? T : never>
const items = (maxLength: number) => fc.array(itemRow, { maxLength })
const groupRows = fc.tuple(
  ...[0, 1, 2, 3, 4].map(() =>
    fc.record({
      id,
      name: orNull(word),
      rank: whole,
      isDead: fc.nat(4).map((number) => number === 0),
    }),
  ),
)
type GroupRow = Readonly<{ id: string; name: string | null; rank: number; isDead: boolean }>
const tagRows: readonly Readonly<{ id: string; word: string; isDead: boolean }>[] = ['a', 'ab', 'c'].map(
  (text, index) => ({
    id: `0000000${index}-0000-4000-8000-000000000000`,
    word: text,
    isDead: index === 2,
  }),
)

const operators = (value: fc.Arbitrary<unknown>, more: readonly string[]) =>
  fc.oneof(
    fc.record({ isNull: fc.boolean() }),
    fc.record({ in: fc.array(value, { maxLength: 3 }) }),
    fc.record({ notIn: fc.array(value, { maxLength: 3 }) }),
    ...['eq', 'neq', ...more].map((operator) => fc.record({ [operator]: value })),
  )
const words = operators(word, ['contains', 'istartsWith'])
const wholes = operators(whole, ['gt', 'lte'])
const lists = (filter: fc.Arbitrary<unknown>) =>
  fc.record({ some: filter, every: filter, none: filter, count: wholes }, { requiredKeys: [] })

type Name = 'item' | 'group' | 'part' | 'tag'
const known = new Map<string, fc.Arbitrary<Record<string, unknown>>>()

/** Filters on an entity that are nested at most so many levels deep. */
function filtersOf(name: Name, levels: number): fc.Arbitrary<Record<string, unknown>> {
  const filter = known.get(`${name} ${levels}`) ?? makeFilters(name, levels)
  known.set(`${name} ${levels}`, filter)
  return filter
}

function makeFilters(name: Name, levels: number): fc.Arbitrary<Record<string, unknown>> {
  const conditions = { ...columnsOf[name], ...(levels > 1 ? relationsOf(name, levels - 1) : {}) }
  const single = Object.entries(conditions).map(([key, value]) => fc.record({ [key]: value }))
  const several = fc.record<Record<string, unknown>>(conditions, { requiredKeys: [] })
  if (levels === 1) return fc.oneof(...single, several)
  const inner = filtersOf(name, levels - 1)
  const list = fc.array(inner, { maxLength: 2 })
  return fc.oneof(
    ...single,
    several,
    fc.record({ and: list }),
    fc.record({ or: list }),
    fc.record({ not: inner }),
  )
}

const columnsOf: Readonly<Record<Name, Record<string, fc.Arbitrary<unknown>>>> = {
  item: {
    label: words,
    size: wholes,
    price: operators(price, ['gt', 'lte']),
    at: operators(moment, ['gt', 'lte']),
    isOn: operators(fc.boolean(), []),
  },
  group: { name: words, rank: wholes },
  part: { weight: wholes },
  tag: { word: words },
}

function relationsOf(name: Name, levels: number): Record<string, fc.Arbitrary<unknown>> {
  if (name === 'part') return { item: filtersOf('item', levels) }
  if (name === 'item')
    return {
      group: filtersOf('group', levels),
      parts: lists(filtersOf('part', levels)),
      tags: lists(filtersOf('tag', levels)),
    }
  return { items: lists(filtersOf('item', levels)) }
}

const filters = filtersOf('item', 5)

const sorts = fc.constantFrom(
  'ASC',
  'DESC',
  'ASC_NULLS_FIRST',
  'ASC_NULLS_LAST',
  'DESC_NULLS_FIRST',
  'DESC_NULLS_LAST',
)
const places = [
  'label',
  'size',
  'price',
  'at',
  'partsCount',
  'tagsCount',
  'group.name',
  'group.rank',
  'group.itemsCount',
]
const sortKeys = fc.uniqueArray(
  fc.record({ path: fc.constantFrom(...places).map((place) => place.split('.')), sort: sorts }),
  { maxLength: 3, selector: ({ path }) => path.join() },
)

/** Puts the rows into the database; those in it before go. */
async function store(groups: readonly GroupRow[], rows: readonly ItemRow[]): Promise<void> {
  await pool.unsafe('truncate items, groups, parts, tags, item_tags cascade')
  const withDeath = <T extends Mortal>({ isDead, ...row }: T): object => ({
    ...row,
    deleted_at: diedAt(isDead),
  })
  await insertRows(pool, 'groups', groups.map(withDeath))
  await insertRows(pool, 'tags', tagRows.map(withDeath))
  await storeItems(groups, rows)
}

async function storeItems(groups: readonly GroupRow[], rows: readonly ItemRow[]): Promise<void> {
  const stored = rows.map(({ id, label, size, price, at, isOn, group, isDead }) => ({
    ...{ id, label, size, price, at, is_on: isOn, deleted_at: diedAt(isDead) },
    group_id: group === null ? null : groups[group]?.id,
  }))
  const parts = rows.flatMap((row) => row.parts.map((part) => ({ ...part, item_id: row.id })))
  const links = rows.flatMap((row) => row.tags.map((tag) => ({ item_id: row.id, tag_id: tagRows[tag]?.id })))
  await insertRows(pool, 'items', stored)
  await insertRows(pool, 'parts', parts)
  await insertRows(pool, 'item_tags', links)
}

type Mortal = Readonly<{ isDead: boolean }>

function diedAt(isDead: boolean): string | null {
  return isDead ? '2026-01-01T00:00:00Z' : null
}

/** The same rows as the model has them: the living ones, linked with the living ones. */
function model(
  groups: readonly GroupRow[],
  rows: readonly ItemRow[],
): Readonly<{ items: readonly Item[]; groups: readonly Group[] }> {
  const living: (Group | null)[] = groups.map((row) => (row.isDead ? null : { ...row, items: [] }))
  const tags: (Tag & { items: Item[] })[] = tagRows.map((row) => ({ ...row, items: [] }))
  const all = rows
    .filter((row) => !row.isDead)
    .map((row): Item => {
      const group = row.group === null ? null : (living[row.group] ?? null)
      const parts: Part[] = []
      const item: Item = {
        ...row,
        group,
        parts,
        tags: row.tags.filter((tag) => !tagRows[tag]?.isDead).flatMap((tag) => tags[tag] ?? []),
      }
      for (const part of row.parts) parts.push({ ...part, item })
      for (const tag of item.tags) tags.find(({ id }) => id === tag.id)?.items.push(item)
      group?.items.push(item)
      return item
    })
  return { items: all, groups: living.filter((group) => group !== null) }
}

/** Writes a value as GraphQL does; directions are enums, the only texts in capitals. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, each]) => `${key}: ${literal(each)}`)
      .join(', ')} }`
  return JSON.stringify(value)
}

function writeOrderBy(keys: readonly SortKey[]): string {
  const write = ({ path, sort }: SortKey): string =>
    path.reduceRight((inner, step) => `{ ${step}: ${inner} }`, sort)
  return `[${keys.map(write).join(', ')}]`
}

type Walk = Readonly<{
  where: object
  keys: readonly SortKey[]
  size: number
  isBackward: boolean
  groupId?: string
}>

/** Reads all pages of a list in one direction; `between` runs after each. */
async function walk(
  { where, keys, size, isBackward, groupId }: Walk,
  between = async (): Promise<void> => {},
): Promise<readonly string[]> {
  const found: string[] = []
  let cursor: string | null = null
  for (;;) {
    const page = isBackward
      ? `last: ${size}, before: ${literal(cursor)}`
      : `first: ${size}, after: ${literal(cursor)}`
    const list = `items(where: ${literal(where)}, orderBy: ${writeOrderBy(keys)}, ${page}) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`
    const query = groupId === undefined ? `{ ${list} }` : `{ group(id: "${groupId}") { ${list} } }`
    const data = dataOf(await server.send('data', query))
    const { nodes, pageInfo } = (groupId === undefined ? data : data.group).items as {
      nodes: { id: string }[]
      pageInfo: Record<string, string | null>
    }
    found.splice(isBackward ? 0 : found.length, 0, ...nodes.map(({ id }) => id))
    if (!pageInfo[isBackward ? 'hasPreviousPage' : 'hasNextPage']) return found
    cursor = pageInfo[isBackward ? 'startCursor' : 'endCursor'] ?? null
    await between()
  }
}

const numRuns = process.env.METALOOM_TEST_SIZE === 'long' ? 1_500 : 40

function expectSame(found: readonly string[], expected: readonly string[]): void {
  if (found.join() !== expected.join())
    throw new Error(`found\n${found.join('\n')}\nexpected\n${expected.join('\n')}`)
}

test('pages, forwards and backwards, at the root and behind a relation, are the list filtered and sorted in memory', async () => {
  await fc.assert(
    fc.asyncProperty(
      groupRows,
      items(12),
      filters,
      sortKeys,
      fc.integer({ min: 1, max: 5 }),
      async (groups, rows, where, keys, size) => {
        await store(groups, rows)
        const all = model(groups, rows)
        const expected = sortRows(
          all.items.filter((item) => holds(where, item)),
          keys,
        )
        for (const isBackward of [false, true]) {
          expectSame(
            await walk({ where, keys, size, isBackward }),
            expected.map(({ id }) => id),
          )
          for (const group of all.groups) {
            const own = expected.filter((item) => item.group?.id === group.id)
            expectSame(
              await walk({ where, keys, size, isBackward, groupId: group.id }),
              own.map(({ id }) => id),
            )
          }
        }
        const counted = dataOf(
          await server.send('data', `{ items(where: ${literal(where)}) { totalCount } }`),
        )
        if (counted.items.totalCount !== expected.length)
          throw new Error(`counted ${counted.items.totalCount}, expected ${expected.length}`)
      },
    ),
    { numRuns },
  )
})

/** Rows that change nothing for others: they have no group and no tags. */
const strangers = fc.array(
  itemRow.map((row) => ({ ...row, group: null, tags: [] })),
  { minLength: 1, maxLength: 20 },
)

test('rows that come in while a list is walked neither hide nor repeat any that were there', async () => {
  await fc.assert(
    fc.asyncProperty(
      groupRows,
      items(12),
      strangers,
      filters,
      sortKeys,
      fc.boolean(),
      async (groups, rows, later, where, keys, isBackward) => {
        await store(groups, rows)
        const before = model(groups, rows).items.filter((item) => holds(where, item))
        const coming = [...later]
        const found = await walk({ where, keys, size: 2, isBackward }, async () => {
          await storeItems(groups, coming.splice(0, 2))
        })
        if (new Set(found).size !== found.length) throw new Error('a row came twice')
        const known = new Set(before.map(({ id }) => id))
        expectSame(
          found.filter((id) => known.has(id)),
          sortRows(before, keys).map(({ id }) => id),
        )
      },
    ),
    { numRuns },
  )
})
