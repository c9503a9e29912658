// What of the language can be asked of PostgreSQL: what no row decides is worked out beforehand, the rest is a small part.
import { findExcess } from './sql-cost.ts'
import { isFixed } from './sql-fixed.ts'
import type { Typed } from './syntax.ts'
import { isDay, nameType } from './type-rules.ts'

type Problem = string | undefined

const where = 'in a permission, because PostgreSQL has to answer it for every row'
const functions: ReadonlySet<string> = new Set([
  'coalesce',
  'len',
  'lower',
  'starts_with',
  'contains',
  'year',
  'month',
  'day',
  'date',
  'add_days',
  'days_between',
])

/** Whether the part is a field of the record, or of one that relations to one lead to. */
export function isColumn(part: Typed): part is Typed & { kind: 'member'; path: readonly string[] } {
  return part.kind === 'member' && part.path?.[0] === 'record' && part.of.type.kind === 'record'
}

/** Why PostgreSQL cannot be asked for the condition; undefined when it can. */
export function findUnwritable(part: Typed): Problem {
  return refuseCondition(part) ?? findExcess(part)
}

function first<T>(items: readonly T[], find: (item: T) => Problem): Problem {
  for (const item of items) {
    const problem = find(item)
    if (problem !== undefined) return problem
  }
  return undefined
}

function refuseCondition(part: Typed): Problem {
  if (isFixed(part)) return undefined
  switch (part.kind) {
    case 'unary':
      return refuseCondition(part.operand)
    case 'conditional':
      return first([part.test, part.yes, part.no], refuseCondition)
    case 'binary':
      return refuseBinary(part)
    default:
      return refuseValue(part)
  }
}

function refuseBinary(part: Typed & { kind: 'binary' }): Problem {
  const { operator, left, right } = part
  if (operator === '||' || operator === '&&') return first([left, right], refuseCondition)
  if (operator === 'in') return refuseIn(left, right)
  if (part.type.kind !== 'boolean') return refuseValue(part)
  if (left.type.kind === 'nil') return refuseBesideNil(right)
  return right.type.kind === 'nil' ? refuseBesideNil(left) : first([left, right], refuseSide)
}

/** JSON and files can be compared with nil only. */
function refuseBesideNil(part: Typed): Problem {
  return isColumn(part) && part.type.kind === 'any' ? undefined : refuseSide(part)
}

/** What is known beforehand is compared as what it turns out to be. */
function refuseSide(part: Typed): Problem {
  return isFixed(part) ? undefined : refuseValue(part)
}

function refuseIn(left: Typed, right: Typed): Problem {
  if (isFixed(right)) return refuseSide(left)
  if (right.kind !== 'list')
    return `can only look into a list that is written out, or one of the user, ${where}`
  return first([left, ...right.items], refuseSide)
}

/** Values have a type of which PostgreSQL has one too. */
function refuseValue(part: Typed): Problem {
  if (part.type.kind === 'boolean' && (part.kind === 'binary' || part.kind === 'unary'))
    return refuseCondition(part)
  if (part.kind === 'constant' && part.value === null) return undefined
  const unknown = refuseType(part)
  if (unknown !== undefined || isFixed(part) || isColumn(part)) return unknown
  switch (part.kind) {
    case 'unary':
      return refuseValue(part.operand)
    case 'conditional':
      return refuseCondition(part.test) ?? first([part.yes, part.no], refuseValue)
    case 'call':
      return refuseCall(part)
    case 'binary':
      return part.operator === '/' || part.operator === '%'
        ? `cannot use "${part.operator}" with fields of the record ${where}`
        : first([part.left, part.right], refuseValue)
    default:
      return `cannot take a place of a list ${where}`
  }
}

function refuseType(part: Typed): Problem {
  const { kind } = part.type
  if (kind !== 'any' && kind !== 'nil' && kind !== 'list' && kind !== 'record') return undefined
  if (isFixed(part))
    return `has ${nameType(part.type)} where its type must be known; number(x), string(x) or date(x) gives it one`
  if (!isColumn(part)) return `cannot use ${nameType(part.type)} ${where}`
  const name = part.path.join('.')
  return kind === 'record'
    ? `cannot use the record ${name} itself in a permission; name one of its fields`
    : `can only compare ${name} with nil in a permission, because it holds JSON`
}

function refuseCall({ name, args, each }: Typed & { kind: 'call' }): Problem {
  if (each || !functions.has(name)) return `cannot call ${name} with fields of the record ${where}`
  if (name === 'starts_with' || name === 'contains')
    return first(args, (arg) => (isFixed(arg) ? undefined : refuseText(name, arg)))
  const [arg] = args
  if (name === 'date' && arg && !isDay(arg.type))
    return `can only call date with a date or a moment of the record ${where}`
  return first(args, refuseValue)
}

function refuseText(name: string, arg: Typed): Problem {
  const problem = refuseValue(arg)
  if (problem !== undefined || arg.type.kind === 'string') return problem
  return `can only look for and in texts by ${name}, found ${nameType(arg.type)}`
}
