// Who is asking. Everything that decides on rights takes one of these and nothing else.

/**
 * The caller of a request; `id` is absent for a caller without a token. Role names are lower case.
 * `sessionId` is there for those who logged in here by password; `origin` tells of all others where they come from.
 * `administrator` is there for one who asks with fewer rights than they have: how logs name that administrator.
 */
export type Viewer = Readonly<{
  id?: string
  email?: string
  roles: readonly string[]
  attributes: Readonly<Record<string, unknown>>
  sessionId?: string
  origin?: 'platform' | 'api_key' | 'identity_provider' | 'command'
  administrator?: string
}>

/** A caller without a token. */
export const anonymous: Viewer = Object.freeze({
  roles: Object.freeze(['anonymous']),
  attributes: Object.freeze({}),
})

/** How logs name the viewer: `user:<id>`, another origin in place of `user`, or `anonymous`; `user:<id> as clerk` with fewer rights. */
export function nameViewer({ id, origin, administrator, roles }: Viewer): string {
  if (administrator !== undefined) return `${administrator} as ${roles.join(', ')}`
  return id === undefined ? 'anonymous' : `${origin ?? 'user'}:${id}`
}

/** Whether the viewer passes every policy; rules and transitions bind administrators too. */
export function isAdmin(viewer: Viewer): boolean {
  return viewer.roles.some(isAdminRole)
}

export function isAdminRole(role: string): boolean {
  return role === 'admin'
}

/** The role of those who may read everything and write nothing; no user of an app can be given a name like this. */
export const readerRole = '_reader'

/** Whether every record and every field is open to somebody with the roles. */
export function mayReadAll(roles: readonly string[]): boolean {
  return roles.some((role) => isAdminRole(role) || role === readerRole)
}

/** Whether the viewer may read what only administrators may write: those who run the platform may, in every app. */
export function mayLook(viewer: Viewer): boolean {
  return isAdmin(viewer) || viewer.origin === 'platform'
}
