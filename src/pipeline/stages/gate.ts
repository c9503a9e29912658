// The first stage of a write: whether the viewer may do anything of the kind at all.
import { isAdmin, type Viewer } from '../../auth/viewer.ts'
import { fail } from '../../errors.ts'
import { matchPolicies } from '../rights/policies.ts'
import type { Act } from './act.ts'
import type { Write } from './writes.ts'

/** Refuses whoever has no policy for it: nothing is allowed that no policy allows. What the system does needs no leave. */
export function checkGate({ context: { viewer } }: Act, writes: readonly Write[]): void {
  const refused = writes.find((write) => write.actor === 'viewer' && !mayEver(viewer, write))
  if (refused === undefined) return
  const { action, entity } = refused
  if (viewer.id === undefined) throw fail('UNAUTHENTICATED', `Log in to ${action} a ${entity.name}`)
  throw fail(
    'FORBIDDEN',
    `Your roles (${viewer.roles.join(', ') || 'none'}) may not ${action} a ${entity.name}`,
  )
}

function mayEver(viewer: Viewer, { action, entity }: Write): boolean {
  const needed = action === 'restore' ? 'delete' : action
  return isAdmin(viewer) || matchPolicies(viewer, entity, needed).length > 0
}
