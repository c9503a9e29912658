// Saving definitions as one act: revisions, rivals, refusals, and rows that were broken by hand.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fail } from '../../src/errors.ts'
import type { DefinitionProblem, Registry } from '../../src/metadata/registry.ts'
import { loadRegistry, metadataChannel, readRevision, saveMetadata } from '../../src/metadata/store.ts'
import { findConstraint } from '../../src/metadata/tables/constraints.ts'
import { type App, editTo, type Model, outcomeOf, readGoodEntity, startApp, type Written } from './app.ts'

let app: App
beforeEach(async () => {
  app = await startApp()
})
afterEach(async () => {
  await app.stop()
})

const entity = (name: string, fields: readonly Written[] = [], more: Written = {}): Written => ({
  name,
  fields,
  ...more,
})
const a = { name: 'a', type: 'int' }
const shop: Model = {
  entities: [
    entity('customer', [a]),
    entity('invoice', [{ name: 'customer_id', type: 'uuid' }]),
    entity('tag'),
  ],
  relations: [
    {
      name: 'invoices',
      type: 'one_to_many',
      source: 'customer',
      target: 'invoice',
      target_key: 'customer_id',
    },
    { name: 'tags', type: 'many_to_many', source: 'invoice', target: 'tag' },
  ],
}
const ruled: Model = {
  entities: [
    ...(shop.entities ?? []),
    entity('order', [
      { name: 'code', type: 'string' },
      { name: 'state', type: 'string' },
    ]),
  ],
  relations: shop.relations ?? [],
  rules: [
    {
      name: 'has_code',
      entity: 'order',
      type: 'field',
      definition: { field: 'code', operator: 'not_empty' },
    },
    { entity: 'customer', type: 'field', definition: { field: 'a', operator: 'not_empty' } },
  ],
  machines: [
    {
      entity: 'order',
      field: 'state',
      definition: { initial: 'new', transitions: [{ from: 'new', to: 'done' }] },
    },
  ],
}

async function listTables(): Promise<readonly string[]> {
  const rows = await app.pool`
    select relname::text as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not like '\\_%' order by 1`
  return rows.map((row) => String(row.name))
}

/** Everything that a save may touch, for before and after. */
async function dump(): Promise<unknown> {
  return [
    await app.pool`select * from _metadata`,
    await app.pool`select * from _entities order by position`,
    await app.pool`select * from _relations order by position`,
    await app.pool`select * from _rules order by position`,
    await app.pool`select * from _state_machines order by position`,
    await app.pool`select conname, conrelid::regclass::text as place from pg_constraint where connamespace = 'public'::regnamespace order by 1`,
    await app.pool`select attrelid::regclass::text as place, attname, attnotnull from pg_attribute join pg_class c on c.oid = attrelid
      where c.relnamespace = 'public'::regnamespace and attnum > 0 order by 1, attnum`,
  ]
}

