// Two processes deliver what both write, and one is killed half-way: everything arrives, twice only what was under way.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HookedServer, type HookedServers, prepareHookedServers } from '../support/webhook-processes.ts'

const writes = process.env.METALOOM_TEST_SIZE === 'long' ? 1_000 : 200
const writers = 8
/** Processes start slowly on a busy machine; in milliseconds. */
const patience = 600_000

let servers: HookedServers
beforeAll(async () => {
  servers = await prepareHookedServers()
})
afterAll(() => servers?.stop())

test(
  'all that was written is told, whichever process wrote it',
  async () => {
    const first = await servers.start()
    const second = await servers.start()
    const acknowledged: string[] = []
    let next = 0
    let inFlight: ReadonlySet<unknown> = new Set()
    const write = async (): Promise<void> => {
      for (let number = next++; number < writes; number = next++) {
        if (number === writes / 2) inFlight = await killInFlight(second)
        const target = number % 2 === 0 ? first : second
        if (await target.create(String(number))) acknowledged.push(String(number))
      }
    }
    await Promise.all(Array.from({ length: writers }, write))
    await servers.awaitDelivered()
    const { received } = servers.receiver
    const stored = new Set((await servers.rows('select number from invoices')).map(({ number }) => number))
    expect(acknowledged.filter((number) => !stored.has(number))).toEqual([])
    expect(acknowledged.length).toBeGreaterThanOrEqual(writes / 2)
    expect(new Set(received.map(({ message }) => message.record.number))).toEqual(stored)
    const counts = new Map<unknown, number>()
    for (const { headers } of received)
      counts.set(headers['webhook-id'], (counts.get(headers['webhook-id']) ?? 0) + 1)
    expect(counts.size).toBe(stored.size)
    expect([...counts].filter(([id, count]) => count > 1 && !inFlight.has(id))).toEqual([])
  },
  patience,
)

/** What was being sent when the process died, by either of the two. */
async function killInFlight({ process }: HookedServer): Promise<ReadonlySet<unknown>> {
  await process.kill('SIGKILL')
  const leased = "select id from _deliveries where state = 'waiting' and lease is not null"
  return new Set((await servers.rows(leased)).map(({ id }) => id))
}
