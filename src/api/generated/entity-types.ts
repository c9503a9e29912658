// All GraphQL types of one entity, made together; their fields wait until the schema needs them.
import {
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLID,
  type GraphQLInputObjectType,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLNonNull,
  GraphQLObjectType,
} from 'graphql'
import type { Limits } from '../../config/limits.ts'
import type { Row } from '../../database/connect.ts'
import type { RegistryEntity } from '../../metadata/registry.ts'
import { nestedPage } from '../../pipeline/reads/page.ts'
import { readRecordFile } from '../../pipeline/stages/attach.ts'
import type { Context } from '../context.ts'
import { scalars } from '../fixed/scalars.ts'
import { buildAggregate } from './aggregates.ts'
import { buildBulkResult } from './bulk-result.ts'
import { buildChangeEvent } from './change-events.ts'
import { buildConnection, listArguments } from './connections.ts'
import { buildFilter, buildListFilter } from './filters.ts'
import { buildGroupTypes, type GroupTypes } from './group-types.ts'
import { buildHistory } from './history.ts'
import { buildInputs, type Inputs } from './inputs.ts'
import { buildLeafFilter } from './leaf-filters.ts'
import { buildLeafTypes, type LeafType, leafOf } from './leaf-types.ts'
import { resolveChildren, resolveRelated } from './lists.ts'
import { type Allocator, fieldName } from './names.ts'
import { writeNodeId } from './node-id.ts'
import { buildOrderBy } from './orders.ts'
import { buildRelationInputs, type RelationInputs } from './relation-inputs.ts'
import { searchArguments } from './search.ts'
import { buildShape, type Shape, type ShapeField } from './shape.ts'
import { buildTarget, type TargetType } from './target-enum.ts'
import { buildOption, buildTransitions } from './transitions.ts'
import { buildUniqueKey } from './unique-key.ts'
import type { View } from './view.ts'

export type EntityTypes = Readonly<{
  shape: Shape
  object: GraphQLObjectType
  connection: GraphQLObjectType
  aggregate: GraphQLObjectType
  groups: GroupTypes
  filter: GraphQLInputObjectType
  /** The filter for relations to many that lead here. */
  listFilter: GraphQLInputObjectType
  orderBy: GraphQLInputObjectType
  uniqueKey: GraphQLInputObjectType
  leafTypes: ReadonlyMap<string, LeafType>
  inputs: Inputs
  relationInputs: RelationInputs
  bulkResult: GraphQLObjectType
  changeEvent: GraphQLObjectType
  target: TargetType | undefined
}>

/** Finds the types of another entity; asked only once all entities have theirs. */
export type FindTypes = (entity: string) => EntityTypes

export const Node = new GraphQLInterfaceType({
  name: 'Node',
  description: 'Anything that has a global id',
  fields: {
    nodeId: { type: new GraphQLNonNull(GraphQLID), description: 'Global id, unique over all types' },
  },
  resolveType: (value: { $type: string }) => value.$type,
})

/** What the types of an entity refer to besides each other; `findTypes` is called when fields are first looked at. */
export type Surroundings = Readonly<{ findTypes: FindTypes; fileType: GraphQLObjectType; limits: Limits }>

