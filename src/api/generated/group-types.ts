// The types around groups of an entity: one group, conditions on groups and their order.
import {
  type GraphQLInputFieldConfigMap,
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
} from 'graphql'
import type { Field } from '../../metadata/field.ts'
import type { RelationEnd } from '../../metadata/registry.ts'
import { type Figure, figures } from '../../pipeline/reads/measure.ts'
import { buildGroupBy, buildGroupKey } from './group-keys.ts'
import { decimalFilter, floatFilter, intFilter } from './leaf-filters.ts'
import type { LeafType } from './leaf-types.ts'
import { hasFigure } from './measures.ts'
import { SortOrder } from './orders.ts'
import type { Shape } from './shape.ts'

type TakeName = (suffix: string) => string

/** The group types of one entity. */
export type GroupTypes = Readonly<{
  groupBy: GraphQLInputObjectType
  groupKey: GraphQLObjectType
  groupRow: GraphQLObjectType
  having: GraphQLInputObjectType
  groupOrderBy: GraphQLInputObjectType
}>
/** What the group types are made of besides the shape. */
export type GroupParts = Readonly<{
  leafTypes: ReadonlyMap<string, LeafType>
  /** The filter of each field, by its name. */
  leafFilters: ReadonlyMap<string, GraphQLInputObjectType>
  orderBy: GraphQLInputObjectType
  aggregate: GraphQLObjectType
  findTypes(end: RelationEnd): GroupTypes
}>

/** Makes the group types of an entity; those of others are looked at when fields are. */
export function buildGroupTypes(take: TakeName, shape: Shape, parts: GroupParts): GroupTypes {
  const groupKey = buildGroupKey(
    take('GroupKey'),
    shape,
    parts.leafTypes,
    (end) => parts.findTypes(end).groupKey,
  )
  return {
    groupBy: buildGroupBy(take('GroupBy'), shape, (end) => parts.findTypes(end).groupBy),
    groupKey,
    groupRow: buildGroupRow(take('GroupRow'), shape, groupKey, parts.aggregate),
    having: buildHaving(take, shape, parts),
    groupOrderBy: buildGroupOrderBy(take('GroupOrderBy'), shape, parts.orderBy),
  }
}

function buildGroupRow(
  name: string,
  { entity }: Shape,
  key: GraphQLObjectType,
  aggregate: GraphQLObjectType,
): GraphQLObjectType {
  return new GraphQLObjectType({
    name,
    description: `A group of ${entity.name} rows`,
    fields: {
      key: { type: new GraphQLNonNull(key), description: 'What its rows have in common' },
      aggregate: { type: new GraphQLNonNull(aggregate), description: 'What is measured of its rows' },
    },
  })
}

function buildHaving(take: TakeName, shape: Shape, parts: GroupParts): GraphQLInputObjectType {
  const { entity } = shape
  const sums = buildHavingFigures(take('HavingNumbers'), 'sum', shape, ({ type }) =>
    type === 'float' ? floatFilter : decimalFilter,
  )
  const extremes = buildHavingFigures(take('HavingExtremes'), 'min', shape, ({ name }) =>
    parts.leafFilters.get(name),
  )
  const type: GraphQLInputObjectType = new GraphQLInputObjectType({
    name: take('Having'),
    description: `Conditions on groups of ${entity.name} rows; several are all meant, {} is always true`,
    fields: () => {
      const list = new GraphQLList(new GraphQLNonNull(type))
      return {
        and: { type: list, description: 'All of these; an empty list is true' },
        or: { type: list, description: 'At least one of these; an empty list is false' },
        not: { type, description: 'Not this' },
        count: { type: intFilter, description: 'How many rows the group has' },
        ...(sums && { sum: { type: sums, description: 'Sums of the group' } }),
        ...(sums && { avg: { type: sums, description: 'Averages of the group' } }),
        ...(extremes && { min: { type: extremes, description: 'Least values of the group' } }),
        ...(extremes && { max: { type: extremes, description: 'Greatest values of the group' } }),
      }
    },
  })
  return type
}

function buildHavingFigures(
  name: string,
  figure: Figure,
  { entity, columns }: Shape,
  filterOf: (field: Field) => GraphQLInputObjectType | undefined,
): GraphQLInputObjectType | undefined {
  const fields: GraphQLInputFieldConfigMap = {}
  for (const [apiName, field] of columns) {
    const type = hasFigure(entity, figure, field) ? filterOf(field) : undefined
    if (type) fields[apiName] = { type, description: `Condition on the figure of ${field.name}` }
  }
  const description = `Conditions on figures of fields of ${entity.name}; several are all meant`
  return Object.keys(fields).length === 0
    ? undefined
    : new GraphQLInputObjectType({ name, description, fields })
}

/** Fields are named as in the order of rows; one that is no key, or has no such figure, is refused when it is read. */
function buildGroupOrderBy(
  name: string,
  { entity, columns }: Shape,
  orderBy: GraphQLInputObjectType,
): GraphQLInputObjectType {
  const present = figures.filter((figure) =>
    [...columns.values()].some((field) => hasFigure(entity, figure, field)),
  )
  const figureKeys = present.map((figure) => [figure, { type: orderBy, description: figureTexts[figure] }])
  return new GraphQLInputObjectType({
    name,
    description: `One key to sort groups of ${entity.name} rows by`,
    isOneOf: true,
    fields: {
      key: { type: orderBy, description: 'By a key of the groups' },
      count: { type: SortOrder, description: 'By how many rows the groups have' },
      ...Object.fromEntries(figureKeys),
    },
  })
}

const figureTexts: Readonly<Record<Figure, string>> = {
  countDistinct: 'By how many different values a field has',
  sum: 'By the sum of a number field',
  avg: 'By the average of a number field',
  min: 'By the least value of a field',
  max: 'By the greatest value of a field',
}
