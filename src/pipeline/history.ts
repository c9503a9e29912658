// Reads what the audit log says of records that were found visible: pages of entries, newest first, for many records at once.
import { type Row, run, type Sql } from '../database/connect.ts'
import type { RegistryEntity } from '../metadata/registry.ts'

export type AuditAction = 'create' | 'update' | 'delete' | 'restore' | 'purge'

/** One written row. `old` and `new` are keyed by the language's names, without secrets; `changed` names fields. */
export type AuditEntry = Readonly<{
  id: string
  at: string
  entity: string
  recordId: string
  version: number
  action: AuditAction
  old: Row | null
  new: Row | null
  changed: readonly string[]
  /** `user:<id>`, `anonymous` or `system:<what>`; `userId` is who caused it. */
  actor: string
  userId: string | null
  requestId: string
}>

/** The columns of an entry of the log `a`. */
export const entryColumns =
  'a.id, a.at, a.entity, a.record_id as "recordId", a.version, a.action, a.old, a.new, a.changed, a.actor, a.user_id as "userId", a.request_id as "requestId"'

/** Entries in the order asked for, and whether there are more. */
export type Entries = Readonly<{ entries: readonly AuditEntry[]; hasMore: boolean }>

/** A record by its key as text; `before` is the id of an entry, and only older ones are wanted. */
export type Asked = Readonly<{ key: string; before?: string }>

/** The newest entries of each record, in the order in which the records are asked for. */
export async function findHistories(
  sql: Sql,
  { name }: RegistryEntity,
  asked: readonly Asked[],
  size: number,
): Promise<readonly Entries[]> {
  const page = `select ${entryColumns} from _audit a where a.entity = $1 and a.record_id = k.key and a.id < k.before order by a.id desc limit $2::integer`
  const text = `select k.place, r.* from unnest($3::text[], $4::bigint[]) with ordinality as k(key, before, place) cross join lateral (${page}) r`
  const keys = asked.map(({ key }) => key)
  const values = [name, size + 1, keys, asked.map(({ before }) => before ?? newest)]
  const rows = await run<AuditEntry & { place: string }>(sql, { text, values })
  const found = asked.map((): AuditEntry[] => [])
  for (const { place, ...entry } of rows) found[Number(place) - 1]?.push(entry)
  return found.map((entries) => cutEntries(entries, size))
}

/** No entry has a greater id. */
const newest = '9223372036854775807'

/** Drops the one entry that was read beyond the page. */
export function cutEntries(entries: readonly AuditEntry[], size: number): Entries {
  return { entries: entries.slice(0, size), hasMore: entries.length > size }
}

/** How many entries there are of each record that has any, by its key as text. */
export async function countHistories(
  sql: Sql,
  { name }: RegistryEntity,
  keys: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const text =
    'select a.record_id as key, count(*) as count from _audit a where a.entity = $1 and a.record_id = any($2::text[]) group by 1'
  const rows = await run<{ key: string; count: string }>(sql, { text, values: [name, keys] })
  return new Map(rows.map(({ key, count }) => [key, Number(count)]))
}
