// Tells in words why PostgreSQL refused DDL or rows that no check objected to; what it does not know passes on.
import { sqlState } from '../../database/transaction.ts'
import { fail } from '../../errors.ts'
import type { Registry } from '../registry.ts'
import { findConstraint } from './constraints.ts'

/** Classes of errors that rows or the rest of the database cause: constraints, values, dependents, names, sizes. */
const refusals = ['22', '23', '2BP01', '42P07', '42701', '42710', '54000']
const outOfLocks = '53200'

/** The error to throw instead of what PostgreSQL said; `what` begins its message, such as `The rows do not fit`. */
export function tellRefusal(registry: Registry, what: string, error: unknown): unknown {
  const state = sqlState(error)
  if (state === undefined || !(error instanceof Error)) return error
  if (state === outOfLocks)
    return fail(
      'LIMIT_EXCEEDED',
      'The change touches more tables than PostgreSQL has locks for; make it in parts, or raise max_locks_per_transaction',
    )
  if (!refusals.some((refusal) => state.startsWith(refusal))) return error
  const found = findConstraint(registry, textOf(error, 'constraint_name'))
  const place = found ? `${found.entity}.${found.fields.join(', ')}: ` : ''
  const detail = textOf(error, 'detail')
  return fail('VALIDATION_FAILED', `${what}: ${place}${error.message}${detail === '' ? '' : ` (${detail})`}`)
}

function textOf(error: Error, key: string): string {
  return String(new Map<string, unknown>(Object.entries(error)).get(key) ?? '')
}
