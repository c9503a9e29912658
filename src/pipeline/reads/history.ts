// Reads what the audit log says of records that were found visible: pages of entries, newest first, for many records at once.
import { isAdmin } from '../../auth/viewer.ts'
import { type Row, run, type Sql } from '../../database/connect.ts'
import { quoteName } from '../../database/identifiers.ts'
import type { RegistryEntity } from '../../metadata/registry.ts'
import { type Image, type Reader, readableImage } from '../rights/visible.ts'
import { statement, type Values } from '../statement.ts'

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

/** The columns of an entry of the log `a`, with what is told of the record before and after. */
export function writeEntryColumns(records: Readonly<Record<'old' | 'new', string>>): string {
  return `a.id, a.at, a.entity, a.record_id as "recordId", a.version, a.action, ${records.old} as old, ${records.new} as new, a.changed, a.actor, a.user_id as "userId", a.request_id as "requestId"`
}

/** Entries in the order asked for, and whether there are more. */
export type Entries = Readonly<{ entries: readonly AuditEntry[]; hasMore: boolean }>

/** Who asks for the history of records of which entity. */
export type Asking = Readonly<{ sql: Sql; viewer: Reader; entity: RegistryEntity }>

/** A record by its key as text; `before` is the id of an entry, and only older ones are wanted. */
export type Asked = Readonly<{ key: string; before?: string }>

/** The newest entries of each record, in the order in which the records are asked for. */
export async function findHistories(
  { sql, viewer, entity }: Asking,
  asked: readonly Asked[],
  size: number,
): Promise<readonly Entries[]> {
  const keys = asked.map(({ key }) => key)
  const values: Values = [entity.name, size + 1, keys, asked.map(({ before }) => before ?? newest)]
  const { from, where, writeRecords } = placeImages(viewer, entity, values)
  const page = `select ${writeEntryColumns(writeRecords())} from ${from} where a.record_id = k.key and a.id < k.before and ${where} order by a.id desc limit $2::integer`
  const text = `select k.place, r.* from unnest($3::text[], $4::bigint[]) with ordinality as k(key, before, place) cross join lateral (${page}) r`
  const rows = await run<AuditEntry & { place: string }>(sql, statement(text, values))
  const found = asked.map((): AuditEntry[] => [])
  for (const { place, ...entry } of rows) found[Number(place) - 1]?.push(entry)
  return found.map((entries) => cutEntries(entries, size))
}

type Images = Readonly<{
  from: string
  where: string
  writeRecords(): Readonly<Record<'old' | 'new', string>>
}>

/** An entry is told to those who may see the record as it was before or as it was after, each part to those who may see that. */
function placeImages(viewer: Reader, entity: RegistryEntity, values: Values): Images {
  if (isAdmin(viewer)) return { from: ownEntries, where: 'true', writeRecords: () => whole }
  const before = readableImage(viewer, entity, 'a.old', 'o', values)
  const after = readableImage(viewer, entity, 'a.new', 'n', values)
  const rowOf = (json: string): string =>
    `cross join lateral jsonb_populate_record(null::${quoteName(entity.table)}, ${json})`
  return {
    from: `${ownEntries} ${rowOf('a.old')} o ${rowOf('a.new')} n`,
    where: `((${before.where}) or (${after.where}))`,
    writeRecords: () => ({ old: tellWhere(before), new: tellWhere(after) }),
  }
}

/** The entries of the entity `$1`: since it has its name, and before that under its former ones. */
const ownEntries = `(
    select $1::text as name, coalesce((select max(until) from _former_names where former = $1::text), 0) as since, null::bigint as until
    union all select former, since, until from _former_names where entity = $1::text
  ) named join _audit a on a.entity = named.name and a.id > named.since and (named.until is null or a.id <= named.until)`

const whole = { old: 'a.old', new: 'a.new' }

function tellWhere({ where, writeRecord }: Image): string {
  return `case when ${where} then ${writeRecord()} end`
}

/** No entry has a greater id. */
const newest = '9223372036854775807'

/** Drops the one entry that was read beyond the page. */
export function cutEntries(entries: readonly AuditEntry[], size: number): Entries {
  return { entries: entries.slice(0, size), hasMore: entries.length > size }
}

/** How many entries there are of each record that has any, by its key as text. */
export async function countHistories(
  { sql, viewer, entity }: Asking,
  keys: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const values: Values = [entity.name, keys]
  const { from, where } = placeImages(viewer, entity, values)
  const text = `select a.record_id as key, count(*) as count from ${from} where a.record_id = any($2::text[]) and ${where} group by 1`
  const rows = await run<{ key: string; count: string }>(sql, statement(text, values))
  return new Map(rows.map(({ key, count }) => [key, Number(count)]))
}
