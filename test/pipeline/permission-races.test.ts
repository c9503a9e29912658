// Writes that wait while somebody takes away what allows them: they are judged by what they find, and by nothing older.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Viewer } from '../../src/auth/viewer.ts'
import type { Sql } from '../../src/database/connect.ts'
import { type Definitions, entityOf } from '../../src/metadata/registry.ts'
import { isOutdated } from '../../src/metadata/rights.ts'
import { saveMetadata } from '../../src/metadata/store.ts'
import type { Value } from '../../src/metadata/value.ts'
import { type Given, type PipelineApp, planRecord, refusalOf, startPipeline } from './app.ts'

const own = { field: 'owner_id', operator: 'eq', value: '{{user.id}}' }
const open = { field: 'status', operator: 'eq', value: 'open' }
const ofManager = 'record.region.manager == user.email'
const document = {
  entities: [
    {
      name: 'region',
      fields: [
        { name: 'manager', type: 'string' },
        { name: 'status', type: 'string', default: 'open' },
      ],
    },
    {
      name: 'deal',
      fields: [
        { name: 'title', type: 'string' },
        { name: 'status', type: 'string', default: 'open' },
        { name: 'owner_id', type: 'uuid' },
        { name: 'region_id', type: 'uuid' },
      ],
    },
    {
      name: 'note',
      fields: [
        { name: 'body', type: 'string' },
        { name: 'deal_id', type: 'uuid' },
      ],
    },
  ],
  relations: [
    { name: 'deals', type: 'one_to_many', source: 'region', target: 'deal', target_key: 'region_id' },
    { name: 'notes', type: 'one_to_many', source: 'deal', target: 'note', target_key: 'deal_id' },
  ],
  permissions: [
    { entity: 'region', action: 'read', roles: ['seller', 'manager', 'clerk'] },
    { entity: 'deal', action: 'read', roles: ['seller'] },
    { entity: 'deal', action: 'update', roles: ['seller'], conditions: [own, open] },
    { entity: 'deal', action: 'delete', roles: ['seller'], conditions: [own, open] },
    { entity: 'deal', action: 'read', roles: ['owner'], conditions: [own] },
    { entity: 'deal', action: 'update', roles: ['owner'] },
    { entity: 'deal', action: 'delete', roles: ['owner'] },
    { entity: 'note', action: 'read', roles: ['owner', 'manager'] },
    { entity: 'note', action: 'create', roles: ['owner', 'manager'] },
    { entity: 'note', action: 'update', roles: ['owner', 'manager'] },
    { entity: 'deal', action: 'read', roles: ['manager'], expression: ofManager },
    { entity: 'deal', action: 'update', roles: ['manager'] },
    { entity: 'deal', action: 'delete', roles: ['manager'] },
    { entity: 'deal', action: 'read', roles: ['writer'] },
    {
      entity: 'note',
      action: 'create',
      roles: ['writer'],
      expression: "record.deal.region.status == 'open'",
    },
    { entity: 'deal', action: 'read', roles: ['clerk'] },
    { entity: 'deal', action: 'update', roles: ['clerk'], expression: "record.region.status == 'open'" },
    { entity: 'deal', action: 'delete', roles: ['clerk'], expression: "record.region.status == 'open'" },
  ],
}

const ada: Viewer = {
  id: 'd0000000-0000-4000-8000-000000000001',
  email: 'ada@example.com',
  roles: [],
  attributes: {},
}
const bob = 'd0000000-0000-4000-8000-000000000002'
const as = (role: string): Viewer => ({ ...ada, roles: [role] })

let app: PipelineApp
beforeAll(async () => {
  app = await startPipeline(document)
})
afterAll(() => app?.stop())

let region: unknown
let deal: unknown
beforeEach(async () => {
  await app.pool.unsafe('truncate regions, deals, notes, _audit, _outbox cascade')
  await fill()
})

async function fill(): Promise<void> {
  region = (await app.create('region', { manager: ada.email })).id
  deal = (await app.create('deal', { title: 'a', owner_id: ada.id, region_id: region })).id
}

type Change = Readonly<{
  action: 'create' | 'update' | 'delete'
  entity?: string
  given?: Given
  key?: unknown
}>

