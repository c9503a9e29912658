// Removes files that nobody refers to any more, and what uploads left behind that did not end well.
import { type Pool, run } from '../database/connect.ts'
import type { Files } from './files.ts'
import { nameKey, nameStagingKey } from './storage.ts'

/** Milliseconds for which a file without a record is kept. */
const keptFor = 24 * 60 * 60 * 1_000
const batch = 100

/** Sweeps once; any number of processes may do so at the same time. Returns how many files went. */
export async function sweepFiles(files: Files): Promise<number> {
  await freeLost(files)
  await doomUnused(files)
  await files.spool.clean(keptFor)
  let count = 0
  for (let removed = batch; removed === batch; count += removed) removed = await removeDoomed(files)
  return count
}

/** When the next file of the app is to go, which may have passed; undefined when all of them are referred to. */
export async function findSweepDue(pool: Pool): Promise<Date | undefined> {
  const [row] = await run<{ at: string | null }>(pool, {
    text: `select least(
        (select min(freed_at) + $1::double precision * interval '1 millisecond' from _files
          where freed_at is not null and state <> 'doomed'),
        (select now() where exists (select from _files where state = 'doomed')))::timestamptz(3) as at`,
    values: [keptFor],
  })
  return row?.at ? new Date(row.at) : undefined
}

/** Cells that went past the pipeline, such as those of a table that was dropped, refer to nothing any more. */
async function freeLost({ pool }: Files): Promise<void> {
  await run(pool, {
    text: `delete from _file_uses u where not exists (select 1 from pg_attribute a
      where a.attrelid = to_regclass(quote_ident(u.table_name)) and a.attname = u.column_name
      and a.attnum > 0 and not a.attisdropped)`,
    values: [],
  })
  await run(pool, {
    text: `update _files set freed_at = now() where freed_at is null and state = 'stored'
      and not exists (select 1 from _file_uses u where u.file_id = _files.id)`,
    values: [],
  })
}

/** Whoever attaches a file at this moment holds its row and has it freed no more, so it is passed over. */
async function doomUnused({ pool }: Files): Promise<void> {
  await run(pool, {
    text: `update _files set state = 'doomed' where id in (select id from _files f
      where f.freed_at < now() - $1::double precision * interval '1 millisecond' and f.state <> 'doomed'
      and not exists (select 1 from _file_uses u where u.file_id = f.id)
      order by f.freed_at limit 10000 for update skip locked)`,
    values: [keptFor],
  })
}

/** The row goes last: what a crash leaves is found again. */
async function removeDoomed({ app, pool, storage }: Files): Promise<number> {
  const doomed = await run<{ id: string; filename: string }>(pool, {
    text: `select id, filename from _files where state = 'doomed' order by id limit ${batch}`,
    values: [],
  })
  const keys = doomed.flatMap(({ id, filename }) => [nameStagingKey(app, id), nameKey(app, id, filename)])
  await storage.remove(keys)
  await run(pool, {
    text: `delete from _files where id = any($1::uuid[]) and state = 'doomed'`,
    values: [doomed.map(({ id }) => id)],
  })
  return doomed.length
}
