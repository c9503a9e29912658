// The root field that moves a record of an entity with a state machine to another state.
import { type GraphQLFieldConfig, GraphQLNonNull } from 'graphql'
import type { Machine } from '../../metadata/behaviour.ts'
import type { RegistryEntity } from '../../metadata/registry.ts'
import type { Context } from '../context.ts'
import { refuse } from './conditions.ts'
import type { EntityTypes } from './entity-types.ts'
import { fieldName } from './names.ts'
import { planInput } from './plans.ts'
import { keyArgument, onlyIf, versionArgument } from './record-arguments.ts'
import { readExistingKey, writeOne } from './writing.ts'

/** The root field; undefined where no state can be reached. */
export function buildTransition(types: EntityTypes): GraphQLFieldConfig<unknown, Context> | undefined {
  const { shape, object, target, inputs } = types
  const { entity } = shape
  const { machine } = entity.behaviour
  if (target === undefined || machine === undefined) return undefined
  return {
    type: object,
    description: `Moves a ${entity.name} to another state, and changes what the input names on the way`,
    args: {
      id: keyArgument(shape),
      to: { type: new GraphQLNonNull(target), description: `The ${machine.field.name} that it shall have` },
      ...(inputs.update ? { input: { type: inputs.update, description: 'What changes besides' } } : {}),
      ifVersion: versionArgument,
    },
    resolve: (_root, { id, to, input, ifVersion }, context) => {
      checkState(entity, machine, input)
      const key = readExistingKey(shape, id)
      const planned = { ...planInput(shape, input), ...onlyIf(ifVersion), transition: to }
      const record = { action: 'update', entity, path: '', key, ...planned } as const
      return writeOne(shape, { kind: 'records', records: [record] }, context)
    },
  }
}

/** The state is said once. */
function checkState(entity: RegistryEntity, { field }: Machine, input: unknown): void {
  const name = fieldName(entity, field)
  if (typeof input === 'object' && input !== null && Reflect.get(input, name) !== undefined)
    throw refuse(name, 'cannot stand beside to, which says where the record goes')
}
