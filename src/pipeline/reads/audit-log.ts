// Searches the audit log of an app as a whole, newest first; for administrators only, since it knows no policies.
import { run, type Sql } from '../../database/connect.ts'
import { allOf, bind, statement, type Values } from '../statement.ts'
import { type AuditAction, type AuditEntry, cutEntries, type Entries, writeEntryColumns } from './history.ts'

/** A narrowing; null and undefined do not narrow. */
type Wish<T> = T | null | undefined

/** Which entries are wanted: `since` at or after, `until` before (RFC 3339); `before` is the id of an entry, and only older ones are. */
export type AuditQuery = Readonly<{
  entity?: Wish<string>
  recordId?: Wish<string>
  userId?: Wish<string>
  requestId?: Wish<string>
  actions?: Wish<readonly AuditAction[]>
  since?: Wish<string>
  until?: Wish<string>
  before?: Wish<string>
  size: number
}>

/** The newest entries that the query wants. */
export async function findAuditLog(sql: Sql, query: AuditQuery): Promise<Entries> {
  const values: Values = []
  const where = writeConditions(query, values)
  const limit = bind(values, query.size + 1, 'integer')
  const text = `select ${writeEntryColumns({ old: 'a.old', new: 'a.new' })} from _audit a where ${where} order by a.id desc limit ${limit}`
  return cutEntries(await run<AuditEntry>(sql, statement(text, values)), query.size)
}

function writeConditions(query: AuditQuery, values: Values): string {
  const { entity, recordId, userId, requestId, actions, since, until, before } = query
  const claims: readonly (readonly [string, unknown, string])[] = [
    ['a.entity =', entity, 'text'],
    ['a.record_id =', recordId, 'text'],
    ['a.user_id =', userId, 'text'],
    ['a.request_id =', requestId, 'text'],
    ['a.at >=', since, 'timestamptz'],
    ['a.at <', until, 'timestamptz'],
    ['a.id <', before, 'bigint'],
  ]
  const given = claims.filter(([, value]) => value != null)
  const conditions = given.map(([claim, value, type]) => `${claim} ${bind(values, value, type)}`)
  if (actions) conditions.push(`a.action = any(${bind(values, actions, 'text[]')})`)
  return allOf(conditions)
}
