// The type of the states that records of an entity can be sent to by its state machine.
import { GraphQLEnumType, type GraphQLScalarType, GraphQLString } from 'graphql'
import type { RegistryEntity } from '../../metadata/registry.ts'
import { enumNames } from './names.ts'

export type TargetType = GraphQLEnumType | GraphQLScalarType

/** The targets of all transitions as an enum, or String where a state cannot be a name; undefined without any. */
export function buildTarget(
  take: (suffix: string) => string,
  entity: RegistryEntity,
): TargetType | undefined {
  const targets = new Set(entity.behaviour.machine?.transitions.map(({ to }) => to))
  if (targets.size === 0) return undefined
  const names = enumNames([...targets])
  if (names === undefined) return GraphQLString
  return new GraphQLEnumType({
    name: take('Target'),
    description: `States that a transition of ${entity.name} leads to`,
    values: Object.fromEntries(
      [...names].map(([state, name]) => [
        name,
        { value: state, description: `Stored as ${JSON.stringify(state)}` },
      ]),
    ),
  })
}
