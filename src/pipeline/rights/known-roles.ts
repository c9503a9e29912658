// The roles that the definitions of an app speak of; no other changes what somebody sees.
import type { Registry } from '../../metadata/registry.ts'

/** The names, in lower case; those of permissions and of transitions. */
export function listKnownRoles({ entities }: Registry): ReadonlySet<string> {
  return new Set(
    [...entities.values()].flatMap(({ policies, behaviour: { machine } }) => [
      ...Object.values(policies).flatMap((each) => each.flatMap(({ roles }) => roles)),
      ...(machine?.transitions.flatMap(({ roles }) => roles) ?? []),
    ]),
  )
}