/** Makes the types of an entity. */
export function buildEntityTypes(
  entity: RegistryEntity,
  view: View,
  names: Allocator,
  { findTypes, fileType, limits }: Surroundings,
): EntityTypes {
  const shape = buildShape(entity, view, (name) => findTypes(name).shape, limits)
  const { typeName } = shape
  const leafTypes = buildLeafTypes(entity, names)
  const take = (suffix: string): string => names.take(`${typeName}${suffix}`)
  const leafFilters = new Map(
    [...shape.columns.values()].map((field) => [
      field.name,
      buildLeafFilter(field, leafOf(leafTypes, field.name), names.take),
    ]),
  )
  const target = buildTarget(take, shape)
  const option = target && buildOption(take, shape, target)
  const object: GraphQLObjectType = new GraphQLObjectType({
    name: typeName,
    description: entity.description || `A record of ${entity.name}`,
    interfaces: [Node],
    fields: () => buildFields({ shape, leafTypes, findTypes, fileType, option }),
  })
  const relationInputs = buildRelationInputs(take, shape, findTypes)
  const orderBy = buildOrderBy(take('OrderBy'), shape, ({ other }) => findTypes(other).orderBy)
  const aggregate = buildAggregate(take, shape, leafTypes)
  const filter = buildFilter(take('Filter'), shape, leafFilters, ({ other, isList }) =>
    isList ? findTypes(other).listFilter : findTypes(other).filter,
  )
  return {
    shape,
    object,
    connection: buildConnection({ connection: take('Connection'), edge: take('Edge') }, object, aggregate),
    aggregate,
    groups: buildGroupTypes(take, shape, {
      leafTypes,
      leafFilters,
      orderBy,
      aggregate,
      findTypes: ({ other }) => findTypes(other).groups,
    }),
    filter,
    listFilter: buildListFilter(take('ListFilter'), filter, entity.name),
    orderBy,
    uniqueKey: buildUniqueKey(take, shape, leafTypes),
    leafTypes,
    inputs: buildInputs(take, shape, leafTypes, relationInputs),
    relationInputs,
    target,
    bulkResult: buildBulkResult(take('BulkResult'), object),
    changeEvent: buildChangeEvent(take('ChangeEvent'), shape, object),
  }
}

/** What the fields of the entity's type are made of. */
type Parts = Readonly<{
  shape: Shape
  leafTypes: ReadonlyMap<string, LeafType>
  findTypes: FindTypes
  fileType: GraphQLObjectType
  option: GraphQLObjectType | undefined
}>

function buildFields(parts: Parts): GraphQLFieldConfigMap<Row, Context> {
  return Object.fromEntries([...parts.shape.fields].map(([name, field]) => [name, buildField(field, parts)]))
}

function buildField(field: ShapeField, parts: Parts): GraphQLFieldConfig<Row, Context> {
  const { shape, leafTypes, findTypes, fileType, option } = parts
  switch (field.kind) {
    case 'nodeId':
      return {
        type: new GraphQLNonNull(GraphQLID),
        description: 'Global id, unique over all types',
        resolve: (row) => writeNodeId(shape.typeName, row.id),
      }
    case 'version':
      return {
        type: new GraphQLNonNull(GraphQLInt),
        description: 'Grows by one with every change of the record',
      }
    case 'column': {
      const leaf = leafOf(leafTypes, field.field.name)
      const description = field.field.description || `The ${field.field.name} of the ${shape.entity.name}`
      const isNullable = field.field.nullable || shape.view.read?.get(field.field.name) === 'sometimes'
      if (field.field.type === 'file') {
        const alias = fieldName(shape.entity, field.field)
        const type = isNullable ? fileType : new GraphQLNonNull(fileType)
        return { type, description, resolve: (row) => readRecordFile(row[alias]) }
      }
      return { type: isNullable ? leaf : new GraphQLNonNull(leaf), description }
    }
    case 'deletedAt':
      return { type: scalars.DateTime, description: 'When the record was deleted; null while it lives' }
    case 'relation':
      return buildRelation(field, findTypes)
    case 'history':
      return buildHistory(shape, leafTypes)
    case 'transitions':
      return buildTransitions(shape, option)
  }
}

function buildRelation(
  { end, alias }: ShapeField & { kind: 'relation' },
  findTypes: FindTypes,
): GraphQLFieldConfig<Row, Context> {
  const types = findTypes(end.other)
  const description = `The ${end.other} behind the relation ${end.relation.source}.${end.relation.name}`
  if (!end.isList)
    return {
      type: types.object,
      description,
      resolve: (row, _input, context, info) => resolveRelated(types.shape, end, row[alias], context, info),
    }
  return {
    type: new GraphQLNonNull(types.connection),
    description,
    args: {
      ...listArguments(types.filter, types.orderBy, nestedPage(types.shape.limits)),
      ...searchArguments(types.shape),
    },
    resolve: (row, input, context, info) =>
      resolveChildren(types.shape, end, row[alias], input, context, info),
  }
}
