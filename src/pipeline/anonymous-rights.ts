// What callers without a token may do, in words: nobody should open an app to everyone without knowing it.
import { anonymous } from '../auth/viewer.ts'
import { permissionActions } from '../metadata/permission.ts'
import type { Policy } from '../metadata/policy.ts'
import type { Registry } from '../metadata/registry.ts'
import { matchPolicies } from './policies.ts'

/** A line for each action that anonymous has on an entity, such as `read invoice (number, status), some records`. */
export function listAnonymousRights(registry: Registry): readonly string[] {
  return [...registry.entities.values()].flatMap((entity) =>
    permissionActions.flatMap((action) => {
      const policies = matchPolicies(anonymous, entity, action)
      return policies.length === 0
        ? []
        : [`${action} ${entity.name}${tellFields(policies)}${tellRows(policies)}`]
    }),
  )
}

function tellFields(policies: readonly Policy[]): string {
  if (policies.some(({ fields }) => fields === undefined)) return ''
  const names = new Set(policies.flatMap(({ fields }) => [...(fields ?? [])]))
  return ` (${[...names].join(', ')})`
}

function tellRows(policies: readonly Policy[]): string {
  return policies.some(({ clauses }) => clauses.length === 0) ? '' : ', some records'
}
