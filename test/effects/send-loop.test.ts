// How deliveries are sent: few at once to the same endpoint, none held up by another's, and none kept by who stops or dies.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startSending } from '../../src/effects/send-loop.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { type DeliveryApp, startDeliveryApp } from './app.ts'

let receiver: Receiver
let home: DeliveryApp
let slow: string
let quick: string
const problems: unknown[] = []
beforeAll(async () => {
  receiver = await startReceiver()
  home = await startDeliveryApp([`${receiver.url}/slow`, `${receiver.url}/quick`])
  ;[slow = '', quick = ''] = home.webhooks
})
afterAll(async () => {
  await home?.stop()
  await receiver?.stop()
})
beforeEach(async () => {
  receiver.clear()
  await home.rows('delete from _deliveries')
})
afterEach(() => expect(problems.splice(0)).toEqual([]))

const start = () =>
  startSending({ ...home.post, pollEvery: 50, patience: 50, log: (error) => problems.push(error) })
const countDelivered = async () =>
  Number((await home.rows("select count(*) as count from _deliveries where state = 'delivered'"))[0]?.count)

test('an endpoint that does not answer has four under way, and another one gets all of its own', async () => {
  receiver.respond(({ path }) => (path === '/slow' ? undefined : { status: 200 }))
  for (let count = 0; count < 10; count++) for (const each of [slow, quick]) await home.add(each)
  const sending = start()
  await receiver.await(14)
  while ((await countDelivered()) < 10);
  expect(receiver.received.filter(({ path }) => path === '/slow')).toHaveLength(4)
  await sending.stop()
})

test('who stops hands back what was not answered, as if nobody had tried', async () => {
  receiver.respond(() => undefined)
  await home.add(slow)
  const sending = start()
  await receiver.await(1)
  await sending.stop()
  const text =
    'select state, attempts, lease, due_at <= now() as due, (select count(*)::int from _delivery_attempts) as log from _deliveries'
  expect(await home.rows(text)).toEqual([{ state: 'waiting', attempts: 0, lease: null, due: true, log: 0 }])
})

test('what somebody else has is left alone until their lease has ended', async () => {
  receiver.respond(() => ({ status: 200 }))
  const id = await home.add(quick)
  await home.rows("update _deliveries set lease = gen_random_uuid(), due_at = now() + interval '30 s'")
  const other = await home.add(quick)
  const sending = start()
  while ((await countDelivered()) < 1);
  expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([other])
  await home.rows("update _deliveries set due_at = now() where state = 'waiting'")
  while ((await countDelivered()) < 2);
  expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([other, id])
  await sending.stop()
})

test('several who send share the work, and each message goes once', async () => {
  receiver.respond(() => ({ status: 200 }))
  for (let count = 0; count < 40; count++) await home.add(count % 2 === 0 ? slow : quick)
  const all = [start(), start(), start()]
  while ((await countDelivered()) < 40);
  expect(receiver.received).toHaveLength(40)
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(40)
  for (const each of all) await each.stop()
})
