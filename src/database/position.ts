// Places in the log that PostgreSQL writes ahead of all changes: by them it is known what a replica has.
import { type Row, run, type Sql } from './connect.ts'

/** Bytes since the beginning of the log. A replica that has come so far has all that was committed before. */
export type Position = bigint

type Found = Row & Readonly<{ position: string | null }>

/** The end of the log of the primary: all that anybody has seen committed lies before it. */
export async function readPosition(sql: Sql): Promise<Position> {
  const text = `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::text as position`
  const [row] = await run<Found>(sql, { text, values: [] })
  return BigInt(row?.position ?? 0)
}

/** How far a replica has come; undefined for a server that follows none, or has not begun. */
export async function readReplayed(sql: Sql): Promise<Position | undefined> {
  const text = `select case when pg_is_in_recovery() then pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::text end as position`
  const [row] = await run<Found>(sql, { text, values: [] })
  return row?.position == null ? undefined : BigInt(row.position)
}
