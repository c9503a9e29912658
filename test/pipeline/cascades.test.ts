// What becomes of the records around one that is deleted or restored: every on_delete, every kind of record, circles too.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { administrator, type PipelineApp, refusalOf, startPipeline } from './app.ts'

const types = { many: 'one_to_many', one: 'one_to_one' } as const
const kinds = ['cascade', 'set_null', 'detach', 'restrict'] as const
const nobody = '99999999-9999-4999-8999-999999999999'

let app: PipelineApp

/** Starts the app of a group of tests, with empty tables for each of them. */
function useApp(document: unknown): void {
  let tables = ''
  beforeAll(async () => {
    app = await startPipeline(document)
    tables = [...app.registry.entities.values()].map(({ table }) => table).join(', ')
  })
  afterAll(() => app?.stop())
  beforeEach(async () => {
    await app.pool.unsafe(`truncate ${tables}, _audit, _outbox cascade`)
  })
}

const live = (table: string, field = 'name') =>
  app
    .rows(`select ${field} as told from ${table} where deleted_at is null order by 1`)
    .then((rows) => rows.map(({ told }) => told))
const countOf = async (from: string) =>
  (await app.rows(`select count(*)::int as count from ${from}`))[0]?.count

/** What the audit log says of a record after it was made, oldest first. */
async function lifeOf(key: unknown): Promise<readonly string[]> {
  const rows = await app.rows(
    "select action, actor from _audit where record_id = $1 and action <> 'create' order by id",
    String(key),
  )
  return rows.map(({ action, actor }) => `${action} by ${actor}`)
}

/** Records of which each one's parent is the one before, and the first one's the last. */
async function makeCircle(entity: string, names: readonly string[]): Promise<readonly unknown[]> {
  const ids: unknown[] = []
  for (const name of names) ids.push((await app.create(entity, { name, parent_id: ids.at(-1) ?? null })).id)
  await app.update(entity, ids[0], { parent_id: ids.at(-1) })
  return ids
}

