// Lets an administrator ask as somebody with other roles would: a header that can only take rights away.
import { fail, type Problem } from '../errors.ts'
import { readRoles } from './user-input.ts'
import { anonymous, isAdmin, isAdminRole, nameViewer, type Viewer } from './viewer.ts'

/** The header that lists the roles, joined by commas. */
const rolesHeader = 'X-Metaloom-Roles'

/** What a request carries under that name; a list where it came more than once. */
export type GivenRoles = string | readonly string[] | undefined

/**
 * The viewer with the roles that the header lists and no others; without the header as they are. Somebody who has not the
 * role admin would gain by it: FORBIDDEN. Whoever asks as `anonymous` alone is a caller without a token to all rules.
 */
export function narrowViewer(viewer: Viewer, given: GivenRoles): Viewer {
  if (given === undefined) return viewer
  checkAdministrator(viewer)
  const roles = readGivenRoles(String(given))
  const administrator = nameViewer(viewer)
  if (roles.length === 1 && roles[0] === anonymous.roles[0]) return { ...anonymous, administrator }
  // Where somebody comes from may carry rights of its own.
  const { origin: _, ...own } = viewer
  return { ...own, roles, administrator }
}

/** Refuses the header where it means nothing: who sends it does not want to act as an administrator. */
export function refuseNarrowing(given: GivenRoles): void {
  if (given !== undefined)
    throw fail('BAD_USER_INPUT', `The header ${rolesHeader} is for the data API of an app only`)
}

function checkAdministrator(viewer: Viewer): void {
  if (isAdmin(viewer)) return
  const message = `The header ${rolesHeader} is for administrators, who can ask with fewer rights by it`
  if (viewer.id === undefined)
    throw fail('UNAUTHENTICATED', `${message}; send the token of one with it, or leave it out`)
  throw fail(
    'FORBIDDEN',
    `${message}; you have ${viewer.roles.join(', ') || 'no role'}, so leave it out to ask as yourself`,
  )
}

function readGivenRoles(text: string): readonly string[] {
  const problems: Problem[] = []
  const roles = readRoles(
    text.split(',').map((role) => role.trim()),
    rolesHeader,
    problems,
  )
  if (roles.some(isAdminRole))
    throw fail(
      'BAD_USER_INPUT',
      `The header ${rolesHeader} lists admin, who sees everything; leave it out for that`,
    )
  const [problem] = problems
  if (problem === undefined) return roles
  throw fail(
    'BAD_USER_INPUT',
    `The header ${rolesHeader} takes names of roles, joined by commas, such as "clerk, manager"; ${problem.path}: ${problem.message}`,
  )
}
