// Places in the log that PostgreSQL writes ahead of all changes: by them it is known what a replica has.
import { type Row, run, type Sql } from './connect.ts'

/** Bytes since the beginning of the log. A replica that has come so far has all that was committed before. */
export type Position = bigint

/** How far a server is in which log: positions in the logs of two servers, or of two timelines, say nothing of each other. */
export type Place = Readonly<{ position: Position; line: string }>

const end = `pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::text`
const replayed = `case when pg_is_in_recovery() then pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::text end`
const line = `(select s.system_identifier || '/' || c.timeline_id from pg_control_system() s, pg_control_checkpoint() c)`

/** The end of the log of the primary: all that anybody has seen committed lies before it. */
export async function readPosition(sql: Sql): Promise<Position> {
  const [row] = await run<Row & { position: string }>(sql, { text: `select ${end} as position`, values: [] })
  return BigInt(row?.position ?? 0)
}

/** The same with the log in which it is. */
export async function readPrimary(sql: Sql): Promise<Place> {
  const place = await readPlace(sql, end)
  if (place === undefined) throw new Error('PostgreSQL does not tell where its log ends')
  return place
}

/** How far a replica has come; undefined for a server that follows none, or has not begun. */
export async function readReplica(sql: Sql): Promise<Place | undefined> {
  return await readPlace(sql, replayed)
}

async function readPlace(sql: Sql, position: string): Promise<Place | undefined> {
  const text = `select ${position} as position, ${line} as line`
  const [row] = await run<Row & { position: string | null; line: string }>(sql, { text, values: [] })
  return row?.position == null ? undefined : { position: BigInt(row.position), line: row.line }
}