describe('deleting a parent', () => {
  const keyFor = (parent: string, type: string, kind: string) => `${kind}_${type}_${parent}_id`
  const cases = ['soft', 'hard'].flatMap((parent) =>
    Object.keys(types).flatMap((type) =>
      kinds.map((kind) => ({ parent, type: type as 'many' | 'one', kind })),
    ),
  )
  useApp({
    entities: [
      { name: 'soft_parent', fields: [{ name: 'name', type: 'string' }] },
      { name: 'hard_parent', soft_delete: false, fields: [{ name: 'name', type: 'string' }] },
      ...[true, false].map((isSoft) => ({
        name: isSoft ? 'soft_child' : 'hard_child',
        soft_delete: isSoft,
        fields: cases.map(({ parent, type, kind }) => ({ name: keyFor(parent, type, kind), type: 'uuid' })),
      })),
    ],
    relations: ['soft', 'hard'].flatMap((child) =>
      cases.map(({ parent, type, kind }) => ({
        name: `${kind}_${type}_${child}`,
        type: types[type],
        source: `${parent}_parent`,
        target: `${child}_child`,
        target_key: keyFor(parent, type, kind),
        on_delete: kind,
      })),
    ),
  })

  /** A parent with a child; what is left of the child when the parent was deleted, and what was told of it. */
  async function deleteParent(parent: string, child: string, type: string, kind: string) {
    const key = keyFor(parent, type, kind)
    const { id } = await app.create(`${parent}_parent`, { name: 'p' })
    const made = await app.create(`${child}_child`, { [key]: id })
    const refusal = await refusalOf(app.remove(`${parent}_parent`, id))
    const dead = child === 'soft' ? 'deleted_at is not null' : 'false'
    const [row] = await app.rows(
      `select ${key} as key, ${dead} as dead from ${child}_children where id = $1`,
      made.id,
    )
    const state = row === undefined ? 'gone' : row.dead ? 'dead' : row.key === null ? 'free' : 'kept'
    return { refusal, state, life: await lifeOf(made.id) }
  }

  const none = 'nothing was refused'
  const erasure = 'delete by system:cascade'
  const release = 'update by system:cascade'
  const table = [
    { kind: 'cascade', parent: 'soft', child: 'soft', state: 'dead', life: [erasure] },
    { kind: 'cascade', parent: 'soft', child: 'hard', state: 'gone', life: [erasure] },
    {
      kind: 'cascade',
      parent: 'hard',
      child: 'soft',
      state: 'gone',
      life: [erasure, 'purge by system:purge'],
    },
    { kind: 'cascade', parent: 'hard', child: 'hard', state: 'gone', life: [erasure] },
    { kind: 'set_null', parent: 'soft', child: 'soft', state: 'free', life: [release] },
    { kind: 'set_null', parent: 'soft', child: 'hard', state: 'free', life: [release] },
    { kind: 'set_null', parent: 'hard', child: 'soft', state: 'free', life: [release] },
    { kind: 'set_null', parent: 'hard', child: 'hard', state: 'free', life: [release] },
    { kind: 'detach', parent: 'soft', child: 'soft', state: 'free', life: [release] },
    { kind: 'detach', parent: 'soft', child: 'hard', state: 'free', life: [release] },
    { kind: 'detach', parent: 'hard', child: 'soft', state: 'free', life: [release] },
    { kind: 'detach', parent: 'hard', child: 'hard', state: 'free', life: [release] },
    { kind: 'restrict', parent: 'soft', child: 'soft', state: 'kept', life: [] },
    { kind: 'restrict', parent: 'soft', child: 'hard', state: 'kept', life: [] },
    { kind: 'restrict', parent: 'hard', child: 'soft', state: 'kept', life: [] },
    { kind: 'restrict', parent: 'hard', child: 'hard', state: 'kept', life: [] },
  ].flatMap((row) => ['many', 'one'].map((type) => ({ ...row, type })))

  test.each(table)(
    'that is $parent with $kind (one to $type) leaves its $child child $state',
    async ({ kind, parent, child, type, state, life }) => {
      const name = `${parent}_parent.${kind}_${type}_${child}`
      const refused = `CONFLICT: The ${parent}_parent is still referred to by ${child}_child (relation ${name}); delete those first`
      expect(await deleteParent(parent, child, type, kind)).toEqual({
        refusal: kind === 'restrict' ? refused : none,
        state,
        life,
      })
    },
  )

  test('for good purges the children that had been deleted before', async () => {
    const key = keyFor('hard', 'many', 'restrict')
    const { id } = await app.create('hard_parent', { name: 'p' })
    const child = await app.create('soft_child', { [key]: id })
    await app.remove('soft_child', child.id)
    await app.remove('hard_parent', id)
    expect(await lifeOf(child.id)).toEqual([`delete by user:${administrator.id}`, 'purge by system:purge'])
    expect(await countOf('soft_children')).toBe(0)
  })

  test('that somebody else refers to by restrict leaves the children of other relations as they were', async () => {
    const { id } = await app.create('soft_parent', { name: 'p' })
    for (const kind of kinds) await app.create('soft_child', { [keyFor('soft', 'many', kind)]: id })
    expect(await refusalOf(app.remove('soft_parent', id))).toBe(
      'CONFLICT: The soft_parent is still referred to by soft_child (relation soft_parent.restrict_many_soft); delete those first',
    )
    expect(await countOf('soft_children where deleted_at is null and "_version" = 1')).toBe(4)
    expect(await countOf("_audit where action <> 'create'")).toBe(0)
  })

  test('takes a child along that another relation would only let go, told as deleted once', async () => {
    const { id } = await app.create('soft_parent', { name: 'p' })
    const child = await app.create('soft_child', {
      [keyFor('soft', 'many', 'cascade')]: id,
      [keyFor('soft', 'many', 'set_null')]: id,
    })
    await app.remove('soft_parent', id)
    expect((await lifeOf(child.id)).filter((each) => each.startsWith('delete'))).toEqual([erasure])
    expect(await countOf('soft_children where deleted_at is null')).toBe(0)
  })

  test('names in the audit row of a child that was let go what was lost, and who caused it', async () => {
    const key = keyFor('soft', 'many', 'set_null')
    const { id } = await app.create('soft_parent', { name: 'p' })
    const child = await app.create('soft_child', { [key]: id })
    await app.remove('soft_parent', id)
    expect(
      await app.rows("select old, new, changed, version, actor, user_id from _audit where action = 'update'"),
    ).toEqual([
      {
        old: expect.objectContaining({ id: child.id, [key]: id }),
        new: expect.objectContaining({ id: child.id, [key]: null }),
        changed: [key],
        version: 2,
        actor: 'system:cascade',
        user_id: administrator.id,
      },
    ])
  })
})

