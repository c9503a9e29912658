// The root fields that read: one record by id or by a unique key, the list, and any record by its global id.
import { type GraphQLFieldConfig, type GraphQLFieldConfigMap, GraphQLID, GraphQLNonNull } from 'graphql'
import { rootPage } from '../../pipeline/reads/page.ts'
import type { Context } from '../context.ts'
import { listArguments } from './connections.ts'
import { deletedArguments } from './deleted.ts'
import { type EntityTypes, Node } from './entity-types.ts'
import { findById, findRecord } from './find-record.ts'
import { buildGrouped } from './groups.ts'
import { resolveList } from './lists.ts'
import { type Allocator, camelCase, listName } from './names.ts'
import { readNodeId } from './node-id.ts'
import { searchArguments } from './search.ts'
import type { Shape } from './shape.ts'
import { filterByKey, readUniqueKey } from './unique-key.ts'

type Root = GraphQLFieldConfig<unknown, Context>

/** The reading root fields of one entity. */
export function buildQueries(types: EntityTypes, names: Allocator): GraphQLFieldConfigMap<unknown, Context> {
  const { entity } = types.shape
  const one = camelCase(entity.name)
  return {
    [one]: buildOne(types),
    [listName(entity)]: buildList(types),
    [names.take(`${one}By`)]: buildBy(types),
    [names.take(`${listName(entity)}Grouped`)]: buildGrouped(types),
  }
}

function buildOne({ shape, object }: EntityTypes): Root {
  return {
    type: object,
    description: `The ${shape.entity.name} with this id; null when there is none or it is not visible`,
    args: { id: { type: new GraphQLNonNull(GraphQLID), description: `The key of the ${shape.entity.name}` } },
    resolve: (_root, { id }, context, info) => findById(shape, id, context, info),
  }
}

function buildBy({ shape, object, uniqueKey }: EntityTypes): Root {
  return {
    type: object,
    description: `The ${shape.entity.name} with this unique key; null when there is none or it is not visible`,
    args: { key: { type: new GraphQLNonNull(uniqueKey), description: 'Exactly one of the keys' } },
    resolve: (_root, { key }, context, info) =>
      findRecord(shape, filterByKey(readUniqueKey(shape, key)), context, info),
  }
}

function buildList({ shape, connection, filter, orderBy }: EntityTypes): Root {
  return {
    type: new GraphQLNonNull(connection),
    description: `The visible ${shape.entity.plural.replaceAll('_', ' ')}, filtered, sorted and in pages`,
    args: {
      ...listArguments(filter, orderBy, rootPage(shape.limits)),
      ...searchArguments(shape),
      ...deletedArguments(shape),
    },
    resolve: (_root, input, context, info) => resolveList(shape, input, context, info),
  }
}

/** Any record by its global id. */
export function buildNode(shapes: ReadonlyMap<string, Shape>): Root {
  return {
    type: Node,
    description: 'The record with this global id; null when there is none or it is not visible',
    args: {
      nodeId: { type: new GraphQLNonNull(GraphQLID), description: 'A nodeId that a record has given' },
    },
    resolve: async (_root, { nodeId }, context, info) => {
      const found = readNodeId(nodeId)
      const shape = found && shapes.get(found.typeName)
      const row = shape && (await findById(shape, found.id, context, info))
      return row ? { ...row, $type: shape.typeName } : null
    },
  }
}
