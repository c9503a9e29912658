// Waits, when all work is over, until nothing is under way any more: deliveries, workflows and the followers of changes.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Pool, run } from '../src/database/connect.ts'
import type { Ledger } from './ledger.ts'

const left = `select (select count(*) from _outbox where hooks is not null and taken_at is null)
  + (select count(*) from _deliveries where state = 'waiting')
  + (select count(*) from _workflow_instances where state = 'running') as count`
const patience = 300_000

/** Resolves to the seconds that it took; after five minutes it is left to the checks to say what is missing. */
export async function settle(pool: Pool, ledger: Ledger, isOver: () => boolean): Promise<number> {
  const started = performance.now()
  const isDone = async (): Promise<boolean> => {
    const [row] = await run(pool, { text: left, values: [] })
    const known = [...ledger.invoices.values()].filter(
      ({ created, deleted }) => created === 'done' && !deleted,
    )
    return Number(row?.count) === 0 && known.every(({ number }) => ledger.followed.has(number))
  }
  while (!(await isDone()) && !isOver() && performance.now() - started < patience) await sleep(250)
  return (performance.now() - started) / 1_000
}
