// The type of what mutations of many records give back.
import { GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType } from 'graphql'
import type { Written } from '../../pipeline/write.ts'

/** What a bulk mutation gives back. */
export function buildBulkResult(name: string, object: GraphQLObjectType): GraphQLObjectType<Written> {
  const list = new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(object)))
  return new GraphQLObjectType<Written>({
    name,
    description: `What became of many ${object.name} records`,
    fields: () => ({
      count: { type: new GraphQLNonNull(GraphQLInt), description: 'How many were written' },
      nodes: { type: list, description: 'Those that you may read', resolve: ({ rows }) => rows },
    }),
  })
}
