// Conditions on rows as a closed union, and the SQL of one; behind a relation only visible rows count.
import type { Field } from '../../metadata/field.ts'
import type { RelationEnd } from '../../metadata/registry.ts'
import { allOf, column } from '../statement.ts'
import { type Condition, writeCondition } from './condition.ts'
import { followRelation, type Reading, writeCount } from './reading.ts'
import { type Search, writeSearch } from './search.ts'

/** For how many of the visible rows behind a relation a filter must hold. */
export type Quantifier = 'some' | 'every' | 'none'

/** A condition on one row of an entity. `all` without parts is true, `any` without parts is false. */
export type Filter =
  | Readonly<{ kind: 'all'; parts: readonly Filter[] }>
  | Readonly<{ kind: 'any'; parts: readonly Filter[] }>
  | Readonly<{ kind: 'not'; part: Filter }>
  | (Condition & Readonly<{ field: Field }>)
  | Readonly<{ kind: 'related'; end: RelationEnd; quantifier: Quantifier; part: Filter }>
  | Readonly<{ kind: 'count'; end: RelationEnd; condition: Condition }>
  | Readonly<{ kind: 'search'; search: Search }>

export const always: Filter = { kind: 'all', parts: [] }

/** Whether the filter holds for every row whatever stands in it, as `{}` and `not: { or: [] }` do. */
export function isAlwaysTrue(filter: Filter): boolean {
  return findConstant(filter) === true
}

/** What the filter comes to for every row; undefined when that depends on the row. */
function findConstant(filter: Filter): boolean | undefined {
  switch (filter.kind) {
    case 'all':
      return joinConstants(filter.parts, false)
    case 'any':
      return joinConstants(filter.parts, true)
    case 'not':
      return negateConstant(findConstant(filter.part))
    case 'related':
      return findRelated(filter)
    case 'among':
      return filter.values.length === 0 ? filter.isNegated : undefined
    default:
      return undefined
  }
}

/** One part that is `decisive` settles all of them; without parts it is the other way round. */
function joinConstants(parts: readonly Filter[], decisive: boolean): boolean | undefined {
  const constants = parts.map(findConstant)
  if (constants.includes(decisive)) return decisive
  return constants.includes(undefined) ? undefined : !decisive
}

function negateConstant(constant: boolean | undefined): boolean | undefined {
  return constant === undefined ? undefined : !constant
}

/** Of no row at all everything holds, and nothing. */
function findRelated({ quantifier, part }: Filter & { kind: 'related' }): boolean | undefined {
  const constant = findConstant(part)
  if (quantifier === 'every') return constant === true ? true : undefined
  return constant === false ? quantifier === 'none' : undefined
}

/** Writes the condition for the row of the reading, binding its values. */
export function writeFilter(filter: Filter, reading: Reading): string {
  switch (filter.kind) {
    case 'all':
      return writeParts(filter.parts, ' and ', 'true', reading)
    case 'any':
      return writeParts(filter.parts, ' or ', 'false', reading)
    case 'not':
      return filter.part.kind === 'related'
        ? `not ${writeRelated(filter.part, reading)}`
        : negate(writeFilter(filter.part, reading))
    case 'related':
      return writeRelated(filter, reading)
    case 'count':
      return writeCondition(
        filter.condition,
        { sql: writeCount(reading, filter.end), type: 'bigint' },
        reading.values,
      )
    case 'search':
      return writeSearch(filter.search, reading)
    default:
      return writeCondition(
        filter,
        { sql: column(reading.alias, filter.field.name), type: filter.field.type },
        reading.values,
      )
  }
}

function writeParts(parts: readonly Filter[], joiner: string, empty: string, reading: Reading): string {
  if (parts.length === 0) return empty
  return `(${parts.map((part) => writeFilter(part, reading)).join(joiner)})`
}

/** What is null is not true, so its negation holds. */
function negate(condition: string): string {
  return `(${condition}) is not true`
}

function writeRelated(filter: Filter & { kind: 'related' }, outer: Reading): string {
  const { from, where, reading } = followRelation(outer, filter.end)
  const part = writeFilter(filter.part, reading)
  const sought = filter.quantifier === 'every' ? negate(part) : part
  const exists = filter.quantifier === 'some' ? 'exists' : 'not exists'
  return `${exists} (select 1 from ${from} where ${allOf([where, sought])})`
}
