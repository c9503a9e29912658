// What callers without a token may do: nobody should open an app to everyone without knowing it.
import { anonymous } from '../../auth/viewer.ts'
import { type PermissionAction, permissionActions } from '../../metadata/permission.ts'
import type { Policy } from '../../metadata/policy.ts'
import type { Registry, RegistryEntity } from '../../metadata/registry.ts'
import { matchPolicies } from './policies.ts'

/** Something that callers without a token may do with the records of an entity. */
export type AnonymousRight = Readonly<{
  entity: string
  action: PermissionAction
  /** The fields that it is about, sorted; absent for all of them. */
  fields?: readonly string[]
  /** Whether it is about every record, or only about those for which a condition holds. */
  isForAll: boolean
}>

/** The rights, entity by entity. */
export function listAnonymousRights(registry: Registry): readonly AnonymousRight[] {
  return [...registry.entities.values()].flatMap((entity) =>
    permissionActions.flatMap((action) => findRight(entity, action)),
  )
}

function findRight(entity: RegistryEntity, action: PermissionAction): readonly AnonymousRight[] {
  const policies = matchPolicies(anonymous, entity, action)
  if (policies.length === 0) return []
  const fields = joinFields(policies)
  const isForAll = policies.some(({ clauses }) => clauses.length === 0)
  return [{ entity: entity.name, action, ...(fields ? { fields } : {}), isForAll }]
}

function joinFields(policies: readonly Policy[]): readonly string[] | undefined {
  if (policies.some(({ fields }) => fields === undefined)) return undefined
  return [...new Set(policies.flatMap(({ fields }) => [...(fields ?? [])]))].sort()
}

/** A right in words, such as `read invoice (number, status), some records`. */
export function tellRight({ entity, action, fields, isForAll }: AnonymousRight): string {
  return `${action} ${entity}${fields ? ` (${fields.join(', ')})` : ''}${isForAll ? '' : ', some records'}`
}
