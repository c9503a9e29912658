// What of the language can be asked of PostgreSQL: what no row decides is worked out beforehand, the rest is a small part.
import type { Typed } from './syntax.ts'

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

/** Whether the part is the same for every row: it reads nothing of the record. */
export function isFixed(part: Typed): boolean {
  if (part.kind === 'name') return part.path?.[0] !== 'record'
  return listParts(part).every(isFixed)
}

/** The parts right below a part. */
function listParts(part: Typed): readonly Typed[] {
  switch (part.kind) {
    case 'constant':
    case 'name':
      return []
    case 'list':
      return part.items
    case 'member':
      return [part.of]
    case 'index':
      return [part.of, part.index]
    case 'call':
      return part.each ? [...part.args, part.each] : part.args
    case 'unary':
      return [part.operand]
    case 'binary':
      return [part.left, part.right]
    case 'conditional':
      return [part.test, part.yes, part.no]
  }
}

/** Why PostgreSQL cannot be asked for the part; undefined when it can. */
export function findUnwritable(part: Typed): string | undefined {
  if (isFixed(part)) return undefined
  const own = refuse(part)
  if (own !== undefined) return own
  if (isColumn(part)) return undefined
  for (const inner of listParts(part)) {
    const problem = findUnwritable(inner)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** Whether the part is a field of the record, or of one that relations to one lead to. */
export function isColumn(part: Typed): part is Typed & { kind: 'member'; path: readonly string[] } {
  return part.kind === 'member' && part.path?.[0] === 'record'
}

function refuse(part: Typed): string | undefined {
  if (part.kind === 'index' || part.kind === 'name')
    return `cannot take the whole record or a place of a list ${reason}`
  if (part.kind === 'call' && (part.each || !functions.has(part.name)))
    return `cannot call ${part.name} with fields of the record ${reason}`
  const problem = refuseUncertain(part)
  if (problem !== undefined) return problem
  if (part.kind === 'binary' && ![part.left, part.right].some(isNil))
    return [part.left, part.right].map(refuseJson).find((each) => each !== undefined)
  return refuseRecord(part)
}

const reason = 'in a permission, because PostgreSQL has to answer it for every row'
const compared: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', 'in', '&&', '||'])

/** What could fail in one row and not in memory, or the other way round, is not asked at all. */
function refuseUncertain(part: Typed): string | undefined {
  if (part.kind === 'binary' && compared.has(part.operator)) return undefined
  if (
    part.kind === 'binary' &&
    (part.operator === '/' || part.operator === '%' || part.type.kind === 'float')
  )
    return `cannot use "${part.operator}" with fields of the record ${reason}`
  if (part.kind === 'call' && part.name === 'date' && part.args[0]?.type.kind === 'string')
    return `cannot read dates out of texts of the record ${reason}`
  if (part.kind === 'call' && part.name === 'add_days' && !isFewDays(part.args[1]))
    return `can add a whole number of days that is written out, at most ${mostDays}, ${reason}`
  const isOpen =
    part.kind !== 'unary' && part.kind !== 'member' && listParts(part).some(({ type }) => type.kind === 'any')
  return isOpen
    ? `can only compare values that may be of any kind, such as attributes of the user, ${reason}`
    : undefined
}

const mostDays = 100_000

function isFewDays(part: Typed | undefined): boolean {
  const value = part?.kind === 'unary' ? part.operand : part
  const days = value?.kind === 'constant' ? Number(value.value) : Number.NaN
  return Number.isInteger(days) && Math.abs(days) <= mostDays
}

function isNil(part: Typed): boolean {
  return part.kind === 'constant' && part.value === null
}

function refuseRecord(part: Typed): string | undefined {
  if (!isColumn(part) || part.type.kind !== 'record') return undefined
  return `cannot use the record ${part.path.join('.')} itself in a permission; name one of its fields`
}

/** JSON and files can be compared with nil only. */
function refuseJson(part: Typed): string | undefined {
  if (!isColumn(part) || part.type.kind !== 'any') return undefined
  return `can only compare ${part.path.join('.')} with nil in a permission, because it holds JSON`
}
