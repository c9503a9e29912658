// The type of the states that records of an entity can be sent to by its state machine.
import { GraphQLEnumType, type GraphQLScalarType, GraphQLString } from 'graphql'
import { enumNames } from './names.ts'
import type { Shape } from './shape.ts'

export type TargetType = GraphQLEnumType | GraphQLScalarType

/** The targets in view as an enum, or String where a state of the machine cannot be a name; undefined without any. */
export function buildTarget(
  take: (suffix: string) => string,
  { entity, view }: Shape,
): TargetType | undefined {
  const names = enumNames([...new Set(entity.behaviour.machine?.transitions.map(({ to }) => to))])
  if (view.targets.length === 0) return undefined
  if (names === undefined) return GraphQLString
  return new GraphQLEnumType({
    name: take('Target'),
    description: `States that a transition of ${entity.name} leads to`,
    values: Object.fromEntries(
      [...names]
        .filter(([state]) => view.targets.includes(state))
        .map(([state, name]) => [name, { value: state, description: `Stored as ${JSON.stringify(state)}` }]),
    ),
  })
}
