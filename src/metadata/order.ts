// The order in which rules and machines are shown and exported: that of their entities, and within one that of asking.
import type { StoredPermission } from './permission.ts'
import type { Definitions } from './registry.ts'
import type { StoredRule } from './rule.ts'
import type { StateMachine } from './state-machine.ts'
import type { StoredWebhook } from './webhook.ts'

/** The rules by entity, then by priority, the lowest first, then as they were defined. */
export function sortRules({ entities, rules }: Definitions): readonly StoredRule[] {
  const placeOf = placeEntities(entities)
  return rules.toSorted((one, other) => placeOf(one) - placeOf(other) || one.priority - other.priority)
}

/** The state machines by entity, then as they were defined. */
export function sortMachines({ entities, machines }: Definitions): readonly StateMachine[] {
  const placeOf = placeEntities(entities)
  return machines.toSorted((one, other) => placeOf(one) - placeOf(other))
}

/** The permissions by entity, then as they were defined. */
export function sortPermissions({ entities, permissions }: Definitions): readonly StoredPermission[] {
  const placeOf = placeEntities(entities)
  return permissions.toSorted((one, other) => placeOf(one) - placeOf(other))
}

/** The webhooks by entity, then as they were defined. */
export function sortWebhooks({ entities, webhooks }: Definitions): readonly StoredWebhook[] {
  const placeOf = placeEntities(entities)
  return webhooks.toSorted((one, other) => placeOf(one) - placeOf(other))
}

function placeEntities(entities: Definitions['entities']) {
  const places = new Map(entities.map(({ name }, place) => [name, place]))
  return ({ entity }: Readonly<{ entity: string }>): number => places.get(entity) ?? places.size
}
