// After a restore the numbers of transactions in the outbox may lie ahead of those of the new server: everything would wait for them.
import { run, type Sql } from '../database/connect.ts'

/**
 * Lets events go that a dump brought from a server whose transactions had higher numbers: they count as the oldest ones, in
 * the order in which they were written. Returns how many; 0 when nothing was restored. Nothing that this server wrote lies
 * ahead of its own snapshot, so that a look at the newest rows tells.
 */
export async function settleRestored(sql: Sql): Promise<number> {
  const text = `update _outbox set transaction = '3'::xid8
    where (select bool_or(transaction >= pg_snapshot_xmax(pg_current_snapshot()))
      from (select transaction from _outbox order by id desc limit 100) newest)
    returning 1 as settled`
  return (await run(sql, { text, values: [] })).length
}