function send(viewer: Viewer, { action, entity: name = 'deal', given = {}, key }: Change) {
  const entity = entityOf(app.registry, name)
  const one = { entity, path: '', key: (key ?? deal) as Value }
  const record =
    action === 'delete'
      ? ({ action, ...one } as const)
      : planRecord(
          app.registry,
          action === 'create' ? { action, entity, path: '' } : { action, ...one },
          given,
        )
  return app.send({ kind: 'records', records: [record] }, { viewer })
}

/** What becomes of a write that has to wait until a rival, who made these changes, commits. */
async function meet(changes: readonly string[], write: () => Promise<unknown>): Promise<string> {
  let refusal: Promise<string> | undefined
  await app.pool.begin(async (sql) => {
    for (const change of changes) await sql.unsafe(change)
    refusal = refusalOf(write())
    while ((await countWaiting(sql)) === 0);
  })
  return (await refusal) ?? ''
}

async function countWaiting(sql: Sql): Promise<number> {
  await sql.unsafe('select pg_stat_clear_snapshot()')
  const [row] = await sql.unsafe(
    "select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  )
  return row?.count
}

const title = { title: 'b' }
const deals = () => app.rows('select title, region_id, deleted_at is null as live from deals')
const untouched = () => [{ title: 'a', region_id: region, live: true }]
const notFound = () => `NOT_FOUND: There is no deal with the id "${String(deal)}"`

describe.each<Change>([{ action: 'update', given: title }, { action: 'delete' }])('an $action', (change) => {
  const forbidden = `FORBIDDEN: you may not ${change.action} this deal`

  test('of a record that is moved to another owner is refused', async () => {
    const moved = [`update deals set owner_id = '${bob}'`]
    expect(await meet(moved, () => send(as('seller'), change))).toBe(forbidden)
    expect(await deals()).toEqual(untouched())
  })

  test('of a record whose status is locked is refused', async () => {
    const locked = ["update deals set status = 'locked'"]
    expect(await meet(locked, () => send(as('seller'), change))).toBe(forbidden)
    expect(await deals()).toEqual(untouched())
  })

  test('of a record that is hidden finds none', async () => {
    const moved = [`update deals set owner_id = '${bob}'`]
    expect(await meet(moved, () => send(as('owner'), change))).toBe(notFound())
    expect(await deals()).toEqual(untouched())
  })

  test('of a record that is hidden by another behind it finds none', async () => {
    const moved = ["update regions set manager = 'bob@example.com'", "update deals set status = 'seen'"]
    expect(await meet(moved, () => send(as('manager'), change))).toBe(notFound())
    expect(await deals()).toEqual(untouched())
  })

  test('of a record is refused when another behind it is locked', async () => {
    const locked = ["update regions set status = 'locked'"]
    expect(await meet(locked, () => send(as('clerk'), change))).toBe(forbidden)
    expect(await deals()).toEqual(untouched())
  })
})

describe('rights', () => {
  const update = () => send(as('owner'), { action: 'update', given: title })
  const failureOf = (promise: Promise<unknown>) => promise.then(() => 'nothing failed', isOutdated)
  /** Definitions change in an app of its own; its registry stays as it was at the start. */
  const original = () => app.registry.definitions
  const save = (change: Partial<Definitions>) =>
    saveMetadata(app.pool, (current) => ({ definitions: { ...current, ...change } }), { verify: () => [] })
  const revoke = () =>
    save({ permissions: original().permissions.filter(({ roles }) => !roles.includes('owner')) })
  const readRevisions = () => app.rows('select revision, rights_revision from _metadata')
  let shared: PipelineApp
  beforeEach(async () => {
    shared = app
    app = await startPipeline(document)
    await fill()
  })
  afterEach(async () => {
    await app.stop()
    app = shared
  })

  test('that are taken back while a write waits do not carry it', async () => {
    let failure: Promise<unknown> | undefined
    await app.pool.begin(async (sql) => {
      await sql`select 1 from deals for update`
      failure = failureOf(update())
      while ((await countWaiting(sql)) === 0);
      await revoke()
    })
    expect(await failure).toBe(true)
    expect(await deals()).toEqual(untouched())
  })

  test('that were taken back elsewhere do not carry a write here, whatever it does', async () => {
    await revoke()
    const writes = [
      update(),
      send(as('owner'), { action: 'delete' }),
      send(as('owner'), { action: 'create', entity: 'note', given: { body: 'x' } }),
      send(as('owner'), { action: 'update' }),
    ]
    expect(await Promise.all(writes.map(failureOf))).toEqual([true, true, true, true])
    expect(await deals()).toEqual(untouched())
    expect(await app.rows('select 1 from notes')).toEqual([])
  })

  test('that others have are not those of administrators, who need none', async () => {
    await revoke()
    expect(await failureOf(app.update('deal', deal, title))).toBe('nothing failed')
  })

  test('stand when other definitions change', async () => {
    await save({ entities: original().entities.map((entity) => ({ ...entity, description: 'Another' })) })
    expect(await failureOf(update())).toBe('nothing failed')
    expect(await readRevisions()).toEqual([
      { revision: app.registry.revision + 1, rights_revision: app.registry.revision },
    ])
  })

  test('are not taken back before a write that holds them has ended', async () => {
    let revoking: Promise<unknown> | undefined
    await app.pool.begin(async (sql) => {
      await sql.unsafe(`select _hold_rights(${app.registry.revision})`)
      revoking = revoke()
      while ((await countWaiting(sql)) === 0);
      expect(await readRevisions()).toMatchObject([{ revision: app.registry.revision }])
    })
    await revoking
    expect(await failureOf(update())).toBe(true)
  })
})

describe('several records', () => {
  const all = { kind: 'all', parts: [] } as const
  const bulk = (role: string) => {
    const entity = entityOf(app.registry, 'deal')
    const plan = {
      kind: 'matching',
      action: 'update',
      entity,
      filter: all,
      atMost: 10,
      input: title,
    } as const
    return app.send(plan, { viewer: as(role) })
  }

  test('leave out one that is hidden by another behind it meanwhile', async () => {
    const moved = ["update regions set manager = 'bob@example.com'", "update deals set status = 'seen'"]
    expect(await meet(moved, () => bulk('manager'))).toBe('nothing was refused')
    expect(await deals()).toEqual(untouched())
  })

  test('leave out one that was moved to where it is hidden', async () => {
    const elsewhere = (await app.create('region', { manager: ada.email })).id
    const moved = [
      "update regions set manager = 'bob@example.com'",
      `update deals set region_id = '${String(elsewhere)}'`,
    ]
    expect(await meet(moved, () => bulk('manager'))).toBe('nothing was refused')
    expect(await deals()).toEqual([{ ...untouched()[0], region_id: elsewhere }])
  })

  test('of one parent are written at once, from above and from below, by all who may', async () => {
    const more = await Promise.all(Array.from({ length: 5 }, () => app.create('deal', { region_id: region })))
    const keys = [deal, ...more.map(({ id }) => id)]
    const writes = [
      ...keys.map((key) => send(as('clerk'), { action: 'update', given: title, key })),
      ...keys.map((key) => app.update('region', region, { deals: [{ id: key, owner_id: bob }] })),
    ]
    expect(await Promise.all(writes.map(refusalOf))).toEqual(writes.map(() => 'nothing was refused'))
    expect(await app.rows('select distinct title, owner_id from deals')).toEqual([
      { title: 'b', owner_id: bob },
    ])
  })
})

describe('a record', () => {
  test('is not made below one whose status is locked two relations up meanwhile', async () => {
    const locked = ["update regions set status = 'locked'"]
    const create = { action: 'create', entity: 'note', given: { body: 'x', deal_id: deal } } as const
    expect(await meet(locked, () => send(as('writer'), create))).toBe(
      'FORBIDDEN: you may not create this note',
    )
    expect(await app.rows('select 1 from notes')).toEqual([])
  })

  test('is not connected to one that is hidden meanwhile', async () => {
    const moved = [`update deals set owner_id = '${bob}'`]
    const create = { action: 'create', entity: 'note', given: { body: 'x', deal_id: deal } } as const
    expect(await meet(moved, () => send(as('owner'), create))).toBe(
      `NOT_FOUND: deal_id: leads to no deal: there is none with the id "${String(deal)}"`,
    )
  })

  test('is not connected to one that is hidden by another behind it meanwhile', async () => {
    const moved = ["update regions set manager = 'bob@example.com'", "update deals set status = 'seen'"]
    const create = { action: 'create', entity: 'note', given: { body: 'x', deal_id: deal } } as const
    expect(await meet(moved, () => send(as('manager'), create))).toBe(
      `NOT_FOUND: deal_id: leads to no deal: there is none with the id "${String(deal)}"`,
    )
  })
})
