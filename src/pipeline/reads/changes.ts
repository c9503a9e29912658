// Reads from the outbox what happened to the records of an entity for one viewer: which came into sight, changed there, or left it.
import { run, type Sql } from '../../database/connect.ts'
import { quoteName } from '../../database/identifiers.ts'
import { bind, statement, type Values } from '../statement.ts'
import type { Filter } from './filter.ts'
import { placeRows, type Read } from './find.ts'

/** A place in the order in which transactions end; `transaction` is an xid8 and `id` that of an outbox row, both as text. */
export type Place = Readonly<{ transaction: string; id: string }>

/** What happened to a record that the viewer's filter holds for; `at` is when its transaction began. */
export type Change = Readonly<{
  kind: 'created' | 'updated' | 'deleted'
  key: string
  at: string
  place: Place
}>

/** Changes in order; `place` is behind all that was looked at, and `hasMore` tells that there may be more behind it. */
export type Changes = Readonly<{ changes: readonly Change[]; place: Place; hasMore: boolean }>

/** Outbox rows that are looked at in one statement. */
const most = 200

type Found = Place & Readonly<{ key: string; at: string; before: boolean; after: boolean }>

/** The place behind everything that has ended so far. What is in progress comes after it. */
export async function findLastPlace(sql: Sql): Promise<Place> {
  const text = 'select (select _outbox_horizon())::text as transaction'
  const [row] = await run<{ transaction: string }>(sql, { text, values: [] })
  return { transaction: row?.transaction ?? '0', id: '0' }
}

/** Whether the place lies ahead of everything that this server has begun: it is then of another one, before a restore. */
export async function isAhead(sql: Sql, { transaction }: Place): Promise<boolean> {
  const text = 'select $1::xid8 >= pg_snapshot_xmax(pg_current_snapshot()) as "isAhead"'
  const [row] = await run<{ isAhead: boolean }>(sql, { text, values: [transaction] })
  return row?.isAhead ?? false
}

/**
 * The changes behind a place. An older transaction of the app that is still in progress holds back the newer ones, so that nothing
 * ever appears before a place that was handed out.
 */
export async function findChanges(
  read: Omit<Read, 'columns'>,
  filter: Filter,
  behind: Place,
): Promise<Changes> {
  const values: Values = []
  const entity = bind(values, read.entity.name, 'text')
  const place = `(${bind(values, behind.transaction, 'xid8')}, ${bind(values, behind.id, 'bigint')})`
  const events = `select o.id, o.transaction, o.at, o.record_id, o.payload->>'action' as action, nullif(o.payload->'old', 'null') as old, o.payload->'record' as new
    from _outbox o where o.kind = 'record' and o.entity = ${entity} and (o.transaction, o.id) > ${place}
    and o.transaction < (select _outbox_horizon()) order by o.transaction, o.id limit ${most}`
  const before = writeSight(read, filter, 'x.old', values)
  const after = writeSight(read, filter, 'x.new', values)
  const text = `select x.id, x.transaction::text as transaction, x.at, x.record_id as key,
    case when x.action in ('update', 'delete') then ${before} else false end as before,
    case when x.action <> 'delete' then ${after} else false end as after
    from (${events}) x order by x.transaction, x.id`
  const found = await run<Found>(read.sql, statement(text, values))
  const last = found.at(-1)
  return {
    changes: found.flatMap((each) => tellChange(each)),
    place: last ? { transaction: last.transaction, id: last.id } : behind,
    hasMore: found.length === most,
  }
}

/** Whether the record, as the JSON has it, is one that the viewer sees and the filter holds for. */
function writeSight(read: Omit<Read, 'columns'>, filter: Filter, json: string, values: Values): string {
  const source = `jsonb_populate_record(null::${quoteName(read.entity.table)}, ${json})`
  const { from, where } = placeRows(read, filter, values, source)
  return `exists (select 1 from ${from} where ${where})`
}

function tellChange({ before, after, key, at, transaction, id }: Found): readonly Change[] {
  if (!before && !after) return []
  const kind = before ? (after ? 'updated' : 'deleted') : 'created'
  return [{ kind, key, at, place: { transaction, id } }]
}

/** The entities that something happened to in transactions that have ended since a place, and the place to ask from next. */
export async function findStirred(
  sql: Sql,
  since: Place,
): Promise<Readonly<{ entities: readonly string[]; place: Place }>> {
  const text = `select (select _outbox_horizon())::text as transaction, array(select distinct o.entity from _outbox o
    where o.kind = 'record' and o.transaction >= $1::xid8 and o.transaction < (select _outbox_horizon())) as entities`
  const [row] = await run<{ transaction: string; entities: readonly string[] }>(sql, {
    text,
    values: [since.transaction],
  })
  if (row === undefined) throw new Error('PostgreSQL does not tell its snapshot')
  return { entities: row.entities, place: { transaction: row.transaction, id: '0' } }
}
