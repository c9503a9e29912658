// The order inputs: one key an item, at the end of a path of relations to one; and how a list of them is read.
import { GraphQLEnumType, type GraphQLInputFieldConfigMap, GraphQLInputObjectType } from 'graphql'
import type { Field } from '../../metadata/field.ts'
import type { RelationEnd } from '../../metadata/registry.ts'
import {
  completeOrder,
  type Direction,
  type OrderTerm,
  orderTerm,
  type SortKey,
} from '../../pipeline/reads/order.ts'
import type { Search } from '../../pipeline/reads/search.ts'
import { isObject, joinPath } from '../../reader.ts'
import { refuse, refuseSize } from './conditions.ts'
import type { Shape } from './shape.ts'

/** The value of a SortOrder. */
export type Sort = Readonly<{ direction: Direction; nulls?: 'FIRST' | 'LAST' }>

export const SortOrder = new GraphQLEnumType({
  name: 'SortOrder',
  description: 'Direction of an order. Unless said otherwise nulls come last in ASC and first in DESC.',
  values: {
    ASC: { value: { direction: 'ASC' }, description: 'Ascending, nulls last' },
    DESC: { value: { direction: 'DESC' }, description: 'Descending, nulls first' },
    ASC_NULLS_FIRST: { value: { direction: 'ASC', nulls: 'FIRST' }, description: 'Ascending, nulls first' },
    ASC_NULLS_LAST: { value: { direction: 'ASC', nulls: 'LAST' }, description: 'Ascending, nulls last' },
    DESC_NULLS_FIRST: {
      value: { direction: 'DESC', nulls: 'FIRST' },
      description: 'Descending, nulls first',
    },
    DESC_NULLS_LAST: { value: { direction: 'DESC', nulls: 'LAST' }, description: 'Descending, nulls last' },
  },
})

/** Whether rows can be put in order by the field. */
function isSortable(field: Field): boolean {
  return field.type !== 'json' && field.type !== 'file'
}

/** Makes the sort keys of an entity: its fields, those of the entities behind relations to one, and counts of the others. */
export function buildOrderBy(
  name: string,
  shape: Shape,
  orderByBehind: (end: RelationEnd) => GraphQLInputObjectType,
): GraphQLInputObjectType {
  return new GraphQLInputObjectType({
    name,
    description: `One key to sort ${shape.entity.name} by`,
    isOneOf: true,
    fields: () => buildKeys(shape, orderByBehind),
  })
}

function buildKeys(
  { columns, fields, counts }: Shape,
  orderByBehind: (end: RelationEnd) => GraphQLInputObjectType,
): GraphQLInputFieldConfigMap {
  const keys: GraphQLInputFieldConfigMap = {}
  for (const [apiName, field] of columns)
    if (isSortable(field)) keys[apiName] = { type: SortOrder, description: `By ${field.name}` }
  for (const [apiName, field] of fields)
    if (field.kind === 'relation' && !field.end.isList) {
      const description = `By the ${field.end.other} behind it; null when there is no visible one`
      keys[apiName] = { type: orderByBehind(field.end), description }
    }
  for (const [apiName, end] of counts)
    keys[apiName] = { type: SortOrder, description: `By how many visible ${end.other} rows there are` }
  return keys
}

/** Reads the `orderBy` of an entity and makes it total; absent, null and [] are the best of a search first, or the order of the key. */
export function readOrder(shape: Shape, orderBy: unknown, search?: Search): readonly OrderTerm[] {
  const items = Array.isArray(orderBy) ? orderBy : orderBy == null ? [] : [orderBy]
  const { orderKeys } = shape.limits
  if (items.length > orderKeys)
    throw refuseSize('orderBy', `lists ${items.length} keys; at most ${orderKeys} are allowed`)
  const terms = items.map((item, index) => readTerm(shape, item, `orderBy[${index}]`))
  if (search && terms.length === 0) terms.push(orderTerm([], { kind: 'rank', search }, 'DESC'))
  return completeOrder(shape.entity, terms)
}

/** Reads one sort key; `hops` are the relations that led to the shape. */
export function readTerm(
  shape: Shape,
  item: unknown,
  path: string,
  hops: readonly RelationEnd[] = [],
): OrderTerm {
  const { key, value } = readOneOf(item, path)
  const at = joinPath(path, key)
  const field = shape.fields.get(key)
  if (field?.kind === 'relation' && !field.end.isList) {
    const { orderDepth } = shape.limits
    if (hops.length >= orderDepth)
      throw refuseSize(at, `leads too far; at most ${orderDepth} relations in a row are allowed`)
    return readTerm(shape.shapeBehind(field.end), value, at, [...hops, field.end])
  }
  const sort = value as Sort
  return orderTerm(hops, readKey(shape, key, at), sort.direction, sort.nulls)
}

function readKey(shape: Shape, key: string, path: string): SortKey {
  const field = shape.columns.get(key)
  if (field && isSortable(field)) return { kind: 'column', field }
  const end = shape.counts.get(key)
  if (end) return { kind: 'count', end }
  throw refuse(path, 'is not known here')
}

/** Takes the one entry of a @oneOf input; none, several or a null is BAD_USER_INPUT whoever coerced it. */
export function readOneOf(item: unknown, path: string): Readonly<{ key: string; value: unknown }> {
  const entries = isObject(item) ? Object.entries(item).filter(([, value]) => value !== undefined) : []
  const [entry] = entries
  if (entries.length === 1 && entry !== undefined && entry[1] != null)
    return { key: entry[0], value: entry[1] }
  const message = `must have exactly one key, and that not null; found ${entries.length === 0 ? 'none' : entries.map(([key]) => key).join(', ')}`
  throw refuse(path, message)
}
