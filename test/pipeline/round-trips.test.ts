// How many statements a write takes, and how many round trips: rules, a transition and a permission cost at most one more than a write without them, as do workflows.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type Pool } from '../../src/database/connect.ts'
import { entityOf } from '../../src/metadata/registry.ts'
import type { Value } from '../../src/metadata/value.ts'
import { recordStatements, type StatementRecorder } from '../support/statements.ts'
import { type PipelineApp, startPipeline } from './app.ts'

const fields = [
  { name: 'title', type: 'string', required: true },
  { name: 'amount', type: 'decimal', precision: 2 },
  { name: 'status', type: 'string' },
  { name: 'sent_at', type: 'timestamp' },
  { name: 'owner_id', type: 'uuid' },
]
const clerk = { id: 'c0000000-0000-4000-8000-000000000001', roles: ['clerk'], attributes: {} }
const own = { field: 'owner_id', operator: 'eq', value: '{{user.id}}' }
const document = {
  entities: [
    { name: 'plain', fields },
    { name: 'ruled', table: 'ruleds', fields },
    { name: 'hooked', fields },
    { name: 'followed', table: 'followeds', fields },
  ],
  rules: [
    {
      entity: 'ruled',
      type: 'field',
      definition: { field: 'title', operator: 'min_length', value: 2, message: 'is too short' },
    },
    {
      entity: 'ruled',
      type: 'expression',
      definition: { expression: 'record.amount < 0', message: 'is negative', field: 'amount' },
    },
    {
      entity: 'ruled',
      type: 'expression',
      definition: { expression: 'record.amount > 1000000', message: 'is large', field: 'amount' },
    },
  ],
  workflows: ['first', 'second'].map((name) => ({
    name,
    trigger: { type: 'state_change', entity: 'followed', field: 'status', to: 'sent' },
    steps: [{ id: 'rest', type: 'wait', duration: '1h', then: 'end' }],
  })),
  state_machines: [
    {
      entity: 'ruled',
      field: 'status',
      definition: {
        initial: 'draft',
        transitions: [
          {
            from: 'draft',
            to: 'sent',
            roles: ['clerk'],
            guard: 'record.amount > 0',
            actions: [{ type: 'set_field', field: 'sent_at', value: 'now' }],
          },
        ],
      },
    },
  ],
  webhooks: [{ entity: 'hooked', url: 'https://example.com/hook', condition: 'record.amount > 0' }],
  permissions: [
    { entity: 'ruled', action: 'read', roles: ['clerk'], conditions: [own] },
    { entity: 'ruled', action: 'create', roles: ['clerk'] },
    { entity: 'ruled', action: 'update', roles: ['clerk'], conditions: [own] },
  ],
}

let app: PipelineApp
let recorder: StatementRecorder
let pool: Pool
beforeAll(async () => {
  app = await startPipeline(document)
  recorder = await recordStatements(app.url)
  pool = connect(recorder.url, { max: 1 })
})
afterAll(async () => {
  await pool?.end()
  await recorder?.stop()
  await app?.stop()
})

const given = { title: 'One', amount: '5', owner_id: clerk.id }

/** The statements of an update, once everything is warm, and how often we waited for an answer. */
async function countUpdate(name: 'plain' | 'ruled' | 'hooked' | 'followed', input: Record<string, unknown>) {
  const entity = entityOf(app.registry, name)
  const send = async (key: Value) => {
    const record = { action: 'update', entity, path: '', key, input, relations: [] } as const
    await app.send(
      { kind: 'records', records: [record] },
      { pool, ...(name === 'ruled' ? { viewer: clerk } : {}) },
    )
  }
  const [first, second] = [await app.create(name, given), await app.create(name, given)]
  await send(first.id as Value)
  recorder.take()
  recorder.takeTrips()
  await send(second.id as Value)
  const statements = recorder.take().map((text) => text.split(' ').slice(0, 2).join(' ').trim())
  return { statements, trips: recorder.takeTrips() }
}

describe('an update', () => {
  it('takes begin, lock, write and commit', async () => {
    expect(await countUpdate('plain', { title: 'Two', status: 'sent' })).toEqual({
      statements: ['begin', 'select t."id"', 'with written', 'commit'],
      trips: 4,
    })
  })

  it('with three rules, a transition that tells the time and a permission takes one round trip more', async () => {
    const { statements, trips } = await countUpdate('ruled', { title: 'Two', status: 'sent' })
    expect(trips).toBe(5)
    expect(statements).toEqual([
      'begin',
      'select t."id"',
      'select now()::timestamptz(3)',
      'select _hold_rights($1::integer)',
      'with written',
      'commit',
    ])
  })

  it('that starts no workflow takes no more, and one that does takes one', async () => {
    const plain = ['begin', 'select t."id"', 'with written', 'commit']
    expect(await countUpdate('followed', { title: 'Two' })).toEqual({ statements: plain, trips: 4 })
    expect(await countUpdate('followed', { status: 'sent' })).toEqual({
      statements: [...plain.slice(0, 3), 'with made', 'commit'],
      trips: 5,
    })
  })
})

describe('a write with an async webhook', () => {
  it('takes as much as one without', async () => {
    expect(await countUpdate('hooked', { title: 'Two' })).toEqual({
      statements: ['begin', 'select t."id"', 'with written', 'commit'],
      trips: 4,
    })
  })
})

describe('a thousand records', () => {
  it.each([
    ['take as many statements as one', 'plain', ['begin', 'with', 'commit']],
    ['that start two workflows each take one more', 'followed', ['begin', 'with', 'with', 'commit']],
  ])('%s', async (_, name, expected) => {
    const entity = entityOf(app.registry, name)
    const records = Array.from({ length: 1000 }, (_, index) => ({
      action: 'create' as const,
      entity,
      path: `inputs[${index}]`,
      input: name === 'plain' ? given : { ...given, status: 'sent' },
      relations: [],
    }))
    recorder.take()
    await app.send({ kind: 'records', records }, { pool })
    expect(recorder.take().map((text) => text.split(' ')[0])).toEqual(expected)
  })
})
