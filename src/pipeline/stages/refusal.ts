// Tells in the words of the language why PostgreSQL refused a write; what it does not know passes on.
import { sqlState } from '../../database/transaction.ts'
import { AppError, fail, type Problem } from '../../errors.ts'
import { findConstraint } from '../../metadata/tables/constraints.ts'
import { joinPath } from '../../reader.ts'
import { findSight } from '../rights/sight.ts'
import type { WriteContext } from '../write-context.ts'
import type { Write } from './writes.ts'

const uniqueViolation = '23505'
const foreignKeyViolation = '23503'
/** Others hold what the write needs, or came first time after time. */
const rivalled = new Set(['55P03', '40P01', '40001'])
const statementTimedOut = '57014'
/** Classes of errors that a value causes: too large, wrong form, out of range. */
const valueErrors = new Set(['22003', '22007', '22008', '22P02', '22P05', '22021', '54000', '2200H'])

/** The error to throw instead of what PostgreSQL said of these writes; without any, of the act as a whole. */
export function tellRefusal(context: WriteContext, writes: readonly Write[], error: unknown): unknown {
  const state = sqlState(error)
  const subject = writes[0]?.entity.name ?? 'record'
  if (state === uniqueViolation) return tellUnique(context, writes, error) ?? error
  if (state === foreignKeyViolation) return tellReference(context, writes, error) ?? error
  if (state !== undefined && rivalled.has(state) && writes.length === 0)
    return fail('CONFLICT', 'Another change holds a record that this one needs; try again')
  if (state === statementTimedOut)
    return fail('LIMIT_EXCEEDED', 'The write took too long and was given up; nothing was changed')
  if (state !== undefined && valueErrors.has(state))
    return fail('BAD_USER_INPUT', `A value of the ${subject} is not one that can be stored`)
  return error
}

function readText(error: unknown, key: 'constraint_name' | 'detail'): string {
  if (typeof error !== 'object' || error === null || !(key in error)) return ''
  return String((error as Record<string, unknown>)[key])
}

function tellUnique(context: WriteContext, writes: readonly Write[], error: unknown): Error | undefined {
  const found = findConstraint(context.registry, readText(error, 'constraint_name'))
  if (found === undefined) return undefined
  const write = findCulprit(writes, found.fields, readText(error, 'detail'))
  const names = found.fields.map((name) => nameField(context, write, name))
  const message = `is taken: another ${found.entity} has the same ${names.join(' and ')}`
  const problems: Problem[] = names.map((name) => ({
    path: joinPath(write?.path ?? '', name),
    field: name,
    rule: 'unique',
    message,
  }))
  return fail('CONFLICT', `${names.join(', ')} ${message}`, problems)
}

function nameField(context: WriteContext, write: Write | undefined, name: string): string {
  const field = write?.entity.fieldsByName.get(name)
  return write && field ? context.nameField(write.entity, field) : name
}

/** The last write whose values PostgreSQL names: `Key (number)=(A-1) already exists.`; of equal ones the last came too late. */
function findCulprit(writes: readonly Write[], fields: readonly string[], detail: string): Write | undefined {
  const told = detail.slice(detail.indexOf(')=(') + 3, detail.lastIndexOf(')'))
  return (
    writes.findLast(({ row }) => fields.map((name) => String(row[name])).join(', ') === told) ?? writes[0]
  )
}

/** A delete meets those who still refer to the record; another write refers to one that is gone. */
function tellReference(context: WriteContext, writes: readonly Write[], error: unknown): Error | undefined {
  const found = findConstraint(context.registry, readText(error, 'constraint_name'))
  const [write] = writes
  if (found === undefined) return undefined
  if (write === undefined || write.action === 'delete') {
    const other = context.registry.entities.get(found.entity)
    const isKnown = other !== undefined && findSight(context.viewer.roles, other).read !== undefined
    const who = isKnown ? `${found.entity}.${found.fields.join(', ')}` : 'records that you cannot see'
    return fail('CONFLICT', `A record is still referred to by ${who}`)
  }
  const name = nameField(context, write, found.fields[0] ?? '')
  const message = 'leads to a record that does not exist'
  return fail('NOT_FOUND', `${name} ${message}`, [{ path: joinPath(write.path, name), field: name, message }])
}

/** Whether a write met a unique value that somebody else has. */
export function isUniqueClash(error: unknown): boolean {
  return error instanceof AppError && (error.details ?? []).some(({ rule }) => rule === 'unique')
}
