// How events become deliveries: with the definitions that they were written under, and once, whoever looks.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { usualLimits } from '../../src/config/limits.ts'
import { cleanUp } from '../../src/effects/clean-up.ts'
import { dispatch } from '../../src/effects/dispatch.ts'
import { choosePause } from '../../src/effects/pauses.ts'
import { settleRestored } from '../../src/effects/restored.ts'
import { type DeliveryApp, startDeliveryApp } from './app.ts'

let home: DeliveryApp
beforeAll(async () => {
  home = await startDeliveryApp(['https://example.com/one', 'https://example.com/two'])
})
afterAll(() => home?.stop())
beforeEach(async () => {
  await home.rows('truncate _deliveries, _delivery_attempts, _outbox')
})

const signal = new AbortController().signal
const count = async (text: string) =>
  Number((await home.rows(`select count(*) as count from ${text}`))[0]?.count)

test('many who look at once make one delivery for each event and webhook', async () => {
  for (let each = 0; each < 20; each++) await home.app.create('ticket', { title: `T ${each}` })
  const turns = Array.from({ length: 5 }, () => dispatch(home.post, signal))
  await Promise.all(turns)
  while (await dispatch(home.post, signal));
  expect(await count('_deliveries')).toBe(40)
  const order = 'select distinct event from _deliveries order by event'
  const places =
    'select event from (select event, min(position) as place from _deliveries group by event) d order by place'
  expect(await home.rows(places)).toEqual(await home.rows(order))
})

test('what a restored database has from transactions that are yet to come is sent first, as it was written', async () => {
  const ahead = `insert into _outbox (transaction, kind, entity, record_id, version, payload, actor, request_id, hooks, revision)
    select '9000000000000'::xid8, 'record', 'ticket', g::text, 1, '{"action": "create", "old": null, "record": {}}', 'test', 'test', array['${home.webhooks[0]}'], 0
    from generate_series(1, 3) g`
  await home.rows(ahead)
  expect(await dispatch(home.post, signal)).toBe(true)
  expect(await count('_deliveries')).toBe(0)
  expect(await settleRestored(home.app.pool)).toBe(3)
  expect(await settleRestored(home.app.pool)).toBe(0)
  await home.app.create('ticket', { title: 'Later' })
  expect(await settleRestored(home.app.pool)).toBe(0)
  while (await dispatch(home.post, signal));
  const sent = await home.rows('select record_id as id from _deliveries order by position')
  expect(sent.slice(0, 3).map(({ id }) => id)).toEqual(['1', '2', '3'])
  expect(sent.length).toBe(5)
})

test('an instance that does not know the definitions of an event loads them first', async () => {
  await home.app.create('ticket', { title: 'New' })
  const { registry } = home.app
  let known = { ...registry, revision: 0, webhooks: new Map() }
  const asked: number[] = []
  const late = {
    ...home.post,
    readRegistry: () => known,
    reload: async (revision: number) => {
      asked.push(revision)
      known = { ...registry, webhooks: new Map(registry.webhooks) }
    },
  }
  expect(await dispatch(late, signal)).toBe(true)
  expect(await count('_deliveries')).toBe(0)
  await dispatch(late, signal)
  expect(asked).toEqual([registry.revision])
  expect(await count('_deliveries')).toBe(2)
})

test('what nobody waits for is looked at by nobody, and goes after two hours; what waits stays', async () => {
  const text = `insert into _outbox (kind, entity, record_id, version, payload, actor, request_id, at, hooks, taken_at)
    select 'record', 'ticket', g::text, 1, '{}', 'test', 'test', now() - g * interval '45 min',
      case when g % 2 = 0 then array['x'] end, case when g % 4 = 0 then now() end from generate_series(1, 8) g`
  await home.rows(text)
  await home.rows(`insert into _deliveries (id, event, endpoint, entity, record_id, action, body, state, finished_at)
    select gen_random_uuid(), g, 'x', 'ticket', g::text, 'create', '{}', case when g % 2 = 0 then 'dead' else 'delivered' end,
      now() - g * interval '5 days' from generate_series(1, 8) g`)
  await cleanUp(home.app.pool)
  const left = await home.rows('select record_id from _outbox order by record_id')
  expect(left.map(({ record_id }) => record_id)).toEqual(['1', '2', '6'])
  const kept = await home.rows('select record_id from _deliveries order by record_id')
  expect(kept.map(({ record_id }) => record_id)).toEqual(['1', '2', '4'])
})

test.each([
  ['exponential', 1, 5_000],
  ['exponential', 2, 25_000],
  ['exponential', 3, 125_000],
  ['exponential', 7, 78_125_000],
  ['exponential', 12, 86_400_000],
  ['linear', 1, 60_000],
  ['linear', 3, 180_000],
] as const)('the %s pause behind try %i is about %i ms, and a day at most', (backoff, attempts, planned) => {
  const retry = { maxAttempts: 8, backoff }
  const pauses = Array.from({ length: 50 }, () => choosePause(retry, usualLimits, { attempts }))
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(planned * 0.8)
  expect(Math.max(...pauses)).toBeLessThanOrEqual(Math.min(planned * 1.2, 86_400_000))
  expect(choosePause(retry, usualLimits, { attempts, retryAfter: 86_400_000 })).toBe(86_400_000)
  expect(choosePause(retry, usualLimits, { attempts, retryAfter: 999_000_000 })).toBe(86_400_000)
})
