// Builds the data API of one registry: fixed parts and generated ones in one schema, in slices that let requests through.
import {
  type GraphQLFieldConfigMap,
  type GraphQLNamedType,
  GraphQLObjectType,
  GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isInputObjectType,
  isObjectType,
} from 'graphql'
import { type Limits, usualLimits } from '../../config/limits.ts'
import type { Registry } from '../../metadata/registry.ts'
import type { Context } from '../context.ts'
import { startSlice } from '../slices.ts'
import { buildEntityTypes, type EntityTypes, Node } from './entity-types.ts'
import { sharedFilterNames } from './filters.ts'
import { buildMutations } from './mutations.ts'
import { createAllocator, entityRootNames, entityTypeNames, type FixedNames } from './names.ts'
import { buildNode, buildQueries } from './queries.ts'
import { shareParts, type Texts } from './share-parts.ts'
import { buildSubscriptions } from './subscriptions.ts'
import { traceFields } from './traced-fields.ts'
import { findViews, type Views } from './view.ts'

/** Types of the generated part that every schema may have, and those that later parts will bring. */
const systemTypes = [
  'Query',
  'Mutation',
  'Subscription',
  'Node',
  'PageInfo',
  'SortOrder',
  'DeletedRows',
  'WriteMode',
  'DatePart',
  'DateParts',
  'HistoryConnection',
  'HistoryEdge',
  'HistoryEntry',
  'HistoryAction',
  'ChangeKind',
  'File',
  'Upload',
  'ID',
  'String',
  'Int',
  'Float',
  'Boolean',
  'BigInt',
  'Decimal',
  'DateTime',
  'Date',
  'Time',
  'JSON',
] as const
const systemRoots = [
  'node',
  'nodes',
  'edges',
  'pageInfo',
  'aggregate',
  'totalCount',
  'query',
  'mutation',
  'subscription',
  'login',
  'refreshSession',
  'logout',
  'viewer',
  'sessions',
  'revokeSession',
  'changePassword',
  'resetPassword',
  'acceptInvite',
  'uploadFile',
  'createUpload',
  'completeUpload',
  'file',
  'files',
  'deleteFile',
  'pendingApprovals',
  'workflowInstance',
  'approveStep',
  'rejectStep',
] as const

/** The names that entities cannot take. */
export function findFixedNames(fixed: GraphQLSchema): FixedNames {
  const roots = [fixed.getQueryType(), fixed.getMutationType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}),
  )
  return {
    types: new Set([...systemTypes, ...sharedFilterNames, ...Object.keys(fixed.getTypeMap())]),
    roots: new Set([...systemRoots, ...roots]),
  }
}

/** For whom a schema is built, how much they may ask for, and the texts of other schemas of the same registry. */
export type SchemaOptions = Readonly<{ views?: Views; limits?: Limits; texts?: Texts }>

/** Builds the schema of those who have these views: all, when nobody says. Checks of our own stand in for graphql-js's validation. */
export async function buildDataSchema(
  registry: Registry,
  fixed: GraphQLSchema,
  { views = findViews(registry, ['admin']), limits = usualLimits, texts = new Map() }: SchemaOptions = {},
): Promise<GraphQLSchema> {
  const slice = startSlice()
  const fileType = findFileType(fixed)
  const fixedNames = findFixedNames(fixed)
  const names = createAllocator([...fixedNames.types, ...entityTypeNames(registry)])
  const rootNames = createAllocator([...fixedNames.roots, ...entityRootNames(registry)])
  const types = new Map<string, EntityTypes>()
  const findTypes = (name: string): EntityTypes => {
    const found = types.get(name)
    if (found === undefined) throw new Error(`No types were made for the entity ${name}`)
    return found
  }
  const queries: GraphQLFieldConfigMap<unknown, Context> = { ...fixed.getQueryType()?.toConfig().fields }
  const mutations: GraphQLFieldConfigMap<unknown, Context> = { ...fixed.getMutationType()?.toConfig().fields }
  for (const entity of registry.entities.values()) {
    const view = views.get(entity.name)
    if (view) types.set(entity.name, buildEntityTypes(entity, view, names, { findTypes, fileType, limits }))
    await slice()
  }
  const readable = [...types.values()].filter(({ shape }) => shape.view.read !== undefined)
  const subscriptions: GraphQLFieldConfigMap<unknown, Context> = {}
  for (const each of readable) {
    Object.assign(queries, buildQueries(each, rootNames))
    Object.assign(subscriptions, buildSubscriptions(each))
  }
  for (const each of types.values()) {
    Object.assign(mutations, traceFields(buildMutations(each)))
    await slice()
  }
  const shapes = new Map(readable.map(({ shape }) => [shape.typeName, shape]))
  if (readable.length > 0) queries.node = buildNode(shapes)
  for (const each of types.values()) {
    resolveFields(each)
    await slice()
  }
  const schema = new GraphQLSchema({
    description: 'The data of this app, generated from its definitions',
    query: new GraphQLObjectType({ name: 'Query', description: 'What can be read', fields: queries }),
    mutation: new GraphQLObjectType({
      name: 'Mutation',
      description: 'What can be written',
      fields: mutations,
    }),
    subscription:
      readable.length === 0
        ? null
        : new GraphQLObjectType({
            name: 'Subscription',
            description: 'What can be followed, by server-sent events',
            fields: subscriptions,
          }),
    types: [...(readable.length > 0 ? [Node] : []), ...[...types.values()].flatMap(listLinked)],
    assumeValid: true,
  })
  for (const type of Object.values(schema.getTypeMap())) {
    shareParts(type, texts)
    await slice()
  }
  return schema
}

/** The one type of files, which the fixed part has made. */
function findFileType(fixed: GraphQLSchema): GraphQLObjectType {
  const type = fixed.getType('File')
  if (isObjectType(type)) return type
  throw new Error('The fixed part of the data API has no type File')
}

/** The types that lead to those of other entities: named one by one, or graphql-js would follow them as deep as there are entities. */
function listLinked({ shape, relationInputs, ...types }: EntityTypes): readonly GraphQLNamedType[] {
  const { read, create, update } = shape.view
  const { object, connection, filter, orderBy, groups } = types
  const rows = [...relationInputs.values()].map(({ row }) => row)
  return [
    ...(read ? [object, connection, filter, orderBy, groups.groupBy, groups.groupKey] : []),
    ...(create || update ? rows : []),
  ]
}

/** Makes the fields of an entity's types now, so that the schema's constructor finds them made. */
function resolveFields(types: EntityTypes): void {
  const { aggregate, groups } = types
  const figures: readonly { type: GraphQLType }[] = [
    ...Object.values(aggregate.getFields()),
    ...Object.values(groups.having.getFields()),
  ]
  const all: (GraphQLNamedType | undefined)[] = [
    types.object,
    types.connection,
    ...figures.map(({ type }) => getNamedType(type)),
    ...Object.values(groups),
    types.filter,
    types.orderBy,
    types.uniqueKey,
    ...Object.values(types.inputs),
    ...[...types.relationInputs.values()].flatMap(({ input, row }) => [input, row]),
    types.bulkResult,
    types.changeEvent,
  ]
  for (const type of all) if (isObjectType(type) || isInputObjectType(type)) type.getFields()
}
