// What of every entity a set of roles can use at all: from it the API for those roles is made, and nothing else is in it.
import { isAdminRole } from '../../auth/viewer.ts'
import type { Registry, RegistryEntity, RelationEnd } from '../../metadata/registry.ts'
import { type FieldSight, findSight } from '../../pipeline/rights/sight.ts'
import { isSystems } from '../../pipeline/stages/values.ts'

/** What of one entity can be used. Whatever changes or removes a record has to see it. */
export type View = Readonly<{
  /** The fields that can be read; absent when no record can. */
  read?: ReadonlyMap<string, FieldSight>
  /** The fields that can be given; absent when nothing can be done of the kind. */
  create?: ReadonlySet<string>
  update?: ReadonlySet<string>
  canDelete: boolean
  /** The relations that can be followed from here. */
  ends: ReadonlySet<RelationEnd>
  /** The relations whose rows can be given with a record, and what can become of the rows. */
  nested: ReadonlyMap<RelationEnd, NestedRights>
  /** The states that a record can be sent to. */
  targets: readonly string[]
}>

/** `fields` are those that a row may give. */
export type NestedRights = Readonly<{
  canCreate: boolean
  canChange: boolean
  canRemove: boolean
  fields: ReadonlySet<string>
}>

/** By the names of the entities; those of which nothing can be used are not there. */
export type Views = ReadonlyMap<string, View>

type Basics = Pick<View, 'read' | 'create' | 'update' | 'canDelete'>

/** The views of some roles on all entities. */
export function findViews(registry: Registry, roles: readonly string[]): Views {
  const basics = new Map(
    [...registry.entities.values()].map((entity) => [entity.name, findBasics(roles, entity)]),
  )
  const views = [...registry.entities.values()].map((entity): [string, View] => [
    entity.name,
    completeView(entity, basics, roles),
  ])
  return new Map(views.filter(([, view]) => view.read !== undefined || view.create !== undefined))
}

/** One text for role sets to which the API looks the same. */
export function nameViews(views: Views): string {
  return JSON.stringify(
    [...views].map(([name, { read, create, update, canDelete, targets }]) => [
      name,
      [...(read ?? [])],
      [...(create ?? ['*'])],
      [...(update ?? ['*'])],
      canDelete,
      targets,
    ]),
  )
}

function findBasics(roles: readonly string[], entity: RegistryEntity): Basics {
  const { read, create, update, canDelete } = findSight(roles, entity)
  return {
    ...(read ? { read } : {}),
    ...(create && canFill(entity, create) ? { create } : {}),
    ...(read && update ? { update } : {}),
    canDelete: canDelete && read !== undefined,
  }
}

/** Without a field that every new record needs nobody can make one. */
function canFill(entity: RegistryEntity, create: ReadonlySet<string>): boolean {
  return entity.fields.every(
    (field) =>
      create.has(field.name) || !field.required || field.default !== undefined || isSystems(entity, field),
  )
}

function completeView(
  entity: RegistryEntity,
  basics: ReadonlyMap<string, Basics>,
  roles: readonly string[],
): View {
  const own = findOf(basics, entity.name)
  const ends = entity.ends.filter((end) => canFollow(own, findOf(basics, end.other), end))
  const nested = entity.ends.flatMap((end): [RelationEnd, NestedRights][] => {
    const rights = findNested(findOf(basics, end.other), end)
    return rights ? [[end, rights]] : []
  })
  return {
    ...own,
    ends: new Set(ends),
    nested: new Map(nested),
    targets: findTargets(entity, own, roles),
  }
}

function findOf(basics: ReadonlyMap<string, Basics>, name: string): Basics {
  return basics.get(name) ?? { canDelete: false }
}

/** A relation tells the keys on both its sides, so both must be readable. */
function canFollow(own: Basics, other: Basics, { localColumn, remoteColumn }: RelationEnd): boolean {
  return own.read?.has(localColumn) === true && other.read?.has(remoteColumn) === true
}

function findNested(rights: Basics, end: RelationEnd): NestedRights | undefined {
  if (end.side !== 'source') return undefined
  const { read, create, update } = rights
  const canCreate = create !== undefined && (end.join !== undefined || create.has(end.remoteColumn))
  const canRemove = read !== undefined && canTakeOut(rights, end)
  const canChange = update !== undefined
  const canLink = end.join !== undefined && read !== undefined
  if (!canCreate && !canChange && !canRemove && !canLink) return undefined
  return {
    canCreate,
    canChange,
    canRemove,
    fields: new Set([...(canCreate ? create : []), ...(update ?? [])]),
  }
}

/** A link goes with leave to change the parent; a child of its own is deleted, another let go. */
function canTakeOut({ update, canDelete }: Basics, { join, relation, remoteColumn }: RelationEnd): boolean {
  if (join !== undefined) return true
  return relation.ownership === 'source' ? canDelete : update?.has(remoteColumn) === true
}

/** States that some transition open to the roles leads to. */
function findTargets(
  { behaviour: { machine } }: RegistryEntity,
  { read, update }: Basics,
  roles: readonly string[],
): readonly string[] {
  if (machine === undefined || !read?.has(machine.field.name) || !update?.has(machine.field.name)) return []
  const open = machine.transitions.filter(
    (transition) =>
      roles.some(isAdminRole) ||
      transition.roles.length === 0 ||
      transition.roles.some((role) => roles.includes(role)),
  )
  return [...new Set(open.map(({ to }) => to))]
}