describe('a save', () => {
  it('writes definitions, tables and revision, and announces it', async () => {
    const heard: string[] = []
    const listening = await app.pool.listen(metadataChannel, (payload) => heard.push(payload))
    const afterCommit: number[] = []
    const saved = await app.save(shop, { afterCommit: async (revision) => void afterCommit.push(revision) })
    await sleep(100)
    await listening.unlisten()
    expect(saved.revision).toBe(1)
    expect(saved.steps[0]).toMatch(/^create table "customers" \("id" uuid/)
    expect([heard, afterCommit, await readRevision(app.pool)]).toEqual([['1'], [1], 1])
    expect(await listTables()).toEqual(['customers', 'invoice_tags', 'invoices', 'tags'])
    const registry = await app.load()
    expect(registry.definitions.entities.map(({ name }) => name)).toEqual(['customer', 'invoice', 'tag'])
    expect(registry.definitions.relations.map(({ sides }) => sides)).toEqual([
      { source: 'invoices', target: 'customer' },
      { source: 'tags', target: 'invoices' },
    ])
  })

  it('that changes nothing raises no revision and says nothing', async () => {
    await app.save(shop)
    const before = await dump()
    const heard: string[] = []
    const listening = await app.pool.listen(metadataChannel, (payload) => heard.push(payload))
    expect(await app.save(shop)).toEqual({ revision: 1, steps: [] })
    await sleep(100)
    await listening.unlisten()
    expect([heard, await dump()]).toEqual([[], before])
  })

  it('sees no change in the order of keys of a JSON default', async () => {
    const json = (value: unknown) => ({
      entities: [entity('thing', [{ name: 'a', type: 'json', default: value }])],
    })
    await app.save(json({ long: { b: -0, a: 1e-7 }, b: [1] }))
    expect(await app.save(json({ b: [1], long: { a: 1e-7, b: 0 } }))).toEqual({ revision: 1, steps: [] })
  })

  it('keeps rules and machines as rows that are written when they change', async () => {
    await app.save(ruled)
    const before = await app.pool`select id, entity, definition from _rules order by position`
    expect(before.map(({ entity, definition }) => [entity, definition])).toEqual([
      ['order', { ...ruled.rules?.[0] }],
      ['customer', { ...ruled.rules?.[1] }],
    ])
    expect(await app.save(ruled)).toEqual({ revision: 1, steps: [] })
    const [first = {}, second = {}] = ruled.rules ?? []
    await app.save({ ...ruled, rules: [{ ...first, active: false }, second] })
    const after = await app.pool`select id, definition from _rules order by position`
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id))
    expect(after[0]?.definition).toEqual({ ...first, active: false })
    await app.save({ ...ruled, rules: [], machines: [] })
    expect(await app.pool`select 1 from _rules union all select 1 from _state_machines`).toEqual([])
  })

  it('that changes words only needs no DDL', async () => {
    await app.save({ entities: [entity('thing', [a])] })
    const described = entity('thing', [{ ...a, description: "it's" }], { description: 'A thing' })
    expect(await app.save({ entities: [described] })).toEqual({ revision: 2, steps: [] })
  })

  it('keeps the order of creation, and keeps it when definitions change', async () => {
    await app.save({ entities: [entity('z'), entity('b'), entity('m')] })
    await app.save({ entities: [entity('m', [a]), entity('c'), entity('z', [a]), entity('b'), entity('a')] })
    const { definitions } = await app.load()
    expect(definitions.entities.map(({ name }) => name)).toEqual(['z', 'b', 'm', 'c', 'a'])
  })

  it('runs what comes with it inside, and nothing stays when that fails', async () => {
    await app.save(shop)
    const before = await dump()
    const within = async (sql: Parameters<typeof readRevision>[0], registry: Registry) => {
      await sql.unsafe('insert into things (a) values (1)')
      expect(registry.revision).toBe(2)
      throw fail('BAD_USER_INPUT', 'no')
    }
    const saving = app.save(
      { ...shop, entities: [...(shop.entities ?? []), entity('thing', [a])] },
      { within },
    )
    expect(await outcomeOf(saving)).toEqual(['BAD_USER_INPUT', 'no'])
    expect(await dump()).toEqual(before)
  })

  it('looks at foreign keys of rows that come with it when all are there', async () => {
    const insert = (rows: string) => ({
      within: async (sql: Parameters<typeof readRevision>[0]) => void (await sql.unsafe(rows)),
    })
    const id = '6f9619ff-8b86-4d11-b42d-00c04fc964ff'
    const child = `insert into invoices (customer_id) values ('${id}')`
    expect(await outcomeOf(app.save(shop, insert(child)))).toEqual([
      'VALIDATION_FAILED',
      expect.stringMatching(/^The rows do not fit: invoice.customer_id: .* violates foreign key constraint/),
    ])
    expect(
      await outcomeOf(app.save(shop, insert(`${child}; insert into customers (id) values ('${id}')`))),
    ).toEqual(['saved'])
  })

  it('that fails in the middle of its DDL leaves nothing', async () => {
    await app.save(shop)
    await app.pool`create view watching as select a from customers`
    const before = await dump()
    const changed = {
      ...shop,
      entities: [
        entity('customer', [{ ...a, type: 'bigint' }]),
        ...(shop.entities ?? []).slice(1),
        entity('other'),
      ],
    }
    await expect(app.save(changed)).rejects.toThrow('cannot alter type of a column used by a view')
    expect(await dump()).toEqual(before)
  })

  it('tells rows that PostgreSQL refuses where no probe could look', async () => {
    await app.save({ entities: [entity('thing', [{ name: 'a', type: 'text' }])] })
    await app.pool`insert into things (a) select string_agg(md5(n::text), '') from generate_series(1, 1000) n`
    const saving = app.save({ entities: [entity('thing', [{ name: 'a', type: 'text', indexed: true }])] })
    expect((await outcomeOf(saving)).at(-1)).toMatch(
      /^The tables cannot follow this change: index row (size|requires)/,
    )
  })
})

