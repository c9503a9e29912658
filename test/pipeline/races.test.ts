// Writes that meet: whatever the order in which PostgreSQL lets them pass, the data is right and every refusal is told.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Sql } from '../../src/database/connect.ts'
import { entityOf } from '../../src/metadata/registry.ts'
import type { Value } from '../../src/metadata/value.ts'
import { type Given, type PipelineApp, planRecord, refusalOf, startPipeline } from './app.ts'

const name = { name: 'name', type: 'string' }
const key = (of: string) => ({ name: `${of}_id`, type: 'uuid' })
const toMany = (source: string, target: string, on_delete: string, rest: object = {}) => ({
  name: `${target}_list`,
  type: 'one_to_many',
  source,
  target,
  target_key: `${source}_id`,
  on_delete,
  ...rest,
})
const sumOf = (entity: string, relation: string) => ({
  name: `${entity}_total`,
  entity,
  type: 'computed',
  definition: {
    field: 'total',
    expression: `sum(related.${relation}, 'amount')`,
    related_load: [{ relation }],
  },
})

const document = {
  entities: [
    {
      name: 'account',
      fields: [
        { ...name, unique: true },
        { name: 'balance', type: 'int', default: 0 },
      ],
    },
    { name: 'post', slug: { field: 'slug', source: 'title' }, fields: [{ name: 'title', type: 'string' }] },
    { name: 'ticket', fields: [{ name: 'status', type: 'string' }] },
    { name: 'customer', fields: [name] },
    { name: 'contract', fields: [name, key('customer')] },
    { name: 'project', fields: [name] },
    { name: 'task', fields: [name, key('project')] },
    { name: 'step', fields: [name, key('task')] },
    { name: 'shelf', soft_delete: false, fields: [name] },
    { name: 'book', fields: [name, key('shelf')] },
    { name: 'cover', fields: [name, key('customer')] },
    { name: 'order', fields: [name, { name: 'total', type: 'int' }] },
    { name: 'product', fields: [name, { name: 'total', type: 'int' }] },
    { name: 'line', fields: [{ name: 'amount', type: 'int', default: 1 }, key('order'), key('product')] },
    { name: 'tag', fields: [name, { name: 'used', type: 'int', default: 0 }] },
    { name: 'folder', fields: [name, key('folder')] },
  ],
  relations: [
    toMany('customer', 'contract', 'restrict'),
    toMany('customer', 'cover', 'cascade', { type: 'one_to_one' }),
    toMany('project', 'task', 'cascade'),
    toMany('task', 'step', 'cascade'),
    toMany('shelf', 'book', 'set_null', { ownership: 'none' }),
    toMany('order', 'line', 'cascade'),
    toMany('product', 'line', 'restrict'),
    toMany('folder', 'folder', 'cascade'),
    { name: 'tags', type: 'many_to_many', source: 'post', target: 'tag', join_table: 'post_tags' },
  ],
  rules: [sumOf('order', 'line_list'), sumOf('product', 'line_list')],
  state_machines: [
    {
      entity: 'ticket',
      field: 'status',
      definition: {
        initial: 'open',
        transitions: [
          { from: 'open', to: 'won' },
          { from: 'open', to: 'lost' },
        ],
      },
    },
  ],
}

let app: PipelineApp
let tables = ''
beforeAll(async () => {
  app = await startPipeline(document)
  tables = [...app.registry.entities.values()].map(({ table }) => `"${table}"`).join(', ')
})
afterAll(() => app?.stop())
beforeEach(async () => {
  await app.pool.unsafe(`truncate ${tables}, _audit, _outbox cascade`)
})

const done = 'nothing was refused'
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))

/** Lets all writes run at once and counts how they ended. */
async function race(writes: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const ending of await Promise.all(writes.map(refusalOf))) counts[ending] = (counts[ending] ?? 0) + 1
  return counts
}

/** Holds a row until all writes wait for it or have ended, so that they meet for certain. */
async function raceBehind(table: string, id: unknown, writes: readonly (() => Promise<unknown>)[]) {
  let ended = 0
  const run = async (start: () => Promise<unknown>) => start().finally(() => ended++)
  let running: Promise<Record<string, number>> | undefined
  await app.pool.begin(async (sql) => {
    await sql.unsafe(`select 1 from "${table}" where id = '${id}' for update`)
    running = race(writes.map(run))
    for (let waiting = 0; waiting + ended < writes.length; ) waiting = await countWaiting(sql)
  })
  return running
}

