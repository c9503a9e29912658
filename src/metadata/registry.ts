// All definitions of one app in their normal form, relations known from both ends; made once, then never changed.
import type { Behaviour } from './behaviour.ts'
import type { Entity } from './entity.ts'
import type { Field } from './field.ts'
import type { Flows } from './flow.ts'
import type { StoredPermission } from './permission.ts'
import type { Policies } from './policy.ts'
import type { NamedRelation, RelationEnd } from './relation-end.ts'
import type { StoredRule } from './rule.ts'
import type { StateMachine } from './state-machine.ts'
import type { StoredWebhook } from './webhook.ts'
import type { ReadyWebhook, Webhooks } from './webhooks.ts'
import type { Workflow } from './workflow.ts'

export type { RelationEnd } from './relation-end.ts'

/** What one definition of each kind is, by the name of the list that holds them. */
export type DefinitionOf = Readonly<{
  entities: Entity
  relations: NamedRelation
  rules: StoredRule
  machines: StateMachine
  workflows: Workflow
  permissions: StoredPermission
  webhooks: StoredWebhook
}>
/** What an app's metadata tables hold, in order of creation. */
export type Definitions = { readonly [List in keyof DefinitionOf]: readonly DefinitionOf[List][] }

export type DefinitionKind =
  | 'entity'
  | 'relation'
  | 'rule'
  | 'machine'
  | 'workflow'
  | 'permission'
  | 'webhook'
/**
 * A problem of one definition; `path` reaches into it. `name` is the entity's, `source.name` of a relation,
 * `entity.name` of a rule (`entity.id` when it has no name), `entity.field` of a machine,
 * the workflow's, `entity.id` of a permission or webhook (`event.id` of one without entity).
 */
export type DefinitionProblem = Readonly<{
  kind: DefinitionKind
  name: string
  path: string
  message: string
}>
/** A stored definition that could not be read or did not fit; the app serves without it. */
export type Quarantined = Readonly<{ kind: DefinitionKind; name: string; messages: readonly string[] }>

/**
 * An entity with all that other definitions say of it. The field of its state machine has the initial state as its
 * default and the states as its enum, and is not nullable unless its definition says so; `definition` is without that.
 */
export type RegistryEntity = Entity &
  Readonly<{
    definition: Entity
    fieldsByName: ReadonlyMap<string, Field>
    keyField: Field
    ends: readonly RelationEnd[]
    behaviour: Behaviour
    policies: Policies
    webhooks: Webhooks
  }>

export type Registry = Readonly<{
  revision: number
  definitions: Definitions
  entities: ReadonlyMap<string, RegistryEntity>
  /** All webhooks by their ids, also those that are not active. */
  webhooks: ReadonlyMap<string, ReadyWebhook>
  flows: Flows
  quarantined: readonly Quarantined[]
}>

/** The entity of that name; to be asked only for names that the checks have passed. */
export function entityOf(registry: Registry, name: string): RegistryEntity {
  const entity = registry.entities.get(name)
  if (entity === undefined) throw new Error(`The registry has no entity ${name}`)
  return entity
}