describe('a refused save', () => {
  const verify = (registry: Registry): readonly DefinitionProblem[] =>
    [...registry.entities.keys()]
      .filter((name) => name.startsWith('bad'))
      .map((name) => ({ kind: 'entity', name, path: 'name', message: 'is bad' }))

  it('names every problem of definitions with its place', async () => {
    const model = {
      entities: [
        entity('bad_one'),
        entity('thing', [], { table: 'xs' }),
        entity('other', [], { table: 'xs' }),
      ],
      relations: [
        { name: 'things', type: 'one_to_many', source: 'thing', target: 'thing', target_key: 'thing_id' },
        { name: 'bads', type: 'many_to_many', source: 'bad_one', target: 'thing' },
      ],
    }
    expect(await outcomeOf(app.save(model, { verify }))).toEqual([
      'VALIDATION_FAILED',
      'entities.other.table: is taken by the entity thing: "xs"; name another table',
      expect.stringMatching(/^relations.thing.things.target_key: names no field of thing: "thing_id"/),
      'entities.bad_one.name: is bad',
    ])
    expect(await readRevision(app.pool)).toBe(0)
  })

  it('puts problems where the caller says', async () => {
    const locate = ({ path }: DefinitionProblem) => `input.${path}`
    expect(await outcomeOf(app.save({ entities: [entity('bad')] }, { verify, locate }))).toEqual([
      'VALIDATION_FAILED',
      'input.name: is bad',
    ])
  })

  it('gives way to whoever was first', async () => {
    await app.save(shop)
    expect(await outcomeOf(app.save({}, { expectRevision: 0 }))).toEqual([
      'CONFLICT',
      'Expected revision 0 of the metadata, found 1; read it again and decide anew',
    ])
    expect(await outcomeOf(app.save({}, { expectRevision: 1 }))).toEqual(['saved'])
  })

  it('does not run a verification that never ends', async () => {
    const nameless = () => [{ kind: 'entity', name: 'nobody', path: '', message: 'is wrong' } as const]
    expect(await outcomeOf(app.save({}, { verify: nameless }))).toEqual([
      'VALIDATION_FAILED',
      'entities.nobody: is wrong',
    ])
    expect((await loadRegistry(app.pool, nameless)).quarantined).toHaveLength(1)
  })
})

describe('a dry run', () => {
  it('tells the steps and changes nothing', async () => {
    await app.save({ entities: [entity('thing', [a])] })
    const before = await dump()
    const afterCommit = async () => {
      throw new Error('must not be called')
    }
    const tried = await app.save(shop, { dryRun: true, afterCommit })
    expect(tried.steps.length).toBeGreaterThan(5)
    expect(await dump()).toEqual(before)
    expect(
      await outcomeOf(app.save({ entities: [entity('thing', [], { table: 'others' })] }, { dryRun: true })),
    ).toHaveLength(2)
  })
})

describe('two saves at once', () => {
  it('both land, one after the other', async () => {
    const add = (name: string) =>
      saveMetadata(
        app.pool,
        (current) => ({
          definitions: { ...current, entities: [...current.entities, readGoodEntity(entity(name))] },
        }),
        {
          verify: () => [],
        },
      )
    const saved = await Promise.all(['a', 'b', 'c', 'd'].map(add))
    expect(saved.map(({ revision }) => revision).sort()).toEqual([1, 2, 3, 4])
    expect((await app.load()).definitions.entities.map(({ name }) => name).sort()).toEqual([
      'a',
      'b',
      'c',
      'd',
    ])
    expect(await listTables()).toEqual(['as', 'bs', 'cs', 'ds'])
  })
})

describe('a busy table', () => {
  /** Returns when another transaction has the table and will have it for that long. */
  async function hold(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const holding = app.pool.begin(async (sql) => {
        await sql`insert into things default values`
        resolve()
        await sleep(milliseconds)
      })
      holding.catch(reject)
    })
  }

  it('is tried again until it is free', async () => {
    await app.save({ entities: [entity('thing', [a])] })
    await hold(1_000)
    const began = performance.now()
    const saved = await app.save({
      entities: [entity('thing', [a, { name: 'b', type: 'int', unique: true }])],
    })
    expect(saved.revision).toBe(2)
    expect(performance.now() - began).toBeGreaterThan(500)
  })

  it('is given up when it stays busy', async () => {
    await app.save({ entities: [entity('thing', [a])] })
    await hold(13_000)
    const saving = app.save({ entities: [entity('thing', [a, { name: 'b', type: 'int' }])] })
    expect(await outcomeOf(saving)).toEqual([
      'CONFLICT',
      'A table that the change needs stays busy; nothing was changed, so try again later',
    ])
    expect(await readRevision(app.pool)).toBe(1)
  })
})