describe('a family of four generations', () => {
  const names = ['country', 'town', 'street', 'house']
  const entities = names.map((name, depth) => ({
    name,
    fields: [
      { name: 'name', type: 'string' },
      ...(depth === 0 ? [] : [{ name: `${names[depth - 1]}_id`, type: 'uuid', required: true }]),
    ],
  }))
  const relations = ['towns', 'streets', 'houses'].map((name, depth) => ({
    name,
    type: 'one_to_many',
    source: names[depth],
    target: names[depth + 1],
    target_key: `${names[depth]}_id`,
    on_delete: 'cascade',
  }))
  const survey = {
    entities: [
      {
        name: 'survey',
        fields: [
          { name: 'house_id', type: 'uuid' },
          { name: 'country_id', type: 'uuid' },
        ],
      },
      {
        name: 'road',
        fields: [
          { name: 'name', type: 'string' },
          { name: 'country_id', type: 'uuid' },
        ],
      },
      {
        name: 'lamp',
        fields: [
          { name: 'name', type: 'string' },
          { name: 'town_id', type: 'uuid' },
          { name: 'road_id', type: 'uuid' },
        ],
      },
    ],
    relations: [
      {
        name: 'surveys',
        type: 'one_to_many',
        source: 'house',
        target: 'survey',
        target_key: 'house_id',
        on_delete: 'restrict',
      },
      {
        name: 'surveys',
        type: 'one_to_many',
        source: 'country',
        target: 'survey',
        target_key: 'country_id',
        on_delete: 'cascade',
      },
      {
        name: 'roads',
        type: 'one_to_many',
        source: 'country',
        target: 'road',
        target_key: 'country_id',
        on_delete: 'cascade',
      },
      {
        name: 'lamps',
        type: 'one_to_many',
        source: 'town',
        target: 'lamp',
        target_key: 'town_id',
        on_delete: 'cascade',
      },
      {
        name: 'lamps',
        type: 'one_to_many',
        source: 'road',
        target: 'lamp',
        target_key: 'road_id',
        on_delete: 'cascade',
      },
    ],
  }
  useApp({ entities: [...entities, ...survey.entities], relations: [...relations, ...survey.relations] })

  async function makeFamily() {
    const country = await app.create('country', {
      name: 'c',
      towns: [
        { name: 't1', streets: [{ name: 's1', houses: [{ name: 'h1' }, { name: 'h2' }] }, { name: 's2' }] },
        { name: 't2', streets: [{ name: 's3', houses: [{ name: 'h3' }] }] },
      ],
    })
    return country.id
  }
  const idOf = async (table: string, name: string) =>
    (await app.rows(`select id from ${table} where name = $1`, name))[0]?.id
  const living = async () =>
    (await Promise.all(['countries', 'towns', 'streets', 'houses'].map((each) => live(each)))).flat()

  test('is deleted with its first member, each member once', async () => {
    const id = await makeFamily()
    await app.remove('country', id)
    expect(await living()).toEqual([])
    expect(
      await app.rows(
        "select entity, count(*)::int as count from _audit where action = 'delete' group by 1 order by 1",
      ),
    ).toEqual([
      { entity: 'country', count: 1 },
      { entity: 'house', count: 3 },
      { entity: 'street', count: 3 },
      { entity: 'town', count: 2 },
    ])
  })

  test('comes back whole with its first member', async () => {
    const id = await makeFamily()
    await app.remove('country', id)
    await app.restore('country', id)
    expect(await living()).toEqual(['c', 't1', 't2', 's1', 's2', 's3', 'h1', 'h2', 'h3'])
  })

  test('tells the audit log that the system brought the children back', async () => {
    const id = await makeFamily()
    await app.remove('country', id)
    await app.restore('country', id)
    expect(await lifeOf(id)).toEqual([
      `delete by user:${administrator.id}`,
      `restore by user:${administrator.id}`,
    ])
    expect(await lifeOf(await idOf('houses', 'h3'))).toEqual([
      'delete by system:cascade',
      'restore by system:restore',
    ])
  })

  test('comes back without the members that had gone before, at every depth', async () => {
    const id = await makeFamily()
    await app.remove('house', await idOf('houses', 'h2'))
    await app.remove('street', await idOf('streets', 's2'))
    await app.remove('town', await idOf('towns', 't2'))
    await app.remove('country', id)
    await app.restore('country', id)
    expect(await living()).toEqual(['c', 't1', 's1', 'h1'])
  })

  test('keeps what went in another act to be restored on its own, with what went with it', async () => {
    const id = await makeFamily()
    await app.remove('town', await idOf('towns', 't2'))
    await app.remove('country', id)
    await app.restore('country', id)
    await app.restore('town', await idOf('towns', 't2'))
    expect(await living()).toEqual(['c', 't1', 't2', 's1', 's2', 's3', 'h1', 'h2', 'h3'])
  })

  test.each([
    ['town', 'towns', 't1', 'country'],
    ['street', 'streets', 's1', 'town'],
    ['house', 'houses', 'h1', 'street'],
  ])('does not bring back a %s without its parent', async (entity, table, name, parent) => {
    const id = await makeFamily()
    await app.remove('country', id)
    const own = await idOf(table, name)
    const [row] = await app.rows(`select ${parent}_id as parent from ${table} where id = $1`, own)
    expect(await refusalOf(app.restore(entity, own))).toBe(
      `NOT_FOUND: ${parent}_id: leads to no ${parent}: there is none with the id "${row?.parent}"`,
    )
  })

  test('stays whole when a great-grandchild is referred to by restrict', async () => {
    const id = await makeFamily()
    await app.create('survey', { house_id: await idOf('houses', 'h3') })
    expect(await refusalOf(app.remove('country', id))).toBe(
      'CONFLICT: The house is still referred to by survey (relation house.surveys); delete those first',
    )
    expect(await living()).toHaveLength(9)
  })

  test('goes when whoever refers to it by restrict goes in the same act', async () => {
    const id = await makeFamily()
    await app.create('survey', { house_id: await idOf('houses', 'h3'), country_id: id })
    await app.remove('country', id)
    expect(await countOf('surveys where deleted_at is null')).toBe(0)
  })

  async function makeLamp(country_id: unknown) {
    const road = await app.create('road', { name: 'r', country_id })
    return app.create('lamp', { name: 'l', town_id: await idOf('towns', 't1'), road_id: road.id })
  }

  test('deletes a record once to which two ways lead', async () => {
    const id = await makeFamily()
    const lamp = await makeLamp(id)
    await app.remove('country', id)
    expect(await lifeOf(lamp.id)).toEqual(['delete by system:cascade'])
  })

  test('brings a record back to which two ways lead', async () => {
    const id = await makeFamily()
    await makeLamp(id)
    await app.remove('country', id)
    await app.restore('country', id)
    expect([await live('roads'), await live('lamps')]).toEqual([['r'], ['l']])
  })

  test('is restored no second time', async () => {
    const id = await makeFamily()
    await app.remove('country', id)
    await app.restore('country', id)
    expect(await refusalOf(app.restore('country', id))).toBe(
      `NOT_FOUND: There is no country with the id "${id}"`,
    )
  })

  test('is deleted no second time', async () => {
    const id = await makeFamily()
    await app.remove('country', id)
    expect(await refusalOf(app.remove('country', id))).toBe(
      `NOT_FOUND: There is no country with the id "${id}"`,
    )
    expect(await refusalOf(app.remove('country', nobody))).toBe(
      `NOT_FOUND: There is no country with the id "${nobody}"`,
    )
  })
})

