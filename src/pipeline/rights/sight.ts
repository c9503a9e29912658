// What a set of roles may do with an entity at all, whatever the record: the shape of the API for them.
import { isAdminRole, mayReadAll } from '../../auth/viewer.ts'
import type { Policy } from '../../metadata/policy.ts'
import type { RegistryEntity } from '../../metadata/registry.ts'
import { listsField, matchPolicies, type Roles } from './policies.ts'

/** Whether a field can be read of every record that is visible, or only of some. */
export type FieldSight = 'always' | 'sometimes'

export type Sight = Readonly<{
  /** The fields that can be read; absent when no record can. */
  read?: ReadonlyMap<string, FieldSight>
  /** Whether every field of every visible record can be read. */
  isWhole: boolean
  /** The fields that can be given; absent when nothing can be done of the kind. */
  create?: ReadonlySet<string>
  update?: ReadonlySet<string>
  canDelete: boolean
}>

const sights = new WeakMap<RegistryEntity, Map<string, Sight>>()
/** Role sets that an entity's policies tell apart; there are more only where somebody makes them up. */
const mostSights = 1_000

/** The sight of some roles on an entity; administrators see and do everything. */
export function findSight(roles: readonly string[], entity: RegistryEntity): Sight {
  const known = sights.get(entity) ?? new Map<string, Sight>()
  sights.set(entity, known)
  const name = nameRoles(roles)
  const sight = known.get(name) ?? makeSight({ roles }, entity)
  if (known.size >= mostSights) known.clear()
  known.set(name, sight)
  return sight
}

/** One name for the same roles in any order. */
export function nameRoles(roles: readonly string[]): string {
  return roles.some(isAdminRole) ? 'admin' : JSON.stringify(roles.toSorted())
}

function makeSight(viewer: Roles, entity: RegistryEntity): Sight {
  const names = entity.fields.map((field) => field.name)
  if (viewer.roles.some(isAdminRole)) return makeFullSight(names)
  if (mayReadAll(viewer.roles)) return { read: readAll(names), isWhole: true, canDelete: false }
  const [read, create, update] = (['read', 'create', 'update'] as const).map((action) =>
    matchPolicies(viewer, entity, action),
  ) as [readonly Policy[], readonly Policy[], readonly Policy[]]
  const readable = findReadable(entity, names, read)
  return {
    ...(read.length === 0 ? {} : { read: readable }),
    isWhole: names.every((name) => readable.get(name) === 'always'),
    ...(create.length === 0 ? {} : { create: findListed(names, create) }),
    ...(update.length === 0 ? {} : { update: findListed(names, update) }),
    canDelete: matchPolicies(viewer, entity, 'delete').length > 0,
  }
}

function makeFullSight(names: readonly string[]): Sight {
  const all = new Set(names)
  return { read: readAll(names), isWhole: true, create: all, update: all, canDelete: true }
}

function readAll(names: readonly string[]): ReadonlyMap<string, FieldSight> {
  return new Map(names.map((name) => [name, 'always']))
}

/** The key goes with the record. */
function findReadable(
  { key }: RegistryEntity,
  names: readonly string[],
  policies: readonly Policy[],
): ReadonlyMap<string, FieldSight> {
  const readable = new Map<string, FieldSight>()
  for (const name of names) {
    const listing = policies.filter((policy) => listsField(policy, name))
    if (name === key.field || listing.length === policies.length) readable.set(name, 'always')
    else if (listing.length > 0) readable.set(name, 'sometimes')
  }
  return readable
}

function findListed(names: readonly string[], policies: readonly Policy[]): ReadonlySet<string> {
  return new Set(names.filter((name) => policies.some((policy) => listsField(policy, name))))
}