describe('a row that was broken by hand', () => {
  it.each<
    [
      title: string,
      sql: string,
      quarantined: readonly (readonly [string, string | RegExp])[],
      left: readonly string[],
    ]
  >([
    [
      'no object',
      `update _entities set definition = '5' where name = 'tag'`,
      [
        ['tag', /^must be an object, found 5/],
        ['invoice.tags', /^target names no entity: "tag"/],
      ],
      ['customer', 'invoice', 'invoices'],
    ],
    [
      'an unknown type',
      `update _entities set definition = '{"name": "customer", "fields": [{"name": "a", "type": "money"}]}' where name = 'customer'`,
      [
        ['customer', /^fields\[0\]\.type must be one of/],
        ['customer.invoices', /^source names no entity/],
      ],
      ['invoice', 'tag', 'tags'],
    ],
    [
      'another name',
      `update _entities set name = 'label' where name = 'tag'`,
      [
        ['label', 'name must be label, as the row is named'],
        ['invoice.tags', /^target names no entity: "tag"/],
      ],
      ['customer', 'invoice', 'invoices'],
    ],
    [
      'a bad relation',
      `update _relations set definition = definition || '{"type": "many"}' where name = 'tags'`,
      [['invoice.tags', /^type must be one of/]],
      ['customer', 'invoice', 'tag', 'invoices'],
    ],
    [
      'a relation whose key is gone',
      `update _entities set definition = '{"name": "invoice", "fields": []}' where name = 'invoice'`,
      [['customer.invoices', /^target_key names no field of invoice/]],
      ['customer', 'invoice', 'tag', 'tags'],
    ],
    [
      'a taken table',
      `update _entities set definition = definition || '{"table": "customers"}' where name = 'invoice'`,
      [
        ['invoice', /^table is taken by the entity customer/],
        ['customer.invoices', 'target leans on the entity invoice, which has problems'],
        ['invoice.tags', 'source leans on the entity invoice, which has problems'],
      ],
      ['customer', 'tag'],
    ],
    [
      'a side that is taken',
      `update _relations set target_side = 'customer_id' where name = 'invoices'`,
      [['customer.invoices', /^inverse stands in the API as invoice.customer_id/]],
      ['customer', 'invoice', 'tag', 'tags'],
    ],
  ])('with %s is set apart, and the rest serves', async (_title, sql, quarantined, left) => {
    await app.save(shop)
    await app.pool.unsafe(sql)
    const registry = await app.load()
    const { entities, relations } = registry.definitions
    expect([...entities, ...relations].map(({ name }) => name)).toEqual(left)
    expect(registry.quarantined).toEqual(
      quarantined.map(([name, message]) =>
        expect.objectContaining({
          name,
          messages: expect.arrayContaining([
            typeof message === 'string' ? message : expect.stringMatching(message),
          ]),
        }),
      ),
    )
  })

  it.each<[title: string, sql: string, quarantined: readonly (readonly [string, string, RegExp])[]]>([
    [
      'a rule that does not read',
      `update _rules set definition = definition || '{"priority": "high"}' where entity = 'order'`,
      [['rule', 'order.has_code', /^priority must be a whole number/]],
    ],
    [
      'a rule without a name that does not read',
      `update _rules set id = '11111111-1111-4111-8111-111111111111', definition = definition - 'name' || '{"hook": 5}' where entity = 'order'`,
      [['rule', 'order.11111111-1111-4111-8111-111111111111', /^hook must be one of/]],
    ],
    [
      'a rule that does not fit',
      `update _rules set definition = '{"entity": "order", "type": "field", "name": "x", "definition": {"field": "cod", "operator": "not_empty"}}' where entity = 'order'`,
      [['rule', 'order.x', /^definition\.field names no field of order: "cod" \(did you mean "code"\?\)/]],
    ],
    [
      'a rule of another entity than its row says',
      `update _rules set entity = 'customer' where entity = 'order'`,
      [['rule', 'customer.has_code', /^entity must be customer, as the row is named/]],
    ],
    [
      'a machine whose states have no way to each other',
      `update _state_machines set definition = '{"entity": "order", "field": "state", "definition": {"initial": "a", "transitions": [{"from": "b", "to": "c"}]}}'`,
      [
        [
          'machine',
          'order.state',
          /^definition\.transitions have no way from the initial state "a" to "b", "c"/,
        ],
      ],
    ],
    [
      'an entity that has rules and a machine',
      `update _entities set definition = definition || '{"table": "customers"}' where name = 'order'`,
      [
        ['entity', 'order', /^table is taken by the entity customer/],
        ['rule', 'order.has_code', /^entity leans on the entity order, which has problems/],
        ['machine', 'order.state', /^entity leans on the entity order, which has problems/],
      ],
    ],
    [
      'an entity that is gone, but for its rules',
      `delete from _entities where name = 'order'`,
      [
        ['rule', 'order.has_code', /^entity names no entity: "order"/],
        ['machine', 'order.state', /^entity names no entity: "order"/],
      ],
    ],
  ])('of %s is set apart, and the rest serves', async (_title, sql, quarantined) => {
    await app.save(ruled)
    await app.pool.unsafe(sql)
    const registry = await app.load()
    expect(registry.quarantined).toEqual(
      quarantined.map(([kind, name, message]) => ({
        kind,
        name,
        messages: [expect.stringMatching(message)],
      })),
    )
    expect(registry.entities.get('customer')?.behaviour.checks.before_write).toHaveLength(1)
  })

  it('stays when others are saved, and is repaired by saving over it', async () => {
    await app.save(shop)
    await app.pool`insert into tags default values`
    await app.pool`update _entities set definition = '{}' where name = 'tag'`
    const rest = { entities: shop.entities?.slice(0, 2) ?? [], relations: shop.relations?.slice(0, 1) ?? [] }
    await app.save({ ...rest, entities: [...rest.entities, entity('other')] })
    expect((await app.load()).quarantined).toHaveLength(2)
    expect(await listTables()).toContain('tags')
    await app.save({ ...shop, entities: [...(shop.entities ?? []), entity('other')] })
    const registry = await app.load()
    expect(registry.quarantined).toEqual([])
    expect(registry.definitions.entities.map(({ name }) => name)).toEqual([
      'customer',
      'invoice',
      'tag',
      'other',
    ])
    expect(await app.pool`select count(*)::int as count from tags`).toMatchObject([{ count: 1 }])
  })
})

