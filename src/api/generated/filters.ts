// The filter inputs of an entity, over its fields and through its relations.
import { type GraphQLInputFieldConfigMap, GraphQLInputObjectType, GraphQLList, GraphQLNonNull } from 'graphql'
import type { RelationEnd } from '../../metadata/registry.ts'
import { intFilter, sharedFilters } from './leaf-filters.ts'
import type { Shape } from './shape.ts'

/** Names that the shared filters take in every schema. */
export const sharedFilterNames: readonly string[] = sharedFilters.map((type) => type.name)

/** Makes the filter of an entity out of the filters of its fields, by field name, and of the entities behind its relations. */
export function buildFilter(
  name: string,
  shape: Shape,
  leafFilters: ReadonlyMap<string, GraphQLInputObjectType>,
  filterBehind: (end: RelationEnd) => GraphQLInputObjectType,
): GraphQLInputObjectType {
  const type: GraphQLInputObjectType = new GraphQLInputObjectType({
    name,
    description: `Conditions on ${shape.entity.name}; several are all meant, {} is always true`,
    fields: () => ({
      ...buildConnectives(type),
      ...buildFieldConditions(shape, leafFilters),
      ...buildRelationConditions(shape, filterBehind),
    }),
  })
  return type
}

function buildConnectives(type: GraphQLInputObjectType): GraphQLInputFieldConfigMap {
  const list = new GraphQLList(new GraphQLNonNull(type))
  return {
    and: { type: list, description: 'All of these; an empty list is true' },
    or: { type: list, description: 'At least one of these; an empty list is false' },
    not: { type, description: 'Not this' },
  }
}

function buildFieldConditions(
  { columns }: Shape,
  leafFilters: ReadonlyMap<string, GraphQLInputObjectType>,
): GraphQLInputFieldConfigMap {
  const fields: GraphQLInputFieldConfigMap = {}
  for (const [apiName, field] of columns) {
    const type = leafFilters.get(field.name)
    if (type) fields[apiName] = { type, description: `Condition on ${field.name}` }
  }
  return fields
}

function buildRelationConditions(
  { fields }: Shape,
  filterBehind: (end: RelationEnd) => GraphQLInputObjectType,
): GraphQLInputFieldConfigMap {
  const conditions: GraphQLInputFieldConfigMap = {}
  for (const [apiName, field] of fields) {
    if (field.kind !== 'relation') continue
    const { isList, other } = field.end
    const description = isList
      ? `Condition on the ${other} rows that are visible behind it`
      : `Holds when there is a visible ${other} and this holds for it; {} asks for no more than that there is one`
    conditions[apiName] = { type: filterBehind(field.end), description }
  }
  return conditions
}

/** Makes the filter for relations to many of an entity. */
export function buildListFilter(
  name: string,
  filter: GraphQLInputObjectType,
  entity: string,
): GraphQLInputObjectType {
  return new GraphQLInputObjectType({
    name,
    description: `Conditions on a list of ${entity}, of which only visible rows count; several are all meant`,
    fields: () => ({
      some: { type: filter, description: 'Holds for at least one' },
      every: { type: filter, description: 'Holds for each one; true when there are none' },
      none: { type: filter, description: 'Holds for not a single one' },
      count: { type: intFilter, description: 'How many there are' },
    }),
  })
}
