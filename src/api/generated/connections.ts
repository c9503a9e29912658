// Connections: the types around a list, shared resolvers for their parts, and the value that the resolvers read.
import {
  GraphQLBoolean,
  type GraphQLFieldConfigMap,
  type GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql'
import type { Row } from '../../database/connect.ts'
import { type CursorScope, writeCursor } from '../../pipeline/reads/cursor.ts'
import type { Rows } from '../../pipeline/reads/find.ts'
import type { Page, PageLimits } from '../../pipeline/reads/page.ts'
import type { Aggregate } from './measures.ts'

/** What is told of a whole list, paging aside; nothing of it is computed before it is asked for. */
export type Totals = Readonly<{ count(): Promise<number>; aggregate(): Promise<Aggregate> }>
/** Rows of one page and where it stands in its list; rows carry what their cursors are made of as `$0`, `$1` and so on. */
export type Paged = Readonly<{
  nodes: readonly Row[]
  hasMore: boolean
  page: Page
  scope: CursorScope
}>
/** One page of a list as the resolvers hand it on. */
export type Connection = Paged & Readonly<{ totals: Totals }>
type Edge = Readonly<{ node: Row; scope: CursorScope }>

/** Makes a connection of the rows that were found. */
export function makeConnection(found: Rows, page: Page, scope: CursorScope, totals: Totals): Connection {
  return { nodes: found.rows, hasMore: found.hasMore, page, scope, totals }
}

/** The cursor of a row of a page. */
export function cursorOf(row: Row, scope: CursorScope): string {
  const position: (string | null)[] = []
  for (let index = 0; `$${index}` in row; index++) position.push(row[`$${index}`] as string | null)
  return writeCursor(scope, position)
}

export const PageInfo = new GraphQLObjectType<Paged>({
  name: 'PageInfo',
  description: 'Where a page stands in its list',
  fields: {
    hasNextPage: {
      type: new GraphQLNonNull(GraphQLBoolean),
      description: 'Whether rows follow the page',
      resolve: ({ page, hasMore }) => (page.isBackward ? page.before !== undefined : hasMore),
    },
    hasPreviousPage: {
      type: new GraphQLNonNull(GraphQLBoolean),
      description: 'Whether rows come before the page',
      resolve: ({ page, hasMore }) =>
        page.isBackward ? hasMore : page.after !== undefined || page.offset > 0,
    },
    startCursor: {
      type: GraphQLString,
      description: 'Cursor of the first row, null on an empty page',
      resolve: ({ nodes, scope }) => (nodes[0] ? cursorOf(nodes[0], scope) : null),
    },
    endCursor: {
      type: GraphQLString,
      description: 'Cursor of the last row, null on an empty page',
      resolve: ({ nodes, scope }) => {
        const last = nodes.at(-1)
        return last ? cursorOf(last, scope) : null
      },
    },
  },
})

/** The types around lists of one entity. */
export function buildConnection(
  names: Readonly<{ connection: string; edge: string }>,
  object: GraphQLObjectType,
  aggregate: GraphQLObjectType,
): GraphQLObjectType<Connection> {
  const edge = new GraphQLObjectType<Edge>({
    name: names.edge,
    description: `One ${object.name} in a list, with its cursor`,
    fields: () => ({
      node: { type: new GraphQLNonNull(object), description: 'The row itself' },
      cursor: {
        type: new GraphQLNonNull(GraphQLString),
        description: 'Where the row stands in this order; good for after and before',
        resolve: ({ node, scope }) => cursorOf(node, scope),
      },
    }),
  })
  return new GraphQLObjectType<Connection>({
    name: names.connection,
    description: `A page of ${object.name} rows`,
    fields: () => buildParts(object, edge, aggregate),
  })
}

function buildParts(
  object: GraphQLObjectType,
  edge: GraphQLObjectType,
  aggregate: GraphQLObjectType,
): GraphQLFieldConfigMap<Connection, unknown> {
  return {
    nodes: { type: listOf(object), description: 'The rows of the page' },
    edges: {
      type: listOf(edge),
      description: 'The rows of the page, each with its cursor',
      resolve: ({ nodes, scope }) => nodes.map((node) => ({ node, scope })),
    },
    pageInfo: {
      type: new GraphQLNonNull(PageInfo),
      description: 'Where the page stands',
      resolve: (connection) => connection,
    },
    totalCount: {
      type: new GraphQLNonNull(GraphQLInt),
      description: 'How many rows the list has without paging; computed only when asked for',
      resolve: ({ totals }) => totals.count(),
    },
    aggregate: {
      type: new GraphQLNonNull(aggregate),
      description: 'What is measured of all rows of the list, without paging; computed only when asked for',
      resolve: ({ totals }) => totals.aggregate(),
    },
  }
}

function listOf(type: GraphQLObjectType): GraphQLNonNull<GraphQLList<GraphQLNonNull<GraphQLObjectType>>> {
  return new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(type)))
}

/** The arguments of a connection. */
export function listArguments(
  filter: GraphQLInputObjectType,
  orderBy: GraphQLInputObjectType,
  { usual, most }: PageLimits,
) {
  return {
    where: { type: filter, description: 'Only rows that these conditions hold for' },
    orderBy: {
      type: new GraphQLList(new GraphQLNonNull(orderBy)),
      description: 'Sort keys, most important first; the key always comes last',
    },
    first: {
      type: GraphQLInt,
      description: `How many rows from the start; ${usual} when absent, at most ${most}`,
    },
    after: { type: GraphQLString, description: 'Only rows behind this cursor' },
    last: { type: GraphQLInt, description: `How many rows from the end, at most ${most}` },
    before: { type: GraphQLString, description: 'Only rows in front of this cursor' },
    offset: { type: GraphQLInt, description: 'How many rows to skip; not beside cursors or last' },
  } as const
}
