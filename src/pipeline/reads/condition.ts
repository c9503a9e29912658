// Conditions on one value, be it a column or a count, as a closed union, and the SQL of one.
import type { FieldType, Value } from '../../metadata/value.ts'
import { allOf, bind, sqlType, type Values } from '../statement.ts'

export type Comparison = 'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte'
export type TextMatch = 'contains' | 'startsWith' | 'endsWith' | 'like' | 'equals'

/** A condition on one value. The value itself may be null: then only `neq`, negated ones and `isNull` can hold. */
export type Condition =
  | Readonly<{ kind: 'compare'; operator: Comparison; value: Value }>
  | Readonly<{ kind: 'match'; operator: TextMatch; value: string; ignoresCase: boolean }>
  | Readonly<{ kind: 'among'; values: readonly Value[]; isNegated: boolean }>
  | Readonly<{ kind: 'isNull'; isNull: boolean }>
  | Readonly<{ kind: 'containsJson'; value: Value }>
  | Readonly<{ kind: 'atPath'; path: readonly string[]; conditions: readonly Condition[] }>

/** Something in a statement that has a value: a column, or an expression in parentheses. */
export type Place = Readonly<{ sql: string; type: FieldType }>

const signs: Readonly<Record<Comparison, string>> = {
  eq: '=',
  neq: 'is distinct from',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
}

/** Writes the condition on the value at a place, binding what it compares with. */
export function writeCondition(condition: Condition, place: Place, values: Values): string {
  switch (condition.kind) {
    case 'compare': {
      const bound = bind(values, condition.value, sqlType(place.type))
      return `${place.sql} ${signs[condition.operator]} ${bound}`
    }
    case 'match':
      return writeMatch(condition, place.sql, values)
    case 'among':
      return writeAmong(condition, place, values)
    case 'isNull':
      return `${place.sql} is ${condition.isNull ? '' : 'not '}null`
    case 'containsJson':
      return `${place.sql} @> ${bind(values, condition.value, 'jsonb')}`
    case 'atPath':
      return writeAtPath(condition, place.sql, values)
  }
}

/** All but `like` are literal: the wildcards of LIKE in the value stand for themselves. */
function writeMatch(condition: Condition & { kind: 'match' }, place: string, values: Values): string {
  const { operator, value, ignoresCase } = condition
  const escaped = value.replace(/[\\%_]/g, '\\$&')
  const patterns: Readonly<Record<TextMatch, string>> = {
    contains: `%${escaped}%`,
    startsWith: `${escaped}%`,
    endsWith: `%${escaped}`,
    equals: escaped,
    like: value,
  }
  return `${place} ${ignoresCase ? 'ilike' : 'like'} ${bind(values, patterns[operator], 'text')}`
}

/** A list goes over as one array, so that its length does not make a new SQL text. */
function writeAmong(condition: Condition & { kind: 'among' }, place: Place, values: Values): string {
  const list = bind(values, condition.values, `${sqlType(place.type)}[]`)
  const isAmong = `${place.sql} = any(${list})`
  return condition.isNegated ? `(${isAmong}) is not true` : isAmong
}

/** What stands at a path of a JSON value, null where nothing does; JSON's own null counts as nothing. */
function writeAtPath(
  { path, conditions }: Condition & { kind: 'atPath' },
  place: string,
  values: Values,
): string {
  if (conditions.length === 0) return 'true'
  const sql = `nullif(${place} #> ${bind(values, path, 'text[]')}, 'null')`
  return allOf(
    conditions.map((condition) =>
      isInequality(condition)
        ? writeJsonComparison(condition, sql, values)
        : writeCondition(condition, { sql, type: 'json' }, values),
    ),
  )
}

function isInequality(condition: Condition): condition is Condition & { kind: 'compare' } {
  return condition.kind === 'compare' && condition.operator !== 'eq' && condition.operator !== 'neq'
}

/** JSON sorts numbers above texts; here a value is greater or less than those of its own kind only. */
function writeJsonComparison(
  { operator, value }: Condition & { kind: 'compare' },
  sql: string,
  values: Values,
): string {
  const bound = bind(values, value, 'jsonb')
  return `(jsonb_typeof(${sql}) = jsonb_typeof(${bound}) and ${sql} ${signs[operator]} ${bound})`
}
