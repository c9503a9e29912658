// Which fields of a record clients may give, and how those look in inputs.
import type { GraphQLInputFieldConfig } from 'graphql'
import type { Entity } from '../../metadata/entity.ts'
import type { Field } from '../../metadata/field.ts'
import { isSystems } from '../../pipeline/stages/values.ts'
import { type LeafType, leafOf } from './leaf-types.ts'
import type { Shape } from './shape.ts'

export type LeafTypes = ReadonlyMap<string, LeafType>
/** Fields by their names in the API. */
export type Given = readonly (readonly [string, Field])[]

/** The fields that may be given of those named: none that the system sets. */
export function listGiven({ entity, given }: Shape, named: ReadonlySet<string> | undefined): Given {
  return [...given].filter(([, field]) => named?.has(field.name) && !isSystems(entity, field))
}

/** The fields that may change; the key never does. */
export function listChangeable(shape: Shape, named: ReadonlySet<string> | undefined): Given {
  return listGiven(shape, named).filter(([, field]) => field.name !== shape.entity.key.field)
}

/** Input fields of which none has to be given; `note` ends their descriptions. */
export function buildOptional(
  entity: Entity,
  given: Given,
  leafTypes: LeafTypes,
  note: string,
): Record<string, GraphQLInputFieldConfig> {
  return Object.fromEntries(
    given.map(([apiName, field]) => [
      apiName,
      { type: leafOf(leafTypes, field.name), description: `${describeField(entity, field)}${note}` },
    ]),
  )
}

/** What the definition says of the field, or else its name. */
export function describeField(entity: Entity, field: Field): string {
  return field.description || `The ${field.name} of the ${entity.name}`
}
