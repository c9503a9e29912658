// The root fields that write single records.
import {
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLID,
  GraphQLInt,
  GraphQLNonNull,
  type GraphQLResolveInfo,
} from 'graphql'
import type { Row } from '../../database/connect.ts'
import type { Value } from '../../metadata/value.ts'
import { notFound } from '../../pipeline/lock.ts'
import type { Plan } from '../../pipeline/plan.ts'
import { write } from '../../pipeline/write.ts'
import type { Context } from '../context.ts'
import { renameDetails } from './details.ts'
import type { EntityTypes } from './entity-types.ts'
import { readInput } from './inputs.ts'
import { pascalCase } from './names.ts'
import { selectColumns } from './selection.ts'
import type { Shape } from './shape.ts'
import { readKey } from './values.ts'

type Root = GraphQLFieldConfig<unknown, Context>

/** The writing root fields of one entity. */
export function buildMutations(types: EntityTypes): GraphQLFieldConfigMap<unknown, Context> {
  const name = pascalCase(types.shape.entity.name)
  const update = buildUpdate(types)
  return {
    [`create${name}`]: buildCreate(types),
    ...(update ? { [`update${name}`]: update } : {}),
    [`delete${name}`]: buildDelete(types),
  }
}

function keyArgument({ entity }: Shape) {
  return { type: new GraphQLNonNull(GraphQLID), description: `The key of the ${entity.name}` }
}

const versionArgument = {
  type: GraphQLInt,
  description: 'Refuse with CONFLICT unless the record has this _version',
}

function buildCreate({ shape, object, createInput }: EntityTypes): Root {
  return {
    type: object,
    description: `Makes a ${shape.entity.name}; null without an error when it was written but you may not read it`,
    args: createInput
      ? { input: { type: new GraphQLNonNull(createInput), description: 'What it is made of' } }
      : {},
    resolve: (_root, { input }, context, info) =>
      writeOne(
        shape,
        { action: 'create', entity: shape.entity, input: readInput(shape, input) },
        context,
        info,
      ),
  }
}

function buildUpdate({ shape, object, updateInput }: EntityTypes): Root | undefined {
  if (updateInput === undefined) return undefined
  return {
    type: object,
    description: `Changes the fields of a ${shape.entity.name} that the input names`,
    args: {
      id: keyArgument(shape),
      input: { type: new GraphQLNonNull(updateInput), description: 'What changes' },
      ifVersion: versionArgument,
    },
    resolve: (_root, { id, input, ifVersion }, context, info) => {
      const plan = {
        action: 'update',
        entity: shape.entity,
        key: keyOf(shape, id),
        input: readInput(shape, input),
      } as const
      return writeOne(shape, ifVersion == null ? plan : { ...plan, ifVersion }, context, info)
    },
  }
}

function buildDelete({ shape, object }: EntityTypes): Root {
  return {
    type: object,
    description: `Deletes a ${shape.entity.name} and returns its columns as they were`,
    args: { id: keyArgument(shape), ifVersion: versionArgument },
    resolve: (_root, { id, ifVersion }, context, info) => {
      const plan = { action: 'delete', entity: shape.entity, key: keyOf(shape, id) } as const
      return writeOne(shape, ifVersion == null ? plan : { ...plan, ifVersion }, context, info)
    },
  }
}

function keyOf(shape: Shape, id: unknown): Value {
  const key = readKey(shape.entity.keyField, id)
  if (key === undefined) throw notFound(shape.entity.name, id)
  return key
}

async function writeOne(shape: Shape, plan: Plan, context: Context, info: GraphQLResolveInfo): Promise<Row> {
  const { app, viewer, edition } = context
  const columns = selectColumns(info, shape, info.fieldNodes)
  try {
    return await write({ pool: app.pool, registry: edition.registry, viewer }, plan, columns)
  } catch (error) {
    throw renameDetails(shape, error)
  }
}
