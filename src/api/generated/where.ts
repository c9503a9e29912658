// Reads the `where` of an entity into a filter, through its relations, within limits of depth and size.
import type { RelationEnd } from '../../metadata/registry.ts'
import { always, type Filter, type Quantifier } from '../../pipeline/reads/filter.ts'
import { describe, isObject, joinPath } from '../../reader.ts'
import { countOperand, operandOf, readConditions, refuse, refuseSize } from './conditions.ts'
import type { Shape } from './shape.ts'

/** Where the reading stands: at which entity, how deep, and how many conditions the whole may still have. */
type Reader = Readonly<{ shape: Shape; depth: number; budget: { left: number } }>

/** Reads a filter on the entity; absent or null is always true. */
export function readFilter(shape: Shape, where: unknown): Filter {
  if (where == null) return always
  const budget = { left: shape.limits.filterConditions }
  return readFilterObject({ shape, depth: 1, budget }, where, 'where')
}

/** Levels are those of and, or, not and of relations, the outermost one included. */
function readFilterObject(reader: Reader, given: unknown, path: string): Filter {
  const { filterDepth } = reader.shape.limits
  if (reader.depth > filterDepth)
    throw refuseSize(path, `is nested too deep; at most ${filterDepth} levels are allowed`)
  return joinParts(
    readEntries(given, path).map(([key, value]) => readPart(reader, key, value, joinPath(path, key))),
  )
}

/** The keys that were set; a null never stands for leaving something out. */
export function readEntries(given: unknown, path: string): readonly (readonly [string, unknown])[] {
  if (!isObject(given)) throw refuse(path, `must be an object, found ${describe(given)}`)
  const entries = Object.entries(given).filter(([, value]) => value !== undefined)
  for (const [key, value] of entries)
    if (value === null)
      throw refuse(joinPath(path, key), 'cannot be null; leave it out, or use isNull or not')
  return entries
}

function joinParts(parts: readonly Filter[]): Filter {
  return parts.length === 1 && parts[0] ? parts[0] : { kind: 'all', parts }
}

function readPart(reader: Reader, key: string, value: unknown, path: string): Filter {
  if (key === 'and' || key === 'or') return readConnective(reader, key, value, path)
  if (key === 'not') return { kind: 'not', part: readFilterObject(deepen(reader), value, path) }
  const field = reader.shape.fields.get(key)
  if (field?.kind === 'column') {
    const conditions = readConditions(reader.shape.limits, operandOf(field.field), value, path)
    spend(reader, conditions.length, path)
    return joinParts(conditions.map((condition) => ({ ...condition, field: field.field })))
  }
  if (field?.kind !== 'relation') throw refuse(path, 'is not known here')
  return readRelation(reader, field.end, value, path)
}

function readConnective(reader: Reader, key: 'and' | 'or', value: unknown, path: string): Filter {
  const items = Array.isArray(value) ? value : [value]
  spend(reader, items.length, path)
  const parts = items.map((item, index) => readFilterObject(deepen(reader), item, joinPath(path, index)))
  return { kind: key === 'and' ? 'all' : 'any', parts }
}

/** Through a relation the filter is one on the other entity, a level deeper. */
function readRelation(reader: Reader, end: RelationEnd, value: unknown, path: string): Filter {
  const behind = { ...deepen(reader), shape: reader.shape.shapeBehind(end) }
  const readQuantified = (quantifier: Quantifier, given: unknown, at: string): Filter => {
    spend(reader, 1, at)
    return { kind: 'related', end, quantifier, part: readFilterObject(behind, given, at) }
  }
  if (!end.isList) return readQuantified('some', value, path)
  return joinParts(
    readEntries(value, path).map(([key, given]) => {
      const at = joinPath(path, key)
      if (key === 'count') return readCount(reader, end, given, at)
      if (key === 'some' || key === 'every' || key === 'none') return readQuantified(key, given, at)
      throw refuse(at, 'is not known here')
    }),
  )
}

function readCount(reader: Reader, end: RelationEnd, value: unknown, path: string): Filter {
  const conditions = readConditions(reader.shape.limits, countOperand, value, path)
  spend(reader, conditions.length, path)
  return joinParts(conditions.map((condition) => ({ kind: 'count', end, condition })))
}

function deepen(reader: Reader): Reader {
  return { ...reader, depth: reader.depth + 1 }
}

function spend({ budget, shape }: Reader, conditions: number, path: string): void {
  budget.left -= conditions
  if (budget.left < 0)
    throw refuseSize(
      path,
      `is one condition too many; at most ${shape.limits.filterConditions} are allowed in all`,
    )
}
