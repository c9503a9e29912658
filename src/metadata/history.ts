// What became of the definitions, revision by revision: written with each change, and read newest first.
import { type Row, run, type Sql } from '../database/connect.ts'
import type { Changed, RowChanges } from './definition-diff.ts'
import type { Rename } from './rename/rename.ts'
import type { Drops } from './tables/plan.ts'

/** Who changes definitions, as the log of records names them, and why. */
export type Author = Readonly<{ name: string; userId?: string; requestId?: string; reason?: string }>

/** One change; `steps` is the SQL that changed the tables. */
export type HistoryEntry = Readonly<{
  revision: number
  /** RFC 3339. */
  at: string
  author: string
  userId: string | null
  requestId: string | null
  reason: string | null
  changes: readonly Changed[]
  orders: RowChanges['orders']
  drops: Drops
  renames: readonly Rename[]
  steps: readonly string[]
}>

/** What the entry of a change holds beside its author. */
export type Recorded = RowChanges & Pick<HistoryEntry, 'revision' | 'drops' | 'renames' | 'steps'>

const system: Author = { name: 'system:metaloom' }

/** Writes down a change, in its own transaction. */
export async function writeHistory(sql: Sql, recorded: Recorded, author: Author = system): Promise<void> {
  const { revision, changes, orders, drops, renames, steps } = recorded
  const parts = [changes, orders, drops, renames, steps].map((part) => JSON.stringify(part))
  const { name, userId = null, requestId = null, reason = null } = author
  const text = `insert into _metadata_history (revision, author, user_id, request_id, reason, changes, orders, drops, renames, steps)
    values ($1, $2, $3, $4, $5, $6::text::json, $7::text::json, $8::text::json, $9::text::json, $10::text::json)`
  await run(sql, { text, values: [revision, name, userId, requestId, reason, ...parts] })
}

const columns =
  'revision, at, author, user_id as "userId", request_id as "requestId", reason, changes, orders, drops, renames, steps'

/** Up to `size` changes before the revision given, newest first, and whether there are more. */
export async function findHistory(
  sql: Sql,
  { before, size }: Readonly<{ before?: number; size: number }>,
): Promise<Readonly<{ entries: readonly HistoryEntry[]; hasMore: boolean }>> {
  const text = `select ${columns} from _metadata_history where $1::integer is null or revision < $1 order by revision desc limit $2`
  const rows = await run<Row & HistoryEntry>(sql, { text, values: [before ?? null, size + 1] })
  return { entries: rows.slice(0, size), hasMore: rows.length > size }
}

/** How many changes are held at a time. */
const batchSize = 50

/** Every change after the revision, newest first. */
export async function* readLater(sql: Sql, revision: number): AsyncGenerator<HistoryEntry> {
  const text = `select ${columns} from _metadata_history where revision > $1 order by revision desc`
  for await (const batch of sql.unsafe<(Row & HistoryEntry)[]>(text, [revision]).cursor(batchSize))
    yield* batch
}