describe('an import of a thousand entities', () => {
  it('is one change', { timeout: 60_000 }, async () => {
    const names = Array.from({ length: 1_000 }, (_, at) => `thing_${at}`)
    const entities = names.map((name) =>
      entity(name, [
        { name: 'code', type: 'string', unique: true },
        { name: 'parent_id', type: 'uuid' },
        ...['b', 'c', 'd'].map((each) => ({ name: each, type: 'int' })),
      ]),
    )
    const relations = names.map((name, at) => ({
      name: 'children',
      type: 'one_to_many',
      source: name,
      target: names[(at + 1) % 1_000],
      target_key: 'parent_id',
    }))
    const saved = await app.save({ entities, relations })
    expect(saved).toMatchObject({ revision: 1 })
    expect(saved.steps).toHaveLength(4_000)
    expect(await app.save({ entities, relations })).toEqual({ revision: 1, steps: [] })
  })
})

describe('findConstraint', () => {
  it('tells what stands behind a name in an error', async () => {
    await app.save({
      ...shop,
      entities: [
        entity('customer', [{ name: 'code', type: 'string', unique: true }]),
        ...(shop.entities ?? []).slice(1),
      ],
    })
    const registry = await app.load()
    const nameOf = async (sql: string): Promise<string> => {
      const error = await app.pool.unsafe(sql).then(
        () => undefined,
        (found: { constraint_name: string }) => found,
      )
      return error?.constraint_name ?? ''
    }
    const id = '6f9619ff-8b86-4d11-b42d-00c04fc964ff'
    await app.pool`insert into customers (id, code) values (${id}, 'x')`
    const found = async (sql: string) => findConstraint(registry, await nameOf(sql))
    expect(await found(`insert into customers (code) values ('x')`)).toEqual({
      entity: 'customer',
      fields: ['code'],
      kind: 'unique',
    })
    expect(await found(`insert into customers (id) values ('${id}')`)).toEqual({
      entity: 'customer',
      fields: ['id'],
      kind: 'key',
    })
    expect(await found(`insert into invoices (customer_id) values (gen_random_uuid())`)).toEqual({
      entity: 'invoice',
      fields: ['customer_id'],
      kind: 'reference',
      relation: 'customer.invoices',
    })
    expect(await found(`insert into invoice_tags values ('${id}', '${id}')`)).toMatchObject({
      entity: 'invoice',
      kind: 'reference',
      relation: 'invoice.tags',
    })
    expect(findConstraint(registry, 'no_such')).toBeUndefined()
  })
})

it('editTo keeps the sides of relations that stay', async () => {
  await app.save(shop)
  const { definitions } = await app.load()
  expect(editTo(shop)(definitions).definitions.relations).toEqual(definitions.relations)
})
