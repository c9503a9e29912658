// The root fields that write single records.
import { GraphQLBoolean, type GraphQLFieldConfig, type GraphQLFieldConfigMap, GraphQLNonNull } from 'graphql'
import type { Context } from '../context.ts'
import { buildBulkMutations } from './bulk.ts'
import type { EntityTypes } from './entity-types.ts'
import { mutationNames } from './names.ts'
import { planInput } from './plans.ts'
import { keyArgument, onlyIf, versionArgument } from './record-arguments.ts'
import { buildTransition } from './transition-mutation.ts'
import { filterByKey, readUniqueKey } from './unique-key.ts'
import { readExistingKey, writeOne } from './writing.ts'

type Root = GraphQLFieldConfig<unknown, Context>

/** The writing root fields of one entity. */
export function buildMutations(types: EntityTypes): GraphQLFieldConfigMap<unknown, Context> {
  const names = mutationNames(types.shape.entity)
  const fields: readonly (readonly [string, Root | undefined])[] = [
    [names.create, buildCreate(types)],
    [names.update, buildUpdate(types)],
    [names.upsert, buildUpsert(types)],
    [names.delete, buildDelete(types)],
    [names.restore, buildRestore(types)],
    [names.transition, buildTransition(types)],
    ...buildBulkMutations(types),
  ]
  return Object.fromEntries(fields.filter((entry): entry is [string, Root] => entry[1] !== undefined))
}

function createArguments({ inputs }: EntityTypes) {
  return inputs.create
    ? { input: { type: new GraphQLNonNull(inputs.create), description: 'What it is made of' } }
    : {}
}

function buildCreate(types: EntityTypes): Root | undefined {
  const { shape, object } = types
  const { entity, view } = shape
  if (view.create === undefined) return undefined
  const create = (input: unknown, context: Context) => {
    const record = { action: 'create', entity, path: '', ...planInput(shape, input) } as const
    return writeOne(shape, { kind: 'records', records: [record] }, context)
  }
  if (view.read === undefined)
    return {
      type: new GraphQLNonNull(GraphQLBoolean),
      description: `Makes a ${entity.name}; true once it is written`,
      args: createArguments(types),
      resolve: async (_root, { input }, context) => {
        await create(input, context)
        return true
      },
    }
  return {
    type: object,
    description: `Makes a ${entity.name}; null without an error when it was written but you may not read it`,
    args: createArguments(types),
    resolve: (_root, { input }, context) => create(input, context),
  }
}

function buildUpdate({ shape, object, inputs }: EntityTypes): Root | undefined {
  if (inputs.update === undefined) return undefined
  const { entity } = shape
  return {
    type: object,
    description: `Changes the fields of a ${entity.name} that the input names`,
    args: {
      id: keyArgument(shape),
      input: { type: new GraphQLNonNull(inputs.update), description: 'What changes' },
      ifVersion: versionArgument,
    },
    resolve: (_root, { id, input, ifVersion }, context) => {
      const key = readExistingKey(shape, id)
      const planned = planInput(shape, input)
      const record = { action: 'update', entity, path: '', key, ...planned, ...onlyIf(ifVersion) } as const
      return writeOne(shape, { kind: 'records', records: [record] }, context)
    },
  }
}

function buildUpsert(types: EntityTypes): Root | undefined {
  const { shape, object, uniqueKey } = types
  const { entity, view } = shape
  if (view.create === undefined || view.update === undefined) return undefined
  return {
    type: object,
    description: `Changes the fields given of the live ${entity.name} with this key, or makes one`,
    args: {
      key: { type: new GraphQLNonNull(uniqueKey), description: 'Exactly one of the keys' },
      ...createArguments(types),
    },
    resolve: (_root, { key: given, input }, context) => {
      const unique = readUniqueKey(shape, given)
      const key = Object.fromEntries([...unique].map(([field, value]) => [field.name, value]))
      const plan = {
        kind: 'upsert',
        entity,
        filter: filterByKey(unique),
        key,
        ...planInput(shape, input),
      } as const
      return writeOne(shape, plan, context)
    },
  }
}

function buildDelete({ shape, object }: EntityTypes): Root | undefined {
  const { entity, view } = shape
  if (!view.canDelete) return undefined
  return {
    type: object,
    description: `Deletes a ${entity.name} and returns its columns as they were`,
    args: { id: keyArgument(shape), ifVersion: versionArgument },
    resolve: (_root, { id, ifVersion }, context) => {
      const key = readExistingKey(shape, id)
      const record = { action: 'delete', entity, path: '', key, ...onlyIf(ifVersion) } as const
      return writeOne(shape, { kind: 'records', records: [record] }, context)
    },
  }
}

function buildRestore({ shape, object }: EntityTypes): Root | undefined {
  const { entity, view } = shape
  if (!entity.softDelete || !view.canDelete || view.update === undefined) return undefined
  return {
    type: object,
    description: `Brings a deleted ${entity.name} back, with the records that went with it`,
    args: { id: keyArgument(shape) },
    resolve: (_root, { id }, context) => {
      const record = { action: 'restore', entity, path: '', key: readExistingKey(shape, id) } as const
      return writeOne(shape, { kind: 'records', records: [record] }, context)
    },
  }
}
