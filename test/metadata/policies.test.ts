// Conditions of permissions on real rows: memory and PostgreSQL say the same, and it is what metadata promises.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Viewer } from '../../src/auth/viewer.ts'
import { run } from '../../src/database/connect.ts'
import { buildPolicies } from '../../src/metadata/policies/build.ts'
import type { Policy } from '../../src/metadata/policy.ts'
import { entityOf } from '../../src/metadata/registry.ts'
import { holdsFor, writePolicies } from '../../src/pipeline/rights/policies.ts'
import { describeRows } from '../../src/pipeline/stages/hops.ts'
import type { Values } from '../../src/pipeline/statement.ts'
import { type PipelineApp, startPipeline } from '../pipeline/app.ts'
import { readGoodPermission, type Written } from './app.ts'

const owner = 'a0000000-0000-4000-8000-000000000001'
const stranger = 'a0000000-0000-4000-8000-000000000002'

const document = {
  entities: [
    { name: 'region', fields: [{ name: 'title', type: 'string' }] },
    {
      name: 'customer',
      fields: [
        { name: 'title', type: 'string' },
        { name: 'region_id', type: 'uuid' },
      ],
    },
    {
      name: 'deal',
      fields: [
        { name: 'place', type: 'int', required: true },
        { name: 'title', type: 'string' },
        { name: 'status', type: 'string', enum: ['open', 'won', 'lost'] },
        { name: 'count', type: 'int' },
        { name: 'big', type: 'bigint' },
        { name: 'total', type: 'decimal', precision: 2 },
        { name: 'rate', type: 'float' },
        { name: 'paid', type: 'boolean' },
        { name: 'owner_id', type: 'uuid' },
        { name: 'due_on', type: 'date' },
        { name: 'sent_at', type: 'timestamp' },
        { name: 'opens_at', type: 'time' },
        { name: 'extra', type: 'json' },
        { name: 'customer_id', type: 'uuid' },
      ],
    },
  ],
  relations: [
    { name: 'customers', type: 'one_to_many', source: 'region', target: 'customer' },
    { name: 'deals', type: 'one_to_many', source: 'customer', target: 'deal' },
  ],
}

const rows: readonly Written[] = [
  {
    title: 'Änne "\\"\n\u0001',
    status: 'open',
    count: 1,
    big: '9007199254740993',
    total: '1.50',
    rate: 1e-7,
    paid: true,
    owner_id: owner,
    due_on: '2026-01-31',
    sent_at: '2026-01-31T12:00:00.000Z',
    opens_at: '08:30',
    extra: { a: 1 },
  },
  {
    title: 'Z',
    status: 'won',
    count: -2,
    big: '9007199254740992',
    total: '-0.10',
    rate: 1e21,
    paid: false,
    owner_id: stranger,
    due_on: '2026-02-01',
    sent_at: '2026-02-01T00:00:00.000Z',
    opens_at: '23:59:59.5',
    extra: null,
  },
  { title: '', status: 'lost', count: 0, total: '0', rate: 0, due_on: '2999-01-01', extra: [] },
  {},
]

let app: PipelineApp
beforeAll(async () => {
  app = await startPipeline(document)
  const north = await app.create('region', { title: 'north' })
  const ada = await app.create('customer', { title: 'Ada', region_id: north.id })
  const bob = await app.create('customer', { title: 'Bob' })
  const customers = [ada.id, bob.id, undefined, undefined]
  for (const [place, row] of rows.entries())
    await app.create('deal', {
      place,
      ...row,
      ...(customers[place] ? { customer_id: customers[place] } : {}),
    })
})
afterAll(() => app.stop())

const user: Viewer = {
  id: owner,
  email: 'ada@example.com',
  roles: ['clerk', 'Z'],
  attributes: {
    level: 1,
    limit: '1.5',
    status: 'won',
    statuses: ['won', 5, null, 'lost'],
    none: [],
    deep: { day: '2026-02-01', title: 'north' },
    hour: '08:30:00',
    zero: 0,
  },
}

function build(more: Written): Policy {
  const read = readGoodPermission({ entity: 'deal', action: 'read', roles: ['clerk'], ...more })
  const permissions = [{ ...read, id: 'it' }]
  const { policies, problems } = buildPolicies({ permissions, rules: [] }, app.registry.entities)
  const [policy] = policies.get('deal')?.read ?? []
  if (policy === undefined || problems.length > 0) throw new Error(JSON.stringify(problems))
  return policy
}

