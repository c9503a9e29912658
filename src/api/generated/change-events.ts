// The type of what a subscription tells of a change, one for each entity.
import { GraphQLEnumType, GraphQLID, GraphQLNonNull, GraphQLObjectType, GraphQLString } from 'graphql'
import type { Change } from '../../pipeline/reads/changes.ts'
import { type CursorScope, writeCursor } from '../../pipeline/reads/cursor.ts'
import type { Context } from '../context.ts'
import { findById } from './find-record.ts'
import type { Shape } from './shape.ts'

/** A change on its way to the client. */
export type Event = Change & Readonly<{ scope: CursorScope }>
const ChangeKind = new GraphQLEnumType({
  name: 'ChangeKind',
  description: 'What happened to a record, as far as the conditions and your permissions show it',
  values: {
    CREATED: { value: 'created', description: 'It was made or restored, or came into sight' },
    UPDATED: { value: 'updated', description: 'It was changed and can still be seen' },
    DELETED: { value: 'deleted', description: 'It was deleted, or left your sight' },
  },
})

/** Makes the type of what is told of a change. */
export function buildChangeEvent(
  name: string,
  shape: Shape,
  object: GraphQLObjectType,
): GraphQLObjectType<Event> {
  return new GraphQLObjectType<Event, Context>({
    name,
    description: `A change of one ${shape.entity.name}`,
    fields: () => ({
      kind: { type: new GraphQLNonNull(ChangeKind), description: 'What happened' },
      id: {
        type: new GraphQLNonNull(GraphQLID),
        description: `The key of the ${shape.entity.name}`,
        resolve: ({ key }) => key,
      },
      node: {
        type: object,
        description: 'The record as it is now; null when it was deleted or has left your sight',
        resolve: (event, _args, context, info) =>
          event.kind === 'deleted' ? null : findById(shape, event.key, context, info),
      },
      cursor: {
        type: new GraphQLNonNull(GraphQLString),
        description: 'Where the change stands; good for after',
        resolve: ({ scope, place, at }) => writeCursor(scope, [place.transaction, place.id, at]),
      },
    }),
  })
}