/** A transaction sees the others as they were when it first looked, unless it asks to see them anew. */
async function countWaiting(sql: Sql): Promise<number> {
  await sql.unsafe('select pg_stat_clear_snapshot()')
  const [row] = await sql.unsafe(
    "select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  )
  return row?.count
}

const countOf = async (from: string) =>
  (await app.rows(`select count(*)::int as count from ${from}`))[0]?.count
const totalOf = async (table: string, id: unknown) =>
  (await app.rows(`select total from ${table} where id = $1`, id))[0]?.total
const planUpdate = (entity: string, id: unknown, given: Given) =>
  planRecord(
    app.registry,
    { action: 'update', entity: entityOf(app.registry, entity), path: '', key: id as Value },
    given,
  )

describe('writes of one record', () => {
  test('with the same version in mind: one passes, nine are told the new version', async () => {
    const { id } = await app.create('account', { name: 'a' })
    const update = (balance: number) => () =>
      app.send({
        kind: 'records',
        records: [{ ...planUpdate('account', id, { balance }), ifVersion: 1 } as never],
      })
    expect(
      await raceBehind(
        'accounts',
        id,
        times(10, (index) => update(index + 1)),
      ),
    ).toEqual({
      [done]: 1,
      'CONFLICT: The account has version 2, not 1; read it again and decide anew': 9,
    })
    expect(await app.rows('select "_version" as version from accounts')).toEqual([{ version: 2 }])
  })

  test('without a version in mind all pass, one after another, each with its version and audit row', async () => {
    const { id } = await app.create('account', { name: 'a' })
    const update = (balance: number) => () => app.update('account', id, { balance })
    expect(
      await raceBehind(
        'accounts',
        id,
        times(10, (index) => update(index + 1)),
      ),
    ).toEqual({ [done]: 10 })
    const versions = await app.rows("select version from _audit where action = 'update' order by id")
    expect(versions.map(({ version }) => version)).toEqual(times(10, (index) => index + 2))
  })

  test('that change different fields keep both', async () => {
    const { id } = await app.create('account', { name: 'a' })
    const writes = [
      () => app.update('account', id, { name: 'b' }),
      () => app.update('account', id, { balance: 7 }),
    ]
    expect(await raceBehind('accounts', id, writes)).toEqual({ [done]: 2 })
    expect(await app.rows('select name, balance from accounts')).toEqual([{ name: 'b', balance: 7 }])
  })

  test('by two transitions: one wins, the other is told where the record is', async () => {
    for (let round = 0; round < 10; round++) {
      const { id } = await app.create('ticket', {})
      const take = (status: string) => () => app.update('ticket', id, { status })
      const states = round % 2 ? ['won', 'lost'] : ['lost', 'won']
      const endings = await raceBehind('tickets', id, states.map(take))
      const [row] = await app.rows('select status from tickets where id = $1', id)
      const other = row?.status === 'won' ? 'lost' : 'won'
      expect(endings).toEqual({
        [done]: 1,
        [`TRANSITION_REFUSED: status: cannot go from "${row?.status}" to "${other}"; no transition leads on from there`]: 1,
      })
    }
  })

  test('by an update and a delete leave it dead, and the update is there or finds nothing', async () => {
    for (let round = 0; round < 20; round++) {
      const { id } = await app.create('account', { name: 'a' })
      const writes = [() => app.remove('account', id), () => app.update('account', id, { balance: 7 })]
      const endings = await raceBehind('accounts', id, round % 2 ? writes : writes.reverse())
      const [row] = await app.rows(
        'select balance, deleted_at is null as live from accounts where id = $1',
        id,
      )
      const missing = { [done]: 1, [`NOT_FOUND: There is no account with the id "${id}"`]: 1 }
      expect(row?.live).toBe(false)
      expect(endings).toEqual(row?.balance === 7 ? { [done]: 2 } : missing)
    }
  })

  test('by ten deletes: one passes, nine find nothing', async () => {
    const { id } = await app.create('account', { name: 'a' })
    expect(
      await raceBehind(
        'accounts',
        id,
        times(10, () => () => app.remove('account', id)),
      ),
    ).toEqual({
      [done]: 1,
      [`NOT_FOUND: There is no account with the id "${id}"`]: 9,
    })
    expect(await countOf("_audit where action = 'delete'")).toBe(1)
  })

  test('by ten restores: one passes, nine find nothing to restore', async () => {
    const { id } = await app.create('account', { name: 'a' })
    await app.remove('account', id)
    expect(
      await raceBehind(
        'accounts',
        id,
        times(10, () => () => app.restore('account', id)),
      ),
    ).toEqual({
      [done]: 1,
      [`NOT_FOUND: There is no account with the id "${id}"`]: 9,
    })
  })
})

describe('writes that want the same value', () => {
  test('fifty records of one title get fifty slugs', async () => {
    expect(await race(times(50, () => app.create('post', { title: 'News' })))).toEqual({ [done]: 50 })
    const slugs = await app.rows('select slug from posts')
    const wanted = ['news', ...times(49, (index) => `news-${index + 2}`)]
    expect(slugs.map(({ slug }) => slug).sort()).toEqual(wanted.sort())
  })

  test('twenty records of one unique name: one is made, nineteen are told', async () => {
    expect(await race(times(20, () => app.create('account', { name: 'a' })))).toEqual({
      [done]: 1,
      'CONFLICT: name is taken: another account has the same name': 19,
    })
  })

  test('twenty upserts of one unique name make one record, and lose none of the writes', async () => {
    const entity = entityOf(app.registry, 'account')
    const filter = { kind: 'compare', field: entity.fieldsByName.get('name'), operator: 'eq', value: 'a' }
    const plan = { kind: 'upsert', entity, filter, key: { name: 'a' }, relations: [] }
    const upsert = (balance: number) => app.send({ ...plan, input: { balance } } as never)
    expect(await race(times(20, (index) => upsert(index + 1)))).toEqual({ [done]: 20 })
    expect(await app.rows('select name, "_version" as version from accounts')).toEqual([
      { name: 'a', version: 20 },
    ])
  })

  test('the one place of a one_to_one is taken once', async () => {
    const { id } = await app.create('customer', { name: 'c' })
    const writes = times(10, (index) => () => app.create('cover', { name: String(index), customer_id: id }))
    expect(await race(writes.map((start) => start()))).toEqual({
      [done]: 1,
      'CONFLICT: customer_id is taken: another cover has the same customer_id': 9,
    })
  })

  test('two dead records that had the same name: one of them returns', async () => {
    const ids: unknown[] = []
    for (let count = 0; count < 2; count++) {
      const { id } = await app.create('account', { name: 'a' })
      await app.remove('account', id)
      ids.push(id)
    }
    expect(await race(ids.map((id) => app.restore('account', id)))).toEqual({
      [done]: 1,
      'CONFLICT: name is taken: another account has the same name': 1,
    })
  })
})

describe('a parent that goes while a child comes', () => {
  /** Both at once, the one or the other first, fifty times; tells how often each pair of endings was met. */
  async function meet(
    parent: string,
    join: (id: unknown) => Promise<unknown>,
    prepare = () => app.create(parent, { name: 'p' }),
  ) {
    const met = new Set<string>()
    for (let round = 0; round < 50; round++) {
      const { id } = await prepare()
      const starts = [() => refusalOf(app.remove(parent, id)), () => refusalOf(join(id))]
      if (round % 2) starts.reverse()
      const endings = await Promise.all(starts.map((start) => start()))
      if (round % 2) endings.reverse()
      met.add(endings.join(' | ').replaceAll(String(id), 'p'))
    }
    return met
  }
  const orphans = (table: string, parents: string, column: string, isDead = 'p.deleted_at is not null') =>
    countOf(
      `${table} c left join ${parents} p on p.id = c.${column} where c.deleted_at is null and c.${column} is not null and (p.id is null or ${isDead})`,
    )

  test('by restrict: one of them is refused, and no live child is left of a dead parent', async () => {
    const met = await meet('customer', (customer_id) => app.create('contract', { name: 'c', customer_id }))
    const possible = new Set([
      `${done} | NOT_FOUND: customer_id: leads to no customer: there is none with the id "p"`,
      `CONFLICT: The customer is still referred to by contract (relation customer.contract_list); delete those first | ${done}`,
    ])
    expect([...met].filter((each) => !possible.has(each))).toEqual([])
    expect(await orphans('contracts', 'customers', 'customer_id')).toBe(0)
  })

  test('by restrict: a child that moves there is a child that comes', async () => {
    const { id } = await app.create('contract', { name: 'c' })
    const possible = new Set([
      `${done} | NOT_FOUND: customer_id: leads to no customer: there is none with the id "p"`,
      `CONFLICT: The customer is still referred to by contract (relation customer.contract_list); delete those first | ${done}`,
    ])
    const met = await meet('customer', (customer_id) => app.update('contract', id, { customer_id }))
    expect([...met].filter((each) => !possible.has(each))).toEqual([])
    expect(await orphans('contracts', 'customers', 'customer_id')).toBe(0)
  })

  test('by restrict: a child that is restored is a child that comes', async () => {
    let child: unknown
    const prepare = async () => {
      const parent = await app.create('customer', { name: 'p' })
      child = (await app.create('contract', { name: 'c', customer_id: parent.id })).id
      await app.remove('contract', child)
      return parent
    }
    const met = await meet('customer', () => app.restore('contract', child), prepare)
    const possible = new Set([
      `${done} | NOT_FOUND: customer_id: leads to no customer: there is none with the id "p"`,
      `CONFLICT: The customer is still referred to by contract (relation customer.contract_list); delete those first | ${done}`,
    ])
    expect([...met].filter((each) => !possible.has(each))).toEqual([])
    expect(await orphans('contracts', 'customers', 'customer_id')).toBe(0)
  })

  test('by cascade: the child goes too, or finds no parent', async () => {
    const met = await meet('project', (project_id) => app.create('task', { name: 't', project_id }))
    const possible = new Set([
      `${done} | ${done}`,
      `${done} | NOT_FOUND: project_id: leads to no project: there is none with the id "p"`,
    ])
    expect([...met].filter((each) => !possible.has(each))).toEqual([])
    expect(await orphans('tasks', 'projects', 'project_id')).toBe(0)
  })

  test('by cascade, as a row of its parent: the child goes too, or finds no parent', async () => {
    const met = await meet('project', (id) => app.update('project', id, { task_list: [{ name: 't' }] }))
    const possible = new Set([
      `${done} | ${done}`,
      `${done} | NOT_FOUND: There is no project with the id "p"`,
    ])
    expect([...met].filter((each) => !possible.has(each))).toEqual([])
    expect(await orphans('tasks', 'projects', 'project_id')).toBe(0)
  })

  test('by cascade, two generations down: the grandchild goes too, or finds no parent', async () => {
    let task: unknown
    const prepare = async () => {
      const project = await app.create('project', { name: 'p', task_list: [{ name: 't' }] })
      task = (await app.rows('select id from tasks where project_id = $1', project.id))[0]?.id
      return project
    }
    const met = await meet('project', () => app.create('step', { name: 's', task_id: task }), prepare)
    expect(
      [...met].filter(
        (each) =>
          !/^nothing was refused \| (nothing was refused|NOT_FOUND: task_id: leads to no task: .*)$/.test(
            each,
          ),
      ),
    ).toEqual([])
    expect(await orphans('steps', 'tasks', 'task_id')).toBe(0)
  })

  test('for good, by set_null: the child is free, or finds no parent', async () => {
    const met = await meet('shelf', (shelf_id) => app.create('book', { name: 'b', shelf_id }))
    const possible = new Set([
      `${done} | ${done}`,
      `${done} | NOT_FOUND: shelf_id: leads to no shelf: there is none with the id "p"`,
    ])
    expect([...met].filter((each) => !possible.has(each))).toEqual([])
    expect(await orphans('books', 'shelves', 'shelf_id', 'false')).toBe(0)
  })
})

describe('a computed total', () => {
  test('is right after ten nested writes that add children to one parent', async () => {
    const { id } = await app.create('order', { name: 'o', line_list: [{ amount: 1 }] })
    const add = (amount: number) => () => app.update('order', id, { line_list: [{ amount }, { amount }] })
    expect(
      await raceBehind(
        'orders',
        id,
        times(10, (index) => add(index + 1)),
      ),
    ).toEqual({ [done]: 10 })
    expect(await totalOf('orders', id)).toBe(111)
  })

  test('is right after ten lone children came at once', async () => {
    const { id } = await app.create('order', { name: 'o' })
    const add = (amount: number) => () => app.create('line', { amount, order_id: id })
    expect(
      await raceBehind(
        'orders',
        id,
        times(10, (index) => add(index + 1)),
      ),
    ).toEqual({ [done]: 10 })
    expect(await totalOf('orders', id)).toBe(55)
  })

  test('is right after ten lone children were changed, and ten were deleted, at once', async () => {
    const { id } = await app.create('order', { name: 'o', line_list: times(20, () => ({ amount: 1 })) })
    const lines = await app.rows('select id from lines order by id')
    const writes = lines.map(({ id: line }, index) =>
      index % 2 ? app.update('line', line, { amount: 5 }) : app.remove('line', line),
    )
    expect(await race(writes)).toEqual({ [done]: 20 })
    expect(await totalOf('orders', id)).toBe(50)
  })

  test('is right after lone and nested writes at once', async () => {
    const { id } = await app.create('order', { name: 'o' })
    const add = (index: number) => () =>
      index % 2
        ? app.create('line', { amount: 1, order_id: id })
        : app.update('order', id, { line_list: [{ amount: 10 }] })
    expect(await raceBehind('orders', id, times(10, add))).toEqual({ [done]: 10 })
    expect(await totalOf('orders', id)).toBe(55)
  })

  test('of both parents is right after children changed places between them', async () => {
    const one = await app.create('order', { name: 'o', line_list: times(6, () => ({ amount: 1 })) })
    const two = await app.create('order', { name: 'p', line_list: times(6, () => ({ amount: 10 })) })
    const lines = await app.rows('select id, amount from lines')
    const move = ({ id, amount }: Record<string, unknown>) =>
      app.update('line', id, { order_id: amount === 1 ? two.id : one.id })
    expect(await race(lines.map(move))).toEqual({ [done]: 12 })
    expect([await totalOf('orders', one.id), await totalOf('orders', two.id)]).toEqual([60, 6])
  })

  test('of another parent is right after ten nested writes made children of it, and none was refused', async () => {
    const product = await app.create('product', { name: 'p' })
    const sell = () => app.create('order', { name: 'o', line_list: [{ amount: 1, product_id: product.id }] })
    expect(await race(times(10, sell))).toEqual({ [done]: 10 })
    expect(await totalOf('products', product.id)).toBe(10)
  })
})

describe('writes that hold several records', () => {
  const update = (...plans: ReturnType<typeof planUpdate>[]) => app.send({ kind: 'records', records: plans })

  test('of one entity in opposite orders both pass', async () => {
    const [one, two] = [
      await app.create('account', { name: 'a' }),
      await app.create('account', { name: 'b' }),
    ]
    const set = (balance: number) => [one, two].map(({ id }) => planUpdate('account', id, { balance }))
    const writes = times(10, (index) => update(...(index % 2 ? set(index) : set(index).reverse())))
    expect(await race(writes)).toEqual({ [done]: 10 })
    expect(await countOf('(select distinct balance from accounts) b')).toBe(1)
  })

  test('of two entities in opposite orders both pass', async () => {
    const [one, two] = [
      await app.create('account', { name: 'a' }),
      await app.create('customer', { name: 'b' }),
    ]
    const set = (value: number) => [
      planUpdate('account', one.id, { balance: value }),
      planUpdate('customer', two.id, { name: `${value}` }),
    ]
    expect(await race([update(...set(1)), update(...set(2).reverse())])).toEqual({ [done]: 2 })
    expect(await countOf('accounts a, customers c where a.balance::text = c.name')).toBe(1)
  })

  test('of a circle, each from another place, delete it once', async () => {
    const one = await app.create('folder', { name: 'a' })
    const two = await app.create('folder', { name: 'b', folder_id: one.id })
    await app.update('folder', one.id, { folder_id: two.id })
    const endings = await Promise.all([one, two].map(({ id }) => refusalOf(app.remove('folder', id))))
    const missing = [two, one].map(({ id }) => `NOT_FOUND: There is no folder with the id "${id}"`)
    expect([
      [done, missing[0]],
      [missing[1], done],
    ]).toContainEqual(endings)
    expect(await countOf("_audit where action = 'delete'")).toBe(2)
  })

  test('of a parent and a child, from both ends, both pass', async () => {
    const { id } = await app.create('project', { name: 'p', task_list: [{ name: 't' }] })
    const [task] = await app.rows('select id from tasks')
    const downwards = app.update('project', id, { task_list: [{ id: task?.id, name: 'n' }] })
    const upwards = app.update('task', task?.id, { name: 'm', project_id: id })
    expect(await race([downwards, upwards])).toEqual({ [done]: 2 })
  })

  test('of a parent and its five children, from both ends, all pass', async () => {
    const { id } = await app.create('project', { name: 'p', task_list: times(5, () => ({ name: 't' })) })
    const tasks = await app.rows('select id from tasks')
    const downwards = () =>
      app.update('project', id, { task_list: tasks.map((task) => ({ id: task.id, name: 'n' })) })
    const upwards = tasks.map((task) => () => app.update('task', task.id, { name: 'm', project_id: id }))
    expect(await raceBehind('projects', id, [downwards, ...upwards])).toEqual({ [done]: 6 })
  })

  test('that replace the children of one parent leave those of one of them', async () => {
    const { id } = await app.create('order', { name: 'o', line_list: [{ amount: 1 }, { amount: 1 }] })
    const replace = (amount: number) => () =>
      app.update('order', id, { line_list: { mode: 'replace', data: [{ amount }, { amount }] } })
    expect(
      await raceBehind(
        'orders',
        id,
        times(10, (index) => replace(index + 2)),
      ),
    ).toEqual({ [done]: 10 })
    const lines = await app.rows(
      'select amount, count(*)::int as count from lines where deleted_at is null group by 1',
    )
    expect(lines).toEqual([{ amount: expect.any(Number), count: 2 }])
    expect(await totalOf('orders', id)).toBe(Number(lines[0]?.amount) * 2)
  })
})

describe('links of a many_to_many', () => {
  test('of one pair made by ten writes at once are one link', async () => {
    const [post, tag] = [await app.create('post', { title: 'p' }), await app.create('tag', { name: 't' })]
    const link = () => app.update('post', post.id, { tags: [{ id: tag.id }] })
    expect(
      await raceBehind(
        'posts',
        post.id,
        times(10, () => link),
      ),
    ).toEqual({ [done]: 10 })
    expect(await countOf('post_tags')).toBe(1)
  })

  test('of one pair taken away by ten writes at once go once', async () => {
    const tag = await app.create('tag', { name: 't' })
    const post = await app.create('post', { title: 'p', tags: [{ id: tag.id }] })
    const unlink = () => app.update('post', post.id, { tags: [{ id: tag.id, remove: true }] })
    expect(
      await raceBehind(
        'posts',
        post.id,
        times(10, () => unlink),
      ),
    ).toEqual({
      [done]: 1,
      [`NOT_FOUND: tags.data[0]: There is no tag with the id "${tag.id}" in this post`]: 9,
    })
  })

  test('made and taken away at once end without an error but that of a link which is not there', async () => {
    const [post, tag] = [await app.create('post', { title: 'p' }), await app.create('tag', { name: 't' })]
    const change = (index: number) => () =>
      app.update('post', post.id, { tags: [index % 2 ? { id: tag.id } : { id: tag.id, remove: true }] })
    const endings = (await raceBehind('posts', post.id, times(10, change))) ?? {}
    const missing = `NOT_FOUND: tags.data[0]: There is no tag with the id "${tag.id}" in this post`
    expect(Object.keys(endings).filter((each) => each !== done && each !== missing)).toEqual([])
  })

  test('replaced by ten writes at once are those of one of them', async () => {
    const post = await app.create('post', { title: 'p' })
    const replace = (index: number) => () =>
      app.update('post', post.id, {
        tags: { mode: 'replace', data: [{ name: `${index}` }, { name: `${index}` }] },
      })
    expect(await raceBehind('posts', post.id, times(10, replace))).toEqual({ [done]: 10 })
    const found = await app.rows(
      'select name, count(*)::int as count from post_tags j join tags t on t.id = j.tag_id group by 1',
    )
    expect(found).toEqual([{ name: expect.any(String), count: 2 }])
  })

  test('to a record that many posts link and change at once are all made', async () => {
    const tag = await app.create('tag', { name: 't' })
    const write = (index: number) =>
      app.create('post', { title: 'p', tags: [{ id: tag.id, used: index + 1 }] })
    expect(await race(times(10, write))).toEqual({ [done]: 10 })
    expect(await countOf('post_tags')).toBe(10)
  })

  test('to a record that goes meanwhile lead to no dead one unless it was live when they were made', async () => {
    const met = new Set<string>()
    for (let round = 0; round < 20; round++) {
      const [post, tag] = [await app.create('post', { title: 'p' }), await app.create('tag', { name: 't' })]
      const link = () => app.update('post', post.id, { tags: [{ id: tag.id }] })
      const [ending] = await Promise.all([refusalOf(link()), refusalOf(app.remove('tag', tag.id))])
      met.add(ending.replace(String(tag.id), 't'))
      const count = await countOf(`post_tags where post_id = '${post.id}'`)
      expect(count).toBe(ending === done ? 1 : 0)
    }
    const missing = 'NOT_FOUND: tags.data[0]: There is no tag with the id "t"'
    expect([...met].filter((each) => each !== done && each !== missing)).toEqual([])
  })
})
