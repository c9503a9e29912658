// Makes a registry of definitions: relations known from both ends, states known to their fields, rules made ready to be asked.
import { buildBehaviours } from './behaviour/build.ts'
import { noBehaviour } from './behaviour.ts'
import type { Entity } from './entity.ts'
import type { Field } from './field.ts'
import { buildPolicies } from './policies/build.ts'
import { noPolicies } from './policy.ts'
import type { DefinitionProblem, Definitions, Quarantined, Registry, RegistryEntity } from './registry.ts'
import { buildEnds } from './relation-end.ts'
import { listStates, type StateMachine } from './state-machine.ts'
import { buildWebhooks } from './webhook-build.ts'
import { noWebhooks } from './webhooks.ts'
import { buildFlows } from './workflows/build.ts'

/** A registry, and what is wrong with rules, machines, workflows, permissions and webhooks; those that have problems are not in it. */
export type Draft = Readonly<{ registry: Registry; problems: readonly DefinitionProblem[] }>

/** Makes the registry of definitions whose entities and relations have passed the checks. */
export function draftRegistry(revision: number, definitions: Definitions): Draft {
  const keys = new Map(definitions.entities.map((entity) => [entity.name, entity.key]))
  const ends = buildEnds(keys, definitions.relations)
  const machines = new Map(
    definitions.machines.filter(({ active }) => active).map((machine) => [machine.entity, machine]),
  )
  const drafts = definitions.entities.map((definition) => ({
    ...takeStates(definition, machines.get(definition.name)),
    definition,
    ends: Object.freeze(ends.get(definition.name) ?? []),
  }))
  const subjects = new Map(drafts.map((draft) => [draft.name, registerFields(draft)]))
  const { behaviours, problems } = buildBehaviours(definitions, subjects)
  const { policies, problems: refused } = buildPolicies(definitions, subjects)
  const hooked = buildWebhooks(definitions, subjects)
  const { flows, problems: unfit } = buildFlows(definitions, subjects)
  const entities = new Map(
    [...subjects].map(([name, subject]): [string, RegistryEntity] => [
      name,
      Object.freeze({
        ...subject,
        behaviour: behaviours.get(name) ?? noBehaviour,
        policies: policies.get(name) ?? noPolicies,
        webhooks: hooked.webhooks.get(name) ?? noWebhooks,
      }),
    ]),
  )
  const registry = Object.freeze({
    revision,
    definitions,
    entities,
    flows,
    webhooks: hooked.byId,
    quarantined: [],
  })
  return { registry, problems: [...problems, ...unfit, ...refused, ...hooked.problems] }
}

/** Makes the registry of definitions that have passed all checks. */
export function buildRegistry(revision: number, definitions: Definitions): Registry {
  const { registry, problems } = draftRegistry(revision, definitions)
  if (problems.length > 0) throw new Error(`The definitions do not fit: ${JSON.stringify(problems)}`)
  return registry
}

/** The registry as it was loaded, with what had to be left out of it. */
export function markQuarantined(registry: Registry, quarantined: readonly Quarantined[]): Registry {
  return Object.freeze({ ...registry, quarantined })
}

function registerFields<T extends Entity>(entity: T) {
  const fieldsByName = new Map(entity.fields.map((field) => [field.name, field]))
  const keyField = fieldsByName.get(entity.key.field)
  if (keyField === undefined)
    throw new Error(`The entity ${entity.name} has no field for its key ${entity.key.field}`)
  return { ...entity, fieldsByName, keyField }
}

/** The entity whose state field says by itself what its machine demands of values. */
function takeStates(entity: Entity, machine: StateMachine | undefined): Entity {
  if (machine === undefined) return entity
  const { initial } = machine.definition
  const takeInto = (field: Field): Field => ({
    ...field,
    nullable: field.nullable && field.isNullableStated === true,
    default: initial,
    enum: field.enum ?? listStates(machine.definition),
  })
  return {
    ...entity,
    fields: entity.fields.map((field) => (field.name === machine.field ? takeInto(field) : field)),
  }
}
