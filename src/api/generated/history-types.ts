// The types of histories, which all entities share.
import {
  GraphQLEnumType,
  GraphQLID,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql'
import type { Row } from '../../database/connect.ts'
import { scalars } from '../fixed/scalars.ts'
import { cursorOf, type Paged, PageInfo } from './connections.ts'

/** A page of entries as the resolvers hand it on; `count` is asked only when the client asks. */
export type History = Paged & Readonly<{ count(): Promise<number> }>
type Edge = Readonly<{ node: Row; scope: Paged['scope'] }>

const HistoryAction = new GraphQLEnumType({
  name: 'HistoryAction',
  description: 'What happened to a record',
  values: {
    CREATE: { value: 'create', description: 'It was made' },
    UPDATE: { value: 'update', description: 'Some of its fields changed' },
    DELETE: { value: 'delete', description: 'It was deleted' },
    RESTORE: { value: 'restore', description: 'It came back after it had been deleted softly' },
    PURGE: { value: 'purge', description: 'It went for good after it had been deleted softly' },
  },
})

const HistoryEntry = new GraphQLObjectType<Row>({
  name: 'HistoryEntry',
  description: 'What was written of a record at one moment',
  fields: {
    id: { type: new GraphQLNonNull(GraphQLID), description: 'The id of the entry' },
    at: {
      type: new GraphQLNonNull(scalars.DateTime),
      description: 'When the transaction began that wrote it',
    },
    action: { type: new GraphQLNonNull(HistoryAction), description: 'What happened' },
    version: {
      type: new GraphQLNonNull(GraphQLInt),
      description: 'The _version that the record had then',
    },
    changed: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(GraphQLString))),
      description: 'The fields that were set',
    },
    old: { type: scalars.JSON, description: 'The fields before, by their names; null where there were none' },
    new: { type: scalars.JSON, description: 'The fields after, by their names; null where it was deleted' },
    actor: {
      type: new GraphQLNonNull(GraphQLString),
      description:
        'Who did it: `user:<id>`, `anonymous`, or `system:<what>` in the wake of someone; `user:<id> as clerk` for an administrator who asked with the roles of others',
    },
    userId: { type: GraphQLID, description: 'The user who caused it; null without a token' },
    requestId: { type: new GraphQLNonNull(GraphQLString), description: 'The id of the request' },
  },
})

const HistoryEdge = new GraphQLObjectType<Edge>({
  name: 'HistoryEdge',
  description: 'One entry of a history, with its cursor',
  fields: {
    node: { type: new GraphQLNonNull(HistoryEntry), description: 'The entry itself' },
    cursor: {
      type: new GraphQLNonNull(GraphQLString),
      description: 'Where the entry stands in the history of this record; good for after',
      resolve: ({ node, scope }) => cursorOf(node, scope),
    },
  },
})

export const HistoryConnection = new GraphQLNonNull(
  new GraphQLObjectType<History>({
    name: 'HistoryConnection',
    description: 'A page of what was written of a record, newest first',
    fields: {
      nodes: { type: listOf(HistoryEntry), description: 'The entries of the page' },
      edges: {
        type: listOf(HistoryEdge),
        description: 'The entries of the page, each with its cursor',
        resolve: ({ nodes, scope }) => nodes.map((node) => ({ node, scope })),
      },
      pageInfo: {
        type: new GraphQLNonNull(PageInfo),
        description: 'Where the page stands',
        resolve: (history) => history,
      },
      totalCount: {
        type: new GraphQLNonNull(GraphQLInt),
        description: 'How many entries there are without paging; computed only when asked for',
        resolve: ({ count }) => count(),
      },
    },
  }),
)

function listOf(type: GraphQLObjectType): GraphQLNonNull<GraphQLList<GraphQLNonNull<GraphQLObjectType>>> {
  return new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(type)))
}
