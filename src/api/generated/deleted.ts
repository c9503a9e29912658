// The argument `deleted` of root lists whose entity is deleted softly: whether they reach the deleted records.
import { GraphQLEnumType } from 'graphql'
import type { Liveness } from '../../pipeline/rights/visible.ts'
import type { Shape } from './shape.ts'

const choices: Readonly<Record<string, Readonly<{ value: Liveness; description: string }>>> = {
  EXCLUDE: { value: 'live', description: 'Only records that were not deleted' },
  INCLUDE: { value: 'all', description: 'Deleted records among the others' },
  ONLY: { value: 'dead', description: 'Only deleted records' },
}

const DeletedRows = new GraphQLEnumType({
  name: 'DeletedRows',
  description: 'What a list does with records that were deleted softly',
  values: choices,
})

/** The argument, for lists of an entity whose records can be deleted and restored. */
export function deletedArguments({ entity, view }: Shape) {
  if (!entity.softDelete || !view.canDelete) return {}
  const usual: Liveness = 'live'
  const description = 'Whether deleted records are left out, among the others, or the only ones'
  return { deleted: { type: DeletedRows, defaultValue: usual, description } }
}
