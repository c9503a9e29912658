// The order of rows, made total by the key: by columns, by columns behind relations to one, and by counts of relations to many.
import type { Entity } from '../../metadata/entity.ts'
import type { Field } from '../../metadata/field.ts'
import type { RegistryEntity, RelationEnd } from '../../metadata/registry.ts'
import type { FieldType } from '../../metadata/value.ts'
import { column } from '../statement.ts'
import { followPath, type Reading, writeCount } from './reading.ts'
import { type Search, writeRank } from './search.ts'

export type Direction = 'ASC' | 'DESC'
/** What is sorted by: a column, how many visible rows there are behind a relation to many, or how well a search fits. */
export type SortKey =
  | Readonly<{ kind: 'column'; field: Field }>
  | Readonly<{ kind: 'count'; end: RelationEnd }>
  | Readonly<{ kind: 'rank'; search: Search }>
/**
 * One key to sort by, at the end of a path of relations to one; null where the path leads to no visible row.
 * Nulls come last in ascending and first in descending order unless said otherwise.
 */
export type OrderTerm = Readonly<{
  path: readonly RelationEnd[]
  key: SortKey
  direction: Direction
  nulls: 'FIRST' | 'LAST'
}>

/** PostgreSQL's text of the order's values in one row; null stands for null. */
export type Position = readonly (string | null)[]

/** A term as it stands in a statement: where its value is, and of what type. */
export type PlacedTerm = Readonly<{
  sql: string
  type: FieldType
  isNullable: boolean
  direction: Direction
  nulls: 'FIRST' | 'LAST'
}>

/** Adds the key at the end, in the direction of the last term, so that no two rows are equal; later repeats are dropped. */
export function completeOrder(entity: RegistryEntity, terms: readonly OrderTerm[]): readonly OrderTerm[] {
  const seen = new Set<string>()
  const kept = terms.filter((term) => !seen.has(nameTerm(term)) && seen.add(nameTerm(term)))
  const keyAt = kept.findIndex((term) => isOwnKey(term, entity))
  if (keyAt >= 0) return kept.slice(0, keyAt + 1)
  const key = { kind: 'column', field: entity.keyField } as const
  return [...kept, orderTerm([], key, kept.at(-1)?.direction ?? 'ASC')]
}

function isOwnKey({ path, key }: OrderTerm, entity: RegistryEntity): boolean {
  return path.length === 0 && key.kind === 'column' && key.field.name === entity.key.field
}

export function orderTerm(
  path: readonly RelationEnd[],
  key: SortKey,
  direction: Direction,
  nulls?: 'FIRST' | 'LAST',
): OrderTerm {
  return { path, key, direction, nulls: nulls ?? (direction === 'ASC' ? 'LAST' : 'FIRST') }
}

/** The same rows from the other end. */
export function reverseOrder<T extends Pick<OrderTerm, 'direction' | 'nulls'>>(
  terms: readonly T[],
): readonly T[] {
  return terms.map((term) => ({
    ...term,
    direction: term.direction === 'ASC' ? 'DESC' : 'ASC',
    nulls: term.nulls === 'FIRST' ? 'LAST' : 'FIRST',
  }))
}

/** What a cursor is bound to besides the app: the entity, and the order with the types of its values. */
export function nameOrder(entity: Entity, terms: readonly OrderTerm[]): string {
  const names = terms.map((term) => `${nameTerm(term)} ${term.direction} ${term.nulls}`)
  return `${entity.name}:${names.join()}`
}

function nameTerm({ path, key }: OrderTerm): string {
  return [...path.map((end) => end.name), nameKey(key)].join('.')
}

function nameKey(key: SortKey): string {
  if (key.kind === 'column') return `${key.field.name} ${key.field.type}`
  return key.kind === 'count' ? `${key.end.name} count` : `rank ${JSON.stringify(key.search)}`
}

function typeOf(key: SortKey): FieldType {
  if (key.kind === 'column') return key.field.type
  return key.kind === 'count' ? 'bigint' : 'float'
}

/** Writes where each term has its value; what is not a column of the row comes from a join, made once per row. */
export function placeOrder(
  terms: readonly OrderTerm[],
  reading: Reading,
): Readonly<{ joins: string; terms: readonly PlacedTerm[] }> {
  const joins: string[] = []
  const placed = terms.map(({ path, key, direction, nulls }, index): PlacedTerm => {
    const sorting = { direction, nulls, type: typeOf(key) } as const
    if (path.length === 0 && key.kind === 'column')
      return { ...sorting, sql: column(reading.alias, key.field.name), isNullable: key.field.nullable }
    joins.push(` left join lateral (${writeLateral(path, key, reading)}) o${index} on true`)
    return { ...sorting, sql: `o${index}.value`, isNullable: path.length > 0 }
  })
  return { joins: joins.join(''), terms: placed }
}

function writeLateral(path: readonly RelationEnd[], key: SortKey, outer: Reading): string {
  const { from, where, reading } = followPath(outer, path)
  return `select ${writeValue(key, reading)} as value${path.length === 0 ? '' : ` from ${from} where ${where}`}`
}

function writeValue(key: SortKey, reading: Reading): string {
  if (key.kind === 'column') return column(reading.alias, key.field.name)
  return key.kind === 'count' ? writeCount(reading, key.end) : writeRank(key.search, reading)
}

/** The list behind `order by`. */
export function writeOrder(terms: readonly PlacedTerm[]): string {
  return terms.map((term) => `${term.sql} ${term.direction}${writeNulls(term)}`).join(', ')
}

function writeNulls({ isNullable, direction, nulls }: PlacedTerm): string {
  const isUsual = (direction === 'ASC') === (nulls === 'LAST')
  return isUsual || !isNullable ? '' : ` NULLS ${nulls}`
}
