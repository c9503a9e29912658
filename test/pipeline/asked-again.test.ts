// A transaction that is run again asks no webhook a second time; another question is another one.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { usualLimits } from '../../src/config/limits.ts'
import type { Pool } from '../../src/database/connect.ts'
import { createSlots } from '../../src/effects/slots.ts'
import { entityOf } from '../../src/metadata/registry.ts'
import type { Value } from '../../src/metadata/value.ts'
import type { Outside, Question } from '../../src/pipeline/outside.ts'
import type { Plan } from '../../src/pipeline/plan.ts'
import { type PipelineApp, planRecord, refusalOf, startPipeline } from './app.ts'

const url = 'https://example.com/hook'
const document = {
  entities: [
    {
      name: 'parent',
      fields: [
        { name: 'name', type: 'string' },
        { name: 'seen_at', type: 'timestamp', auto: 'update' },
      ],
    },
    {
      name: 'child',
      fields: [
        { name: 'parent_id', type: 'uuid' },
        { name: 'name', type: 'string' },
      ],
    },
  ],
  relations: [
    { name: 'children', type: 'one_to_many', source: 'parent', target: 'child', target_key: 'parent_id' },
  ],
  webhooks: ['parent', 'child'].flatMap((entity) =>
    ['before_write', 'after_write', 'before_delete', 'after_delete'].map((hook) => ({
      entity,
      hook,
      url,
      async: false,
    })),
  ),
}

let app: PipelineApp
let asked: Question[] = []
const outside: Outside = {
  wake() {},
  ask: async (_, questions) => {
    asked.push(...questions)
    return questions.map(() => ({}))
  },
  slots: createSlots(1),
  limits: usualLimits,
}
beforeAll(async () => {
  app = await startPipeline(document)
})
afterAll(() => app?.stop())
beforeEach(() => {
  asked = []
})

/** A pool whose first transactions end as if another one had come before them, at their very end. */
function rival(pool: Pool, times: number): Pool {
  let left = times
  const begin = (work: (sql: unknown) => Promise<unknown>) =>
    pool.begin(async (sql) => {
      const result = await work(sql)
      if (left-- > 0) throw Object.assign(new Error('could not serialize'), { code: '40001' })
      return result
    })
  return new Proxy(pool, { get: (target, key) => (key === 'begin' ? begin : Reflect.get(target, key)) })
}

const send = (plan: Plan) => app.send(plan, { outside, pool: rival(app.pool, 2) })
const told = () =>
  asked.map(({ webhook, body }) => `${webhook.hook} ${webhook.entity} ${JSON.parse(body).action}`).sort()

test('a record with its children', async () => {
  const parent = entityOf(app.registry, 'parent')
  const given = { name: 'One', children: [{ name: 'A' }, { name: 'A' }] }
  const { rows } = await send({
    kind: 'records',
    records: [planRecord(app.registry, { action: 'create', entity: parent, path: '' }, given)],
  })
  const children = (hook: string) => Array.from({ length: 2 }, () => `${hook} child create`)
  const expected = ['before_write', 'after_write'].flatMap((hook) => [
    ...children(hook),
    `${hook} parent create`,
  ])
  expect(told()).toEqual(expected.sort())

  asked = []
  const key = rows[0]?.id as Value
  const input = { name: 'Two' }
  await send({
    kind: 'records',
    records: [{ action: 'update', entity: parent, path: '', key, input, relations: [] }],
  })
  expect(told()).toEqual(['after_write parent update', 'before_write parent update'])

  asked = []
  const children2 = 'update children set parent_id = null'
  await app.rows(children2)
  await send({ kind: 'records', records: [{ action: 'delete', entity: parent, path: '', key }] })
  expect(told()).toEqual(['after_delete parent delete', 'before_delete parent delete'])
})

test('a slot is given back, whatever becomes of the write', async () => {
  const parent = entityOf(app.registry, 'parent')
  const start = { action: 'create', entity: parent, path: '' } as const
  const plan: Plan = { kind: 'records', records: [planRecord(app.registry, start, { name: 'One' })] }
  const refusing = { ...outside, ask: async () => [{ refusal: 'no' }] }
  expect(await refusalOf(app.send(plan, { outside: refusing }))).toBe('WEBHOOK_REFUSED: no')
  await app.send(plan, { outside })
  expect(outside.slots.tryTake()).toBe(true)
  outside.slots.release()
})
