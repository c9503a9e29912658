// kill -9 of the server between a write and the end of its delivery: nothing is lost, and nothing is told that did not happen.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deliveryFailpoints, type Failpoint } from '../support/failpoints.ts'
import { type HookedServers, prepareHookedServers } from '../support/webhook-processes.ts'

const isLong = process.env.METALOOM_TEST_SIZE === 'long'
const rounds = isLong ? 20 : 1
/** The small size leaves out what kills of plain writes show already. */
const points: readonly Failpoint[] = [
  ...(isLong ? (['before the commit', 'when the commit was sent'] as const) : []),
  ...deliveryFailpoints,
]

let servers: HookedServers
const acknowledged: string[] = []
beforeAll(async () => {
  servers = await prepareHookedServers()
})
afterAll(() => servers?.stop())

const listStored = async () =>
  new Set((await servers.rows('select number from invoices')).map(({ number }) => String(number)))
const listTold = () => servers.receiver.received.map(({ message }) => String(message.record.number))

/** Processes start slowly on a busy machine; in milliseconds. */
const timeout = 600_000

describe('a delivery whose server is killed', { timeout }, () => {
  const cases = Array.from({ length: rounds }, (_, round) =>
    points.map((point) => [point, round + 1] as const),
  ).flat()

  test.each(cases)('%s tells only what happened (round %i)', async (point, round) => {
    const { process, create } = await servers.start(point)
    let hasEnded = false
    const ended = process.ended.finally(() => {
      hasEnded = true
    })
    for (let count = 1; !hasEnded && count <= 100; count++) {
      const number = `${point} ${round} ${count}`
      if (await create(number)) acknowledged.push(number)
    }
    expect(await ended).toBe('SIGKILL')
    const stored = await listStored()
    expect(listTold().filter((number) => !stored.has(number))).toEqual([])
    expect(acknowledged.filter((number) => !stored.has(number))).toEqual([])
  })

  test('is made good by the next server: every record is told of, once more only where a server died', async () => {
    await servers.start()
    await servers.awaitDelivered()
    const stored = await listStored()
    expect(new Set(listTold())).toEqual(stored)
    const ids = new Map<string, Set<string | undefined>>()
    for (const { message, headers } of servers.receiver.received) {
      const { number } = message.record
      ids.set(number, (ids.get(number) ?? new Set()).add(headers['webhook-id']))
    }
    expect([...ids].filter(([, known]) => known.size > 1)).toEqual([])
    const mostInFlight = 4
    expect(listTold().length - stored.size).toBeLessThanOrEqual(cases.length * mostInFlight)
    const deliveries = "select count(*)::int as count from _deliveries where state = 'delivered'"
    expect(await servers.rows(deliveries)).toEqual([{ count: stored.size }])
  })
})
