// The first stage of a write: whether the viewer may do anything of the kind at all.
import { isAdmin, type Viewer } from '../auth/viewer.ts'
import { fail } from '../errors.ts'
import type { Plan } from './plan.ts'

/** Refuses everyone but administrators: nothing is allowed that no policy allows. */
export function checkGate(viewer: Viewer, plan: Plan): void {
  if (isAdmin(viewer)) return
  if (viewer.id === undefined) throw fail('UNAUTHENTICATED', `Log in to ${plan.action} a ${plan.entity.name}`)
  throw fail(
    'FORBIDDEN',
    `Your roles (${viewer.roles.join(', ') || 'none'}) may not ${plan.action} a ${plan.entity.name}`,
  )
}
