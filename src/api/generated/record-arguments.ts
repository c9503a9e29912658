// Arguments that root fields about one record share.
import { GraphQLID, GraphQLInt, GraphQLNonNull } from 'graphql'
import type { Shape } from './shape.ts'

/** The argument that names the record. */
export function keyArgument({ entity }: Shape) {
  return { type: new GraphQLNonNull(GraphQLID), description: `The key of the ${entity.name}` }
}

/** The argument that names the version which the record must have. */
export const versionArgument = {
  type: GraphQLInt,
  description: 'Refuse with CONFLICT unless the record has this _version',
}

/** The version that was given, as a part of a plan. */
export function onlyIf(ifVersion: number | null | undefined): { ifVersion?: number } {
  return ifVersion == null ? {} : { ifVersion }
}
