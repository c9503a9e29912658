// Reads what a request wants of groups: the keys, the conditions and the order; what makes no sense is refused at its path.
import type { RelationEnd } from '../../metadata/registry.ts'
import { type DatePart, hasPart, isSpan } from '../../pipeline/reads/date-part.ts'
import type { GroupKey, GroupTerm } from '../../pipeline/reads/group.ts'
import type { OrderTerm } from '../../pipeline/reads/order.ts'
import { joinPath } from '../../reader.ts'
import { refuse, refuseSize } from './conditions.ts'
import { isDated, namePart, nameParts } from './group-keys.ts'
import { hasFigure, isEquatable, isFigure } from './measures.ts'
import { readOneOf, readTerm, type Sort } from './orders.ts'
import type { Shape } from './shape.ts'

/** A key with the names under which its value stands in the key of a group. */
export type AskedKey = GroupKey & Readonly<{ names: readonly string[] }>

/** Reads `by`: one key at least, none twice. */
export function readGroupKeys(shape: Shape, by: unknown): readonly AskedKey[] {
  const items = Array.isArray(by) ? by : [by]
  if (items.length === 0) throw refuse('by', 'must have at least one key')
  const { groupKeys } = shape.limits
  if (items.length > groupKeys)
    throw refuseSize('by', `lists ${items.length} keys; at most ${groupKeys} are allowed`)
  const places = new Map<string, string>()
  return items.map((item, index) => {
    const path = `by[${index}]`
    const key = readGroupKey(shape, item, path, { ends: [], names: [] })
    const name = key.names.join('.')
    const earlier = places.get(name)
    if (earlier !== undefined) throw refuse(path, `has its value in key.${name}, as ${earlier} has; drop one`)
    places.set(name, path)
    return key
  })
}

/** The way from the grouped rows to where a key stands. */
type Way = Readonly<{ ends: readonly RelationEnd[]; names: readonly string[] }>

function readGroupKey(shape: Shape, item: unknown, path: string, way: Way): AskedKey {
  const { key, value } = readOneOf(item, path)
  const at = joinPath(path, key)
  const field = shape.fields.get(key)
  if (field?.kind === 'relation' && !field.end.isList) {
    const { orderDepth } = shape.limits
    if (way.ends.length >= orderDepth)
      throw refuseSize(at, `leads too far; at most ${orderDepth} relations in a row are allowed`)
    const further = { ends: [...way.ends, field.end], names: [...way.names, key] }
    return readGroupKey(shape.shapeBehind(field.end), value, at, further)
  }
  if (field?.kind !== 'column' || !isEquatable(field.field)) throw refuse(at, 'is not known here')
  const found = { path: way.ends, field: field.field }
  if (!isDated(field.field)) {
    if (value !== true) throw refuse(at, 'must be true; leave it out to group by something else')
    return { ...found, names: [...way.names, key] }
  }
  const part = readPart(field.field.type, value, at)
  const names = isSpan(part) ? [key] : [nameParts(shape, key), namePart(part)]
  return { ...found, part, names: [...way.names, ...names] }
}

function readPart(type: AskedKey['field']['type'], value: unknown, path: string): DatePart {
  const part = value as DatePart
  if (!hasPart(type, part)) throw refuse(path, `cannot be ${part}: a date has no hours`)
  return part
}

/** Reads `orderBy`: keys of the groups, or what is measured of them. */
export function readGroupOrder(
  shape: Shape,
  keys: readonly AskedKey[],
  orderBy: unknown,
): readonly GroupTerm[] {
  const items = Array.isArray(orderBy) ? orderBy : orderBy == null ? [] : [orderBy]
  const most = shape.limits.groupKeys + 2
  if (items.length > most)
    throw refuseSize('orderBy', `lists ${items.length} keys; at most ${most} are allowed`)
  return items.flatMap((item, index) => readGroupTerm(shape, keys, item, `orderBy[${index}]`))
}

function readGroupTerm(
  shape: Shape,
  keys: readonly AskedKey[],
  item: unknown,
  path: string,
): readonly GroupTerm[] {
  const { key: kind, value } = readOneOf(item, path)
  const at = joinPath(path, kind)
  if (kind === 'count') {
    return [{ by: { kind }, direction: (value as Sort).direction, nulls: 'LAST' }]
  }
  const term = readTerm(shape, value, at)
  const { direction, nulls } = term
  if (kind === 'key') return findKeys(keys, term, at).map((key) => ({ by: { key }, direction, nulls }))
  const field = term.path.length === 0 && term.key.kind === 'column' ? term.key.field : undefined
  if (!isFigure(kind) || !field || !hasFigure(shape.entity, kind, field))
    throw refuse(at, `has no such figure: only a field that the aggregate has under ${kind} can be named`)
  return [{ by: { kind, field }, direction, nulls }]
}

/** All keys of the field, in their order: of a date there may be several. */
function findKeys(keys: readonly AskedKey[], { path, key }: OrderTerm, at: string): readonly number[] {
  const isMeant = ({ field, path: way }: AskedKey): boolean =>
    key.kind === 'column' &&
    field === key.field &&
    way.length === path.length &&
    way.every((end, hop) => end === path[hop])
  const found = keys.flatMap((each, index) => (isMeant(each) ? [index] : []))
  if (found.length === 0) throw refuse(at, 'names no key of these groups; add it to by')
  return found
}