describe('a circle', () => {
  const self = (name: string, on_delete: string, soft_delete = true) => ({
    entities: [
      {
        name,
        soft_delete,
        fields: [
          { name: 'name', type: 'string' },
          { name: 'parent_id', type: 'uuid' },
        ],
      },
    ],
    relations: [
      {
        name: 'parts',
        type: 'one_to_many',
        source: name,
        target: name,
        target_key: 'parent_id',
        ownership: 'none',
        on_delete,
      },
    ],
  })
  const parts = [
    self('folder', 'cascade'),
    self('page', 'cascade', false),
    self('person', 'set_null'),
    self('team', 'restrict'),
  ]
  const pair = (name: string, other: string) => ({
    entities: [
      {
        name,
        fields: [
          { name: 'name', type: 'string' },
          { name: `${other}_id`, type: 'uuid' },
        ],
      },
    ],
    relations: [
      {
        name: `${name}s`,
        type: 'one_to_many',
        source: other,
        target: name,
        target_key: `${other}_id`,
        on_delete: 'cascade',
      },
    ],
  })
  const all = [...parts, pair('hen', 'egg'), pair('egg', 'hen')]
  useApp({
    entities: all.flatMap(({ entities }) => entities),
    relations: all.flatMap(({ relations }) => relations),
  })

  const deletions = () =>
    app.rows(
      "select count(*)::int as count, count(distinct record_id)::int as records from _audit where action = 'delete'",
    )

  test.each([
    ['one that is its own parent', ['a']],
    ['two', ['a', 'b']],
    ['three', ['a', 'b', 'c']],
  ])('of %s is deleted as a whole, each record once', async (_size, names) => {
    const [first] = await makeCircle('folder', names)
    await app.remove('folder', first)
    expect(await live('folders')).toEqual([])
    expect(await deletions()).toEqual([{ count: names.length, records: names.length }])
  })

  test.each([
    ['one that is its own parent', ['a']],
    ['two', ['a', 'b']],
    ['three', ['a', 'b', 'c']],
  ])('of %s comes back as a whole', async (_size, names) => {
    const [first] = await makeCircle('folder', names)
    await app.remove('folder', first)
    await app.restore('folder', first)
    expect(await live('folders')).toEqual(names)
  })

  test.each([
    ['one that is its own parent', ['a']],
    ['two', ['a', 'b']],
    ['three', ['a', 'b', 'c']],
  ])('of %s is deleted for good as a whole', async (_size, names) => {
    const [first] = await makeCircle('page', names)
    await app.remove('page', first)
    expect(await countOf('pages')).toBe(0)
    expect(await deletions()).toEqual([{ count: names.length, records: names.length }])
  })

  test('through two entities is deleted as a whole', async () => {
    const hen = await app.create('hen', { name: 'hen' })
    const egg = await app.create('egg', { name: 'egg', hen_id: hen.id })
    await app.update('hen', hen.id, { egg_id: egg.id })
    await app.remove('egg', egg.id)
    expect([await live('hens'), await live('eggs')]).toEqual([[], []])
  })

  test('through two entities comes back as a whole', async () => {
    const hen = await app.create('hen', { name: 'hen' })
    const egg = await app.create('egg', { name: 'egg', hen_id: hen.id })
    await app.update('hen', hen.id, { egg_id: egg.id })
    await app.remove('egg', egg.id)
    await app.restore('egg', egg.id)
    expect([await live('hens'), await live('eggs')]).toEqual([['hen'], ['egg']])
  })

  test('of set_null loses the record, and the next one its parent', async () => {
    const [first, second] = await makeCircle('person', ['a', 'b', 'c'])
    await app.remove('person', first)
    expect(await live('people')).toEqual(['b', 'c'])
    expect(await app.rows('select parent_id from people where id = $1', second)).toEqual([
      { parent_id: null },
    ])
  })

  test('of set_null lets a record go that is its own parent', async () => {
    const [first] = await makeCircle('person', ['a'])
    await app.remove('person', first)
    expect(await live('people')).toEqual([])
  })

  test('of restrict holds its records, one by one', async () => {
    const [first] = await makeCircle('team', ['a', 'b'])
    expect(await refusalOf(app.remove('team', first))).toBe(
      'CONFLICT: The team is still referred to by team (relation team.parts); delete those first',
    )
  })

  test('of restrict lets all of its records go at once', async () => {
    const ids = await makeCircle('team', ['a', 'b', 'c'])
    const entity = app.registry.entities.get('team')
    const records = ids.map((key) => ({ action: 'delete', entity, path: '', key }))
    await app.send({ kind: 'records', records } as never)
    expect(await live('teams')).toEqual([])
  })

  test('of restrict does not hold a record to which only itself refers', async () => {
    const [first] = await makeCircle('team', ['a'])
    await app.remove('team', first)
    expect(await live('teams')).toEqual([])
  })
})

