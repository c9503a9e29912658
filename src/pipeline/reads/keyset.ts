// Continues an order behind a given row (keyset): what a cursor carries, and the condition for the rows beyond it.

import { allOf, bind, sqlType, type Values } from '../statement.ts'
import type { PlacedTerm, Position } from './order.ts'

/** The values of a cursor, as text, in order. */
export function writePositions(terms: readonly PlacedTerm[]): string {
  return terms.map((term, index) => `${term.sql}::text as "$${index}"`).join(', ')
}

/** The condition for rows that come strictly after the position; its text does not depend on the position's values. */
export function writeAfter(terms: readonly PlacedTerm[], position: Position, values: Values): string {
  const bound = terms.map(
    (term, index) => `${bind(values, position[index] ?? null, 'text')}::${sqlType(term.type)}`,
  )
  const isUniform = terms.every((term) => term.direction === terms[0]?.direction && !term.isNullable)
  if (isUniform) return writeRowAfter(terms, bound)
  return allOf([writeStart(terms[0], bound[0] ?? 'null'), writeStepsAfter(terms, bound)])
}

/** Says once more what the steps say of the first term, in the form in which an index can start there. */
function writeStart(term: PlacedTerm | undefined, bound: string): string {
  if (term === undefined || (term.isNullable && term.nulls === 'LAST')) return 'true'
  const start = `${term.sql} ${signOf(term)}= ${bound}`
  return term.isNullable ? `(${bound} is null or ${start})` : start
}

/** A row comparison: PostgreSQL answers it from one index. */
function writeRowAfter(terms: readonly PlacedTerm[], bound: readonly string[]): string {
  return `(${terms.map((term) => term.sql).join(', ')}) ${signOf(terms[0])} (${bound.join(', ')})`
}

function signOf(term: PlacedTerm | undefined): '>' | '<' {
  return term?.direction === 'ASC' ? '>' : '<'
}

/** Beyond the first term, or level with it and beyond the rest; the last term is the key, which no two rows share. */
function writeStepsAfter(
  [term, ...rest]: readonly PlacedTerm[],
  [bound, ...others]: readonly string[],
): string {
  if (term === undefined || bound === undefined) return 'false'
  const beyond = `${term.sql} ${signOf(term)} ${bound}`
  if (rest.length === 0) return beyond
  const further = writeStepsAfter(rest, others)
  if (!term.isNullable) return `(${beyond} or (${term.sql} = ${bound} and ${further}))`
  const acrossNulls =
    term.nulls === 'LAST'
      ? `(${term.sql} is null and ${bound} is not null)`
      : `(${term.sql} is not null and ${bound} is null)`
  return `(${beyond} or ${acrossNulls} or (${term.sql} is not distinct from ${bound} and ${further}))`
}
