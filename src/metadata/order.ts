// The order in which what belongs to an entity is shown and exported: that of the entities, and within one that of asking.
import type { StoredPermission } from './permission.ts'
import type { Definitions } from './registry.ts'
import type { StoredRule } from './rule.ts'
import type { StateMachine } from './state-machine.ts'
import type { StoredWebhook } from './webhook.ts'

/** The rules by entity, then by priority, the lowest first, then as they were defined. */
export function sortRules({ entities, rules }: Definitions): readonly StoredRule[] {
  return sortOwned(entities, rules)
}

/** The state machines by entity, then as they were defined. */
export function sortMachines({ entities, machines }: Definitions): readonly StateMachine[] {
  return sortOwned(entities, machines)
}

/** The permissions by entity, then as they were defined. */
export function sortPermissions({ entities, permissions }: Definitions): readonly StoredPermission[] {
  return sortOwned(entities, permissions)
}

/** The webhooks by entity, then as they were defined. */
export function sortWebhooks({ entities, webhooks }: Definitions): readonly StoredWebhook[] {
  return sortOwned(entities, webhooks)
}

/** Definitions by their entity, then by priority where they have one, then as they were defined. */
export function sortOwned<T extends object>(
  entities: Definitions['entities'],
  items: readonly T[],
): readonly T[] {
  const places = new Map(entities.map(({ name }, place) => [name, place]))
  const rank = (item: T): readonly [place: number, priority: number] => {
    const { entity, priority } = item as Readonly<{ entity?: unknown; priority?: unknown }>
    return [places.get(String(entity)) ?? places.size, typeof priority === 'number' ? priority : 0]
  }
  const ranked = items.map((item) => ({ item, rank: rank(item) }))
  return ranked
    .toSorted((one, other) => one.rank[0] - other.rank[0] || one.rank[1] - other.rank[1])
    .map(({ item }) => item)
}