describe('links of a many_to_many', () => {
  const entity = (name: string, soft_delete = true) => ({
    name,
    soft_delete,
    fields: [{ name: 'name', type: 'string' }],
  })
  const joins = [
    { name: 'tags', source: 'post', target: 'tag' },
    { name: 'marks', source: 'post', target: 'mark' },
    { name: 'seals', source: 'post', target: 'seal', on_delete: 'restrict' },
    { name: 'labels', source: 'note', target: 'tag' },
    { name: 'posts', source: 'post', target: 'post' },
  ]
  useApp({
    entities: [entity('post'), entity('tag'), entity('mark', false), entity('seal'), entity('note', false)],
    relations: joins.map((join) => ({
      ...join,
      type: 'many_to_many',
      join_table: `${join.source}_${join.name}`,
    })),
  })

  test('go neither with the softly deleted source nor with its return', async () => {
    const tag = await app.create('tag', { name: 't' })
    const post = await app.create('post', { name: 'p', tags: [{ id: tag.id }] })
    await app.remove('post', post.id)
    expect(await live('tags')).toEqual(['t'])
    await app.restore('post', post.id)
    expect(await countOf('post_tags')).toBe(1)
  })

  test('go with the source that is deleted for good', async () => {
    const tag = await app.create('tag', { name: 't' })
    const note = await app.create('note', { name: 'n', labels: [{ id: tag.id }] })
    await app.remove('note', note.id)
    expect([await countOf('note_labels'), await live('tags')]).toEqual([0, ['t']])
  })

  test('go with the target that is deleted for good, and the source stays as it was', async () => {
    const mark = await app.create('mark', { name: 'm' })
    await app.create('post', { name: 'p', marks: [{ id: mark.id }] })
    await app.remove('mark', mark.id)
    expect([await countOf('post_marks'), await countOf('posts where "_version" = 1')]).toEqual([0, 1])
  })

  test('of restrict refuse to delete the source', async () => {
    const post = await app.create('post', { name: 'p', seals: [{ name: 's' }] })
    expect(await refusalOf(app.remove('post', post.id))).toBe(
      'CONFLICT: The post is still referred to by seal (relation post.seals); delete those first',
    )
    expect(await live('posts')).toEqual(['p'])
  })

  test('of restrict to dead records do not hold the source', async () => {
    const post = await app.create('post', { name: 'p', seals: [{ name: 's' }] })
    const [seal] = await app.rows('select id from seals')
    await app.remove('seal', seal?.id)
    await app.remove('post', post.id)
    expect(await live('posts')).toEqual([])
  })

  test('of restrict hold the source no longer once they are gone', async () => {
    const post = await app.create('post', { name: 'p', seals: [{ name: 's' }] })
    await app.update('post', post.id, { seals: { mode: 'replace', data: [] } })
    await app.remove('post', post.id)
    expect([await live('posts'), await live('seals')]).toEqual([[], ['s']])
  })

  test('lead from a record to itself without holding it', async () => {
    const post = await app.create('post', { name: 'p' })
    await app.update('post', post.id, { posts: [{ id: post.id }] })
    await app.remove('post', post.id)
    expect(await live('posts')).toEqual([])
  })
})

