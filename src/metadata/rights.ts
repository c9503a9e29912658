// Rights that change while somebody writes by them: who writes holds them to the commit, who changes them waits for that.
import { run, type Sql } from '../database/connect.ts'
import { sqlState } from '../database/transaction.ts'
import type { Definitions } from './registry.ts'

/** What migrations/app/011-rights.sql raises. */
const changed = 'ML001'

/** Whether an error says that the rights which somebody acted by are not those of today. */
export function isOutdated(error: unknown): boolean {
  return sqlState(error) === changed
}

/** Keeps the rights as they are until the commit; fails when they have changed since the revision. */
export async function holdRights(sql: Sql, revision: number): Promise<void> {
  await run(sql, { text: 'select _hold_rights($1::integer)', values: [revision] })
}

/** Waits, not long, for those who hold the rights; they are as this revision says once we commit. */
export async function changeRights(sql: Sql, revision: number): Promise<void> {
  await sql.unsafe("set local lock_timeout = '200ms'")
  await sql.unsafe("select pg_advisory_xact_lock(hashtext('metaloom rights'))")
  await run(sql, { text: 'update _metadata set rights_revision = $1', values: [revision] })
}

/** Whether a change of definitions changes what somebody may do. */
export function haveRightsChanged(before: Definitions, after: Definitions): boolean {
  const tell = ({ permissions, machines }: Definitions): string => JSON.stringify([permissions, machines])
  return tell(before) !== tell(after)
}
