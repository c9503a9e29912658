// What becomes of an instance whose step failed: it is tried again after a while, or waits for an administrator.
import { run, type Sql } from '../../database/connect.ts'
import { AppError, type ErrorCode } from '../../errors.ts'
import { ExpressionError } from '../../metadata/expression/error.ts'
import { note } from './history.ts'
import { type Instance, mostSteps } from './instance.ts'

/** A step is tried so often; seconds between two tries double, beginning with one. */
const mostAttempts = 6
/** Nothing but a change of records or definitions helps against these. */
const lasting: ReadonlySet<ErrorCode> = new Set([
  'BAD_USER_INPUT',
  'VALIDATION_FAILED',
  'TRANSITION_REFUSED',
  'NOT_FOUND',
  'FORBIDDEN',
])

/** Puts down that the step at hand failed, what it did being undone. */
export async function putDownFailure(sql: Sql, instance: Instance, error: unknown): Promise<void> {
  const attempts = instance.attempts + 1
  const isFinal = attempts >= mostAttempts || instance.steps >= mostSteps || isLasting(error)
  const message = tellError(error)
  const text = `update _workflow_instances set state = case when $2::text = 'true' then 'failed' else state end, due_at = case when $2::text = 'false' then now() + make_interval(secs => $3::integer) end, attempts = $4::integer, error = $5::text, version = version + 1 where id = $1::uuid`
  const values = [instance.id, String(isFinal), 2 ** (attempts - 1), attempts, message]
  await run(sql, { text, values })
  await note(sql, { instanceId: instance.id, what: isFinal ? 'failed' : 'postponed', message })
}

function isLasting(error: unknown): boolean {
  return error instanceof ExpressionError || (error instanceof AppError && lasting.has(error.code))
}

/** Administrators read it; what nobody foresaw stands in the log alone. */
function tellError(error: unknown): string {
  if (error instanceof AppError) return `${error.code}: ${error.message}`
  if (error instanceof ExpressionError) return `An expression cannot be worked out: ${error.message}`
  return 'INTERNAL_SERVER_ERROR: the log of the server tells more'
}

/** Whether the error is one that the log should hold. */
export function isUnforeseen(error: unknown): boolean {
  return !(error instanceof AppError || error instanceof ExpressionError)
}
