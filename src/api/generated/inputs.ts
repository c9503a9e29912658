// The inputs of the mutations of an entity: what a new record is made of, and what changes of one or of many.
import { type GraphQLInputFieldConfig, GraphQLInputObjectType, GraphQLNonNull } from 'graphql'
import type { Field } from '../../metadata/field.ts'
import type { RegistryEntity } from '../../metadata/registry.ts'
import { buildOptional, describeField, type LeafTypes, listChangeable, listGiven } from './given-fields.ts'
import { leafOf } from './leaf-types.ts'
import { buildRelationParts, type RelationInputs } from './relation-inputs.ts'
import type { Shape } from './shape.ts'

/** An input that would have no field is left out. */
export type Inputs = Readonly<{
  create: GraphQLInputObjectType | undefined
  update: GraphQLInputObjectType | undefined
  /** For changing many records alike: like `update`, without relations. */
  bulk: GraphQLInputObjectType | undefined
}>
type Parts = Readonly<Record<string, GraphQLInputFieldConfig>>

/** Makes the inputs of an entity. */
export function buildInputs(
  take: (suffix: string) => string,
  shape: Shape,
  leafTypes: LeafTypes,
  relations: RelationInputs,
): Inputs {
  const { entity } = shape
  const nested = buildRelationParts(relations)
  const { create, update } = shape.view
  const given = listChangeable(shape, update)
  const changeable = buildOptional(entity, given, leafTypes, '; absent means unchanged')
  const { name } = entity
  return {
    create: buildInput(take('CreateInput'), `What a new ${name} is made of`, {
      ...buildNew(shape, leafTypes),
      ...(create ? nested : {}),
    }),
    update: buildInput(take('UpdateInput'), `What of a ${name} changes`, {
      ...changeable,
      ...(update ? nested : {}),
    }),
    bulk: buildInput(take('BulkInput'), `What of many ${name} records changes, alike for all`, changeable),
  }
}

function buildInput(name: string, description: string, fields: Parts): GraphQLInputObjectType | undefined {
  if (Object.keys(fields).length === 0) return undefined
  return new GraphQLInputObjectType({ name, description, fields: () => fields })
}

function buildNew(shape: Shape, leafTypes: LeafTypes): Parts {
  const { entity } = shape
  return Object.fromEntries(
    listGiven(shape, shape.view.create).map(([apiName, field]) => {
      const leaf = leafOf(leafTypes, field.name)
      const usual = findUsual(entity, field)
      const note = usual === undefined ? '' : ` (when absent: ${JSON.stringify(usual)})`
      const type = field.required && usual === undefined ? new GraphQLNonNull(leaf) : leaf
      return [apiName, { type, description: `${describeField(entity, field)}${note}` }]
    }),
  )
}

/** What a new record has when the field is not given. */
function findUsual({ behaviour: { machine } }: RegistryEntity, field: Field): unknown {
  return machine?.field.name === field.name ? machine.initial : field.default
}
