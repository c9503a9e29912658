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
  const where = 'in a permission, because PostgreSQL has to answer it for every row'
  if (part.kind === 'index' || part.kind === 'name')
    return `cannot take the whole record or a place of a list ${where}`
  if (part.kind === 'call' && (part.each || !functions.has(part.name)))
    return `cannot call ${part.name} with fields of the record ${where}`
  if (part.kind === 'binary' && (part.operator === '/' || part.operator === '%'))
    return `cannot use "${part.operator}" with fields of the record ${where}`
  if (part.kind === 'binary' && ![part.left, part.right].some(isNil))
    return [part.left, part.right].map(refuseJson).find((problem) => problem !== undefined)
  return refuseRecord(part)
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