describe('a unique value', () => {
  useApp({
    entities: [
      {
        name: 'invoice',
        unique_together: [['year', 'place']],
        fields: [
          { name: 'name', type: 'string', unique: true },
          { name: 'year', type: 'int' },
          { name: 'place', type: 'int' },
        ],
      },
      {
        name: 'item',
        fields: [
          { name: 'name', type: 'string', unique: true },
          { name: 'invoice_id', type: 'uuid' },
        ],
      },
      {
        name: 'cover',
        fields: [
          { name: 'name', type: 'string' },
          { name: 'invoice_id', type: 'uuid' },
        ],
      },
    ],
    relations: [
      {
        name: 'items',
        type: 'one_to_many',
        source: 'invoice',
        target: 'item',
        target_key: 'invoice_id',
        on_delete: 'cascade',
      },
      {
        name: 'cover',
        type: 'one_to_one',
        source: 'invoice',
        target: 'cover',
        target_key: 'invoice_id',
        on_delete: 'cascade',
      },
    ],
  })

  test('of a dead record is free again', async () => {
    const { id } = await app.create('invoice', { name: 'A-1' })
    await app.remove('invoice', id)
    await app.create('invoice', { name: 'A-1' })
    expect(await live('invoices')).toEqual(['A-1'])
  })

  test('that was taken meanwhile keeps a dead record from its return', async () => {
    const { id } = await app.create('invoice', { name: 'A-1' })
    await app.remove('invoice', id)
    await app.create('invoice', { name: 'A-1' })
    expect(await refusalOf(app.restore('invoice', id))).toBe(
      'CONFLICT: name is taken: another invoice has the same name',
    )
  })

  test('of several fields that was taken meanwhile keeps a dead record from its return', async () => {
    const { id } = await app.create('invoice', { year: 2026, place: 1 })
    await app.remove('invoice', id)
    await app.create('invoice', { year: 2026, place: 1 })
    expect(await refusalOf(app.restore('invoice', id))).toBe(
      'CONFLICT: year, place is taken: another invoice has the same year and place',
    )
  })

  test('that a child lost meanwhile keeps the whole family from its return', async () => {
    const { id } = await app.create('invoice', { name: 'A-1', items: [{ name: 'one' }, { name: 'two' }] })
    await app.remove('invoice', id)
    await app.create('item', { name: 'two' })
    expect(await refusalOf(app.restore('invoice', id))).toBe(
      'CONFLICT: name is taken: another item has the same name',
    )
    expect([await live('invoices'), await live('items')]).toEqual([[], ['two']])
  })

  test('lets the dead record return once it is free', async () => {
    const { id } = await app.create('invoice', { name: 'A-1' })
    await app.remove('invoice', id)
    const other = await app.create('invoice', { name: 'A-1' })
    await app.remove('invoice', other.id)
    await app.restore('invoice', id)
    expect(await app.rows('select id from invoices where deleted_at is null')).toEqual([{ id }])
  })

  test('as the key of a one_to_one counts live rows only', async () => {
    const { id } = await app.create('invoice', { name: 'A-1', cover: [{ name: 'first' }] })
    const [first] = await app.rows('select id from covers')
    await app.remove('cover', first?.id)
    await app.create('cover', { name: 'second', invoice_id: id })
    expect(await refusalOf(app.restore('cover', first?.id))).toBe(
      'CONFLICT: invoice_id is taken: another cover has the same invoice_id',
    )
  })
})

