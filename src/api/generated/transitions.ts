// The field `transitions` of entities with a state machine: where a record may go next, for the one who asks.
import DataLoader from 'dataloader'
import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql'
import type { Row } from '../../database/connect.ts'
import type { Option } from '../../pipeline/stages/transition.ts'
import { readOptions } from '../../pipeline/transitions.ts'
import type { Context } from '../context.ts'
import { findLevel } from './levels.ts'
import { startRead } from './read.ts'
import type { Shape } from './shape.ts'
import type { TargetType } from './target-enum.ts'

/** The type of one option; its `to` has the type of the entity's targets. */
export function buildOption(
  take: (suffix: string) => string,
  { entity }: Shape,
  target: TargetType,
): GraphQLObjectType<Option> {
  return new GraphQLObjectType<Option>({
    name: take('TransitionOption'),
    description: `A state that a ${entity.name} could be sent to from its own`,
    fields: {
      to: { type: new GraphQLNonNull(target), description: 'The state' },
      allowed: {
        type: new GraphQLNonNull(GraphQLBoolean),
        description: 'Whether you may send the record there as it is now',
      },
      reason: { type: GraphQLString, description: 'Why not; null where you may' },
    },
  })
}

/** The field; parents of the same level are answered together. */
export function buildTransitions(
  shape: Shape,
  option: GraphQLObjectType<Option> | undefined,
): GraphQLFieldConfig<Row, Context> {
  if (option === undefined) throw new Error(`No type was made for the transitions of ${shape.entity.name}`)
  return {
    type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(option))),
    description:
      'The states that transitions lead to from here, in the order in which they were defined; none for a deleted record',
    resolve: (row, _input, context, info) =>
      findLevel(context, info.fieldNodes, () => openOptions(shape, context)).load(row.id),
  }
}

function openOptions(shape: Shape, context: Context): DataLoader<unknown, readonly Option[]> {
  return new DataLoader(async (keys) => {
    const found = await readOptions(startRead(shape, new Map(), context), keys)
    return keys.map((key) => found.get(String(key)) ?? [])
  })
}
