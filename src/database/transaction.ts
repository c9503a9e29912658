// Runs work in one transaction, once more when PostgreSQL gave way to a rival.
import type { Pool, Sql } from './connect.ts'

const mostTries = 4
/** Serialization failure and deadlock: nothing was written, and the same work may pass the next time. */
const passing = new Set(['40001', '40P01'])

/** PostgreSQL's code of an error (SQLSTATE), undefined for any other error. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** Commits what `work` did and returns its result; an error rolls everything back. */
export async function inTransaction<T>(pool: Pool, work: (sql: Sql) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return (await pool.begin(work)) as T
    } catch (error) {
      if (tries === mostTries || !passing.has(sqlState(error) ?? '')) throw error
    }
  }
}
