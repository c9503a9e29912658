// Tells in the words of the language why PostgreSQL refused a write; what it does not know passes on.

import { sqlState } from '../database/transaction.ts'
import { fail, type Problem } from '../errors.ts'
import type { Registry } from '../metadata/registry.ts'
import { findConstraint } from '../metadata/tables/constraints.ts'
import type { Plan } from './plan.ts'

const uniqueViolation = '23505'
const foreignKeyViolation = '23503'
const lockNotAvailable = '55P03'
const statementTimedOut = '57014'
/** Classes of errors that a value causes: too large, wrong form, out of range. */
const valueErrors = new Set(['22003', '22007', '22008', '22P02', '22P05', '22021', '54000', '2200H'])

/** The error to throw instead of what PostgreSQL said. */
export function tellRefusal(registry: Registry, plan: Plan, error: unknown): unknown {
  const state = sqlState(error)
  if (state === uniqueViolation) return tellUnique(registry, constraintOf(error)) ?? error
  if (state === foreignKeyViolation) return tellReference(registry, plan, constraintOf(error)) ?? error
  if (state === lockNotAvailable)
    return fail('CONFLICT', `Another change holds this ${plan.entity.name}; try again`)
  if (state === statementTimedOut)
    return fail('LIMIT_EXCEEDED', 'The write took too long and was given up; nothing was changed')
  if (state !== undefined && valueErrors.has(state))
    return fail('BAD_USER_INPUT', `A value of the ${plan.entity.name} is not one that can be stored`)
  return error
}

function constraintOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('constraint_name' in error)) return ''
  return String(error.constraint_name)
}

function tellUnique(registry: Registry, constraint: string): Error | undefined {
  const found = findConstraint(registry, constraint)
  if (found === undefined) return undefined
  const message = `is taken: another ${found.entity} has the same ${found.fields.join(' and ')}`
  const problems: Problem[] = found.fields.map((field) => ({ path: field, field, rule: 'unique', message }))
  return fail('CONFLICT', `${found.fields.join(', ')} ${message}`, problems)
}

/** A delete meets those who still refer to the record; another write refers to one that is gone. */
function tellReference(registry: Registry, plan: Plan, constraint: string): Error | undefined {
  const found = findConstraint(registry, constraint)
  if (found === undefined) return undefined
  if (plan.action === 'delete')
    return fail(
      'CONFLICT',
      `The ${plan.entity.name} is still referred to by ${found.entity}.${found.fields.join(', ')}`,
    )
  const [field = ''] = found.fields
  return fail('NOT_FOUND', `${field} leads to a record that does not exist`, [
    { path: field, field, message: 'leads to a record that does not exist' },
  ])
}
