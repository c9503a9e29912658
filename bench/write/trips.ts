// Goal S6: counts the statements and round trips of one mutation on warm connections, and measures how long it takes.
import { type Measure, repeat } from '../read/load.ts'
import { type Plan, rotate } from '../read/rounds.ts'
import { type Change, openChange } from './changes.ts'
import type { Counter } from './proxy.ts'
import type { Traffic } from './traffic.ts'

/** The traffic of each mutation that was counted by itself, and the latencies of each round. */
export type TripResult = Readonly<{ change: Change; counted: readonly Traffic[]; rounds: Measure[] }>

/** So many mutations come first, so that every connection of the pool has every statement prepared, and compiled code runs. */
const warming = 400
const counting = 20

/** Counts by way of the instance behind the proxy; times on another one, which nothing stands in front of. */
export async function measureTrips(
  changes: readonly Change[],
  counted: Readonly<{ port: number; proxy: Counter }>,
  port: number,
  plan: Plan,
): Promise<readonly TripResult[]> {
  const results: TripResult[] = []
  for (const change of changes)
    results.push({ change, counted: await countTrips(change, counted), rounds: [] })
  for (let round = 0; round < plan.rounds; round += 1)
    for (const { change, rounds } of rotate(results, round)) rounds.push(await time(change, port, plan))
  return results
}

async function countTrips(
  change: Change,
  { port, proxy }: Readonly<{ port: number; proxy: Counter }>,
): Promise<readonly Traffic[]> {
  const { senders, close } = await openChange(change, port)
  const send = async (): Promise<void> => await senders[0]?.()
  const found: Traffic[] = []
  try {
    for (let sent = 0; sent < warming; sent += 1) await send()
    while (found.length < counting) found.push(await proxy.count(send))
    return found
  } finally {
    await close()
  }
}

async function time(change: Change, port: number, plan: Plan): Promise<Measure> {
  const { senders, close } = await openChange(change, port)
  try {
    await repeat(senders, plan.warmSeconds)
    const found = await repeat(senders, plan.seconds)
    process.stdout.write(`change · ${change.name} · ${found.p50.toFixed(2)} ms\n`)
    return found
  } finally {
    await close()
  }
}
