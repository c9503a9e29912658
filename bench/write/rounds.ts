// Measures all who write in turns, so that whatever disturbs the machine disturbs all of them alike.
import type { Sql } from 'postgres'
import { type Measure, repeat } from '../read/load.ts'
import { type Plan, rotate } from '../read/rounds.ts'
import type { Batches, Contestant, Senders } from './contestant.ts'
import { checkTables, emptyTables } from './tables.ts'

/** One contestant with what each round gave. */
export type Result = Readonly<{ contestant: Contestant; rounds: Measure[] }>

/** Each round begins with another contestant. */
export async function measureAll(
  sql: Sql,
  contestants: readonly Contestant[],
  batches: Batches,
  plan: Plan,
): Promise<readonly Result[]> {
  const results = contestants.map((contestant): Result => ({ contestant, rounds: [] }))
  for (let round = 0; round < plan.rounds; round += 1)
    for (const result of rotate(results, round))
      result.rounds.push(await measure(sql, result.contestant, batches, plan))
  return results
}

async function measure(
  sql: Sql,
  contestant: Contestant,
  batches: Batches,
  { warmSeconds, seconds }: Plan,
): Promise<Measure> {
  const opened = await contestant.open(batches)
  try {
    await writeFor(sql, contestant, opened, warmSeconds)
    const found = await writeFor(sql, contestant, opened, seconds)
    const rate = Math.round(found.rate * contestant.rows)
    process.stdout.write(`write · ${contestant.name} on Node ${contestant.node} · ${rate} rows/s\n`)
    return found
  } finally {
    await opened.close()
  }
}

/** Every load begins with empty tables, and must leave exactly the rows that it was told of. */
async function writeFor(
  sql: Sql,
  contestant: Contestant,
  { senders }: Senders,
  seconds: number,
): Promise<Measure> {
  await emptyTables(sql)
  const found = await repeat(senders, seconds)
  await checkTables(sql, contestant, found.requests)
  return found
}
