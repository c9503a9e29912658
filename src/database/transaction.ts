// Runs work in one transaction, again when PostgreSQL gave way to a rival.
import { setTimeout as sleep } from 'node:timers/promises'
import type { TransactionSql } from 'postgres'
import type { Pool, Sql } from './connect.ts'

/** How often the same work is tried, by PostgreSQL's code: nothing was written, and it may pass the next time. */
const mostTries: ReadonlyMap<string, number> = new Map([
  ['40001', 8], // serialization failure
  ['40P01', 8], // deadlock
  ['55P03', 2], // a lock was not to be had in time
])
/** Milliseconds between two tries at most, times the number of tries, so that rivals part. */
const mostPause = 20

/** PostgreSQL's code of an error (SQLSTATE), undefined for any other error. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** What PostgreSQL says of a statement made for a table as it was: plan, column, table or operator of another type. */
const staleStates = new Set(['0A000', '42703', '42P01', '42804', '42883'])

/** Whether a statement met a table that had changed under it. */
export function isStale(error: unknown): boolean {
  return staleStates.has(sqlState(error) ?? '')
}

/** Commits what `work` did and returns its result; an error rolls everything back. */
export async function inTransaction<T>(pool: Pool, work: (sql: Sql) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return (await pool.begin(work)) as T
    } catch (error) {
      if (tries >= (mostTries.get(sqlState(error) ?? '') ?? 1)) throw error
      await sleep(Math.random() * mostPause * tries)
    }
  }
}

/** Whether PostgreSQL gave way to a rival, so that the whole transaction may pass the next time. */
export function isRivalled(error: unknown): boolean {
  return mostTries.has(sqlState(error) ?? '')
}

/** Does a part of a transaction; an error undoes that part alone, and the transaction can go on. */
export async function inSavepoint<T>(sql: Sql, work: (sql: Sql) => Promise<T>): Promise<T> {
  return (await (sql as TransactionSql).savepoint(work)) as T
}