describe('rules and computed fields', () => {
  const text = { name: 'name', type: 'string' }
  const lines = (source: string, target: string) => ({
    name: 'lines',
    type: 'one_to_many',
    source,
    target,
    target_key: 'owner_id',
    on_delete: 'cascade',
  })
  const line = [
    { name: 'amount', type: 'int' },
    { name: 'owner_id', type: 'uuid' },
  ]
  const load = { related_load: [{ relation: 'lines' }] }
  useApp({
    entities: [
      { name: 'order', fields: [text, { name: 'total', type: 'int' }, { name: 'status', type: 'string' }] },
      { name: 'line', fields: line },
      { name: 'letter', fields: [text] },
      { name: 'letter_line', fields: line },
    ],
    relations: [lines('order', 'line'), lines('letter', 'letter_line')],
    rules: [
      {
        name: 'total',
        entity: 'order',
        type: 'computed',
        definition: { field: 'total', expression: "sum(related.lines, 'amount')", ...load },
      },
      {
        name: 'some',
        entity: 'letter',
        type: 'expression',
        definition: { expression: 'len(related.lines) == 0', message: 'Needs a line', ...load },
      },
      {
        name: 'locked',
        entity: 'line',
        hook: 'before_delete',
        type: 'expression',
        definition: { expression: 'record.amount >= 100', message: 'Large lines stay' },
      },
    ],
    state_machines: [
      {
        entity: 'order',
        field: 'status',
        definition: { initial: 'open', transitions: [{ from: 'open', to: 'closed' }] },
      },
    ],
  })

  test('of a child may refuse to delete its parent, and nothing goes', async () => {
    const { id } = await app.create('order', { name: 'o', lines: [{ amount: 1 }, { amount: 100 }] })
    expect(await refusalOf(app.remove('order', id))).toBe('VALIDATION_FAILED: Large lines stay')
    expect(await countOf('lines where deleted_at is null')).toBe(2)
  })

  test('see the children that come back along with their parent', async () => {
    const { id } = await app.create('letter', { name: 'l', lines: [{ amount: 1 }] })
    await app.remove('letter', id)
    await app.restore('letter', id)
    expect(await live('letters')).toEqual(['l'])
  })

  test('are as they were when a parent comes back with its children', async () => {
    const { id } = await app.create('order', { name: 'o', lines: [{ amount: 1 }, { amount: 2 }] })
    await app.remove('order', id)
    expect(await app.restore('order', id)).toMatchObject({ name: 'o', total: 3, _version: 3 })
    expect(await app.rows('select total from orders')).toEqual([{ total: 3 }])
  })

  test('are told again when a child comes back alone', async () => {
    const { id } = await app.create('order', { name: 'o', lines: [{ amount: 1 }, { amount: 2 }] })
    const [line] = await app.rows('select id from lines where amount = 2')
    await app.remove('line', line?.id)
    await app.restore('line', line?.id)
    expect(await app.rows('select total from orders where id = $1', id)).toEqual([{ total: 3 }])
  })

  test('take a restored record for no new one: it keeps its state', async () => {
    const { id } = await app.create('order', { name: 'o', lines: [{ amount: 1 }] })
    await app.update('order', id, { status: 'closed' })
    await app.remove('order', id)
    await app.restore('order', id)
    expect(await live('orders', 'status')).toEqual(['closed'])
  })
})

