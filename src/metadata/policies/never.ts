// Finds permissions that could never hold: nobody writes one on purpose.
import type { Report } from '../behaviour/basis.ts'
import { ExpressionError } from '../expression/error.ts'
import { makeClosure } from '../expression/evaluate.ts'
import { checkText } from '../expression/expression.ts'
import type { Typed } from '../expression/syntax.ts'
import type { Scope } from '../expression/type.ts'
import { isTrue } from '../expression/values.ts'
import type { Field } from '../field.ts'
import type { PermissionCondition } from '../permission.ts'
import type { Clause } from '../policy.ts'
import type { Value } from '../value.ts'
import { isListing, takesNil } from './condition.ts'

/** A condition on a field, where it stands, and the values that it names when no place is among them. */
export type Asked = Readonly<{
  field: Field
  condition: PermissionCondition
  place: string
  clause: Clause
  constants?: readonly Value[]
}>

/** Reports conditions on one field that leave it no value. */
export function refuseContradictions(asked: readonly Asked[], report: Report): void {
  for (const field of new Set(asked.map((each) => each.field))) {
    const group = asked.filter((each) => each.field === field)
    const last = group.at(-1)
    if (last === undefined || leavesValue(field, group)) continue
    const others = group.slice(0, -1).map(({ place }) => place)
    const beside = others.length === 0 ? '' : ` beside ${others.join(' and ')}`
    report(last.place, `leaves no value for ${field.name}${beside}; the permission would never hold`)
  }
}

function leavesValue(field: Field, group: readonly Asked[]): boolean {
  const values = listValues(field, group)
  if (values) return values.some((value) => group.every((each) => mayHold(each, value)))
  const lower = group.filter(({ condition: { operator } }) => operator === 'gt' || operator === 'gte')
  const upper = group.filter(({ condition: { operator } }) => operator === 'lt' || operator === 'lte')
  return lower.every((low) => upper.every((high) => haveRoom(low, high)))
}

/** All values that the field may have, where they can be told. */
function listValues(field: Field, group: readonly Asked[]): readonly Value[] | undefined {
  const listing = group.find((each) => each.constants && isListing(each.condition))
  if (listing) return listing.constants
  if (group.some(({ condition }) => condition.operator === 'is_null' && condition.value === true))
    return [null]
  const all = field.type === 'boolean' ? [true, false] : field.enum
  return all && [...all, ...(field.nullable ? [null] : [])]
}

function mayHold({ field, condition, clause, constants }: Asked, value: Value): boolean {
  if (value === null && !takesNil(condition)) return false
  const isCertain = constants !== undefined || condition.operator === 'is_null'
  return !isCertain || clause.holds({ record: { [field.name]: value } })
}

/** Whether a value can be above the one and below the other. */
function haveRoom(low: Asked, high: Asked): boolean {
  const [[least], [most]] = [low.constants ?? [], high.constants ?? []]
  return least === undefined || most === undefined || (mayHold(low, most) && mayHold(high, least))
}

/** Reports an expression that is not true of any record, whoever asks. */
export function refuseNever(text: string, scope: Scope, report: Report): void {
  const checked = checkText(text, scope)
  if ('typed' in checked && isNever(checked.typed))
    report('expression', 'is never true, whatever the record; the permission would never hold')
}

function isNever(part: Typed): boolean {
  if (part.kind === 'binary' && part.operator === '&&') return isNever(part.left) || isNever(part.right)
  if (part.kind === 'binary' && part.operator === '||') return isNever(part.left) && isNever(part.right)
  try {
    return !isTrue(makeClosure(part)({ environment: unseen, element: null, budget: { steps: 0 } }))
  } catch (error) {
    if (error === looked) return false
    if (error instanceof ExpressionError) return true
    throw error
  }
}

/** Thrown when an answer takes a look at the record, the user or the time. */
const looked = new Error('It depends')

function look(): never {
  throw looked
}

const unseen = Object.freeze(
  Object.defineProperties(
    {},
    Object.fromEntries(['record', 'user', 'now'].map((name) => [name, { get: look, enumerable: true }])),
  ),
)