async function askPostgres(policy: Policy, viewer: Viewer): Promise<readonly unknown[]> {
  const values: Values = []
  const where = writePolicies([policy], viewer, entityOf(app.registry, 'deal'), 't', values)
  const text = `select t.place from deals t where ${where} order by t.place`
  return (await run(app.pool, { text, values })).map(({ place }) => place)
}

async function askMemory(policy: Policy, viewer: Viewer): Promise<readonly unknown[]> {
  const found = await app.rows('select * from deals order by place')
  const readNow = async () => new Date().toISOString()
  const hearing = { sql: app.pool, registry: app.registry, viewer, readNow }
  const environments = await describeRows(hearing, [policy], found)
  return found.filter((_, at) => holdsFor(policy, environments[at] ?? {})).map(({ place }) => place)
}

async function ask(more: Written, viewer: Viewer = user): Promise<readonly unknown[]> {
  const policy = build(more)
  const found = await askPostgres(policy, viewer)
  expect(await askMemory(policy, viewer)).toEqual(found)
  return found
}

const when = (field: string, operator: string, value?: unknown): Written => ({
  conditions: [{ field, operator, value }],
})

describe('a condition holds, in memory and in PostgreSQL,', () => {
  it.each<[field: string, operator: string, value: unknown, holds: readonly number[]]>([
    ['title', 'eq', 'Änne "\\"\n\u0001', [0]],
    ['title', 'eq', '', [2]],
    ['title', 'neq', 'Z', [0, 2, 3]],
    ['title', 'in', ['Z', 'Änne "\\"\n\u0001', '{'], [0, 1]],
    ['title', 'not_in', ['Z', ''], [0, 3]],
    ['title', 'gt', 'A', [0, 1]],
    ['title', 'lt', 'Ä', [1, 2]],
    ['title', 'contains', 'nne', [0]],
    ['title', 'contains', '%', []],
    ['title', 'contains', '', [0, 1, 2]],
    ['title', 'is_null', true, [3]],
    ['title', 'is_null', false, [0, 1, 2]],
    ['status', 'eq', 'won', [1]],
    ['status', 'contains', 'o', [0, 1, 2]],
    ['count', 'eq', -2, [1]],
    ['count', 'in', [0, 1], [0, 2]],
    ['count', 'not_in', [0, 1], [1, 3]],
    ['count', 'gte', 0, [0, 2]],
    ['count', 'lt', 1, [1, 2]],
    ['big', 'eq', '9007199254740993', [0]],
    ['big', 'in', ['9007199254740993', 5], [0]],
    ['big', 'lt', '9007199254740993', [1]],
    ['total', 'eq', 1.5, [0]],
    ['total', 'in', ['1.5', '0.00'], [0, 2]],
    ['total', 'lte', '-0.1', [1]],
    ['total', 'neq', '0', [0, 1, 3]],
    ['rate', 'eq', 1e-7, [0]],
    ['rate', 'in', [1e21, 0], [1, 2]],
    ['rate', 'gt', 1e20, [1]],
    ['paid', 'eq', true, [0]],
    ['paid', 'neq', true, [1, 2, 3]],
    ['paid', 'in', [true, false], [0, 1]],
    ['owner_id', 'eq', owner.toUpperCase(), [0]],
    ['owner_id', 'not_in', [stranger], [0, 2, 3]],
    ['due_on', 'lt', '2026-02-01', [0]],
    ['due_on', 'in', ['2026-02-01', '2026-01-31'], [0, 1]],
    ['sent_at', 'eq', '2026-01-31T13:00:00+01:00', [0]],
    ['sent_at', 'in', ['2026-02-01T00:00:00Z'], [1]],
    ['sent_at', 'gte', '2026-02-01T00:00:00Z', [1]],
    ['opens_at', 'eq', '08:30:00', [0]],
    ['opens_at', 'in', ['23:59:59.500', '08:30'], [0, 1]],
    ['opens_at', 'gt', '08:30', [1]],
    ['extra', 'is_null', true, [1, 3]],
    ['extra', 'is_null', false, [0, 2]],
    ['owner_id', 'eq', '{{user.id}}', [0]],
    ['owner_id', 'neq', '{{user.id}}', [1, 2, 3]],
    ['owner_id', 'in', ['{{user.id}}', stranger], [0, 1]],
    ['title', 'in', '{{user.roles}}', [1]],
    ['title', 'not_in', '{{user.roles}}', [0, 2, 3]],
    ['title', 'neq', '{{user.email}}', [0, 1, 2, 3]],
    ['status', 'eq', '{{user.attributes.status}}', [1]],
    ['status', 'in', '{{user.attributes.statuses}}', [1, 2]],
    ['status', 'not_in', '{{user.attributes.statuses}}', [0, 3]],
    ['status', 'not_in', '{{user.attributes.none}}', [0, 1, 2, 3]],
    ['status', 'contains', '{{user.attributes.status}}', [1]],
    ['count', 'lte', '{{user.attributes.level}}', [0, 1, 2]],
    ['total', 'gte', '{{user.attributes.limit}}', [0]],
    ['due_on', 'gte', '{{user.attributes.deep.day}}', [1, 2]],
    ['opens_at', 'eq', '{{user.attributes.hour}}', [0]],
    ['due_on', 'lt', '{{now}}', [0, 1]],
    ['sent_at', 'lte', '{{now}}', [0, 1]],
  ])('of %s %s %j for the right rows', async (field, operator, value, holds) => {
    expect(await ask(when(field, operator, value))).toEqual(holds)
  })
})