describe('deleting a record for good', () => {
  const entity = (name: string, soft_delete: boolean, ...keys: string[]) => ({
    name,
    soft_delete,
    fields: [{ name: 'name', type: 'string' }, ...keys.map((key) => ({ name: key, type: 'uuid' }))],
  })
  const relation = (source: string, target: string, target_key = `${source}_id`) => ({
    name: `${target}_list`,
    type: 'one_to_many',
    source,
    target,
    target_key,
    on_delete: 'cascade',
  })
  useApp({
    entities: [
      entity('vault', false),
      entity('box', true, 'vault_id', 'parent_id'),
      entity('ring', true, 'box_id'),
      entity('stone', true, 'ring_id'),
    ],
    relations: [
      relation('vault', 'box'),
      relation('box', 'box', 'parent_id'),
      relation('box', 'ring'),
      relation('ring', 'stone'),
    ],
  })

  test('purges dead records at any depth, those last that others point at', async () => {
    const { id } = await app.create('vault', {
      name: 'v',
      box_list: [{ name: 'b', ring_list: [{ name: 'r', stone_list: [{ name: 's' }] }] }],
    })
    const [box] = await app.rows('select id from boxes')
    await app.remove('box', box?.id)
    await app.remove('vault', id)
    expect(await app.rows("select entity from _audit where action = 'purge' order by id")).toEqual([
      { entity: 'stone' },
      { entity: 'ring' },
      { entity: 'box' },
    ])
    expect(await countOf('boxes')).toBe(0)
  })

  test('tells the world of no record that is only purged', async () => {
    const { id } = await app.create('vault', { name: 'v', box_list: [{ name: 'b' }] })
    const [box] = await app.rows('select id from boxes')
    await app.remove('box', box?.id)
    await app.remove('vault', id)
    const told = await app.rows("select entity, payload->>'action' as action from _outbox order by id")
    expect(told.map((each) => `${each.action} ${each.entity}`)).toEqual([
      'create vault',
      'create box',
      'delete box',
      'delete vault',
    ])
  })

  test.each([
    ['one', ['a']],
    ['two', ['a', 'b']],
    ['three', ['a', 'b', 'c']],
  ])('purges a circle of %s dead records', async (_size, names) => {
    const { id } = await app.create('vault', { name: 'v' })
    const [first] = await makeCircle('box', names)
    await app.update('box', first, { vault_id: id })
    await app.remove('vault', id)
    expect(await countOf('boxes')).toBe(0)
  })
})
