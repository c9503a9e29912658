// Conditions on rows as a closed union, and the SQL of one; behind a relation only visible rows count.
import type { Field } from '../metadata/field.ts'
import type { RelationEnd } from '../metadata/registry.ts'
import { type Condition, writeCondition } from './condition.ts'
import { followRelation, type Reading, writeCount } from './reading.ts'
import { type Search, writeSearch } from './search.ts'
import { allOf, column } from './statement.ts'

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