describe('a place that stands for nothing', () => {
  it.each<[field: string, operator: string, value: unknown]>([
    ['status', 'eq', '{{user.attributes.gone}}'],
    ['status', 'neq', '{{user.attributes.gone}}'],
    ['status', 'not_in', '{{user.attributes.gone}}'],
    ['status', 'not_in', ['won', '{{user.attributes.gone}}']],
    ['title', 'contains', '{{user.attributes.gone}}'],
    ['title', 'neq', '{{user.attributes.deep.title.length}}'],
    ['title', 'neq', '{{user.attributes.constructor}}'],
    ['status', 'not_in', '{{user.attributes.status}}'],
    ['status', 'in', '{{user.attributes.status}}'],
    ['title', 'neq', '{{user.attributes.level}}'],
    ['count', 'neq', '{{user.attributes.status}}'],
    ['due_on', 'neq', '{{user.attributes.status}}'],
    ['due_on', 'neq', '{{user.attributes.level}}'],
  ])('makes %s %s %j hold for no row', async (field, operator, value) => {
    expect(await ask(when(field, operator, value))).toEqual([])
  })

  it('is also what a caller without a token has', async () => {
    const anonymous: Viewer = { roles: ['clerk'], attributes: {} }
    expect(await ask(when('owner_id', 'neq', '{{user.id}}'), anonymous)).toEqual([])
    expect(await ask(when('title', 'neq', '{{user.email}}'), anonymous)).toEqual([])
  })
})

describe('a policy', () => {
  it('holds where all its conditions and its expression do', async () => {
    const conditions = [
      { field: 'count', operator: 'gte', value: 0 },
      { field: 'status', operator: 'neq', value: 'lost' },
    ]
    expect(await ask({ conditions })).toEqual([0])
    expect(await ask({ conditions, expression: 'record.total > 5' })).toEqual([])
    expect(await ask({})).toEqual([0, 1, 2, 3])
  })

  it('looks through relations to one', async () => {
    const expression = 'record.customer.region.title == user.attributes.deep.title'
    expect(await ask({ expression })).toEqual([0])
    expect(await ask({ expression: 'record.customer.region.title == nil' })).toEqual([1, 2, 3])
  })

  it('that cannot be worked out holds for no row', async () => {
    expect(await ask({ expression: 'record.count >= 0 && 1 / user.attributes.zero > 0' })).toEqual([])
    expect(await ask({ expression: '!(1 / user.attributes.zero > 0)' })).toEqual([])
  })

  it('tells its clauses as expressions', () => {
    const conditions = [
      { field: 'title', operator: 'in', value: ['a "b"', '{{user.email}}'] },
      { field: 'count', operator: 'not_in', value: [1, 2] },
      { field: 'total', operator: 'gt', value: '1.5' },
      { field: 'title', operator: 'contains', value: 'x' },
      { field: 'paid', operator: 'is_null', value: false },
    ]
    expect(build({ conditions, expression: 'record.paid' }).clauses.map(({ text }) => text)).toEqual([
      'record.title in ["a \\"b\\"", user.email]',
      '!(record.count in [1, 2])',
      'record.total > 1.5',
      'contains(record.title, "x")',
      'record.paid != nil',
      'record.paid',
    ])
  })
})
