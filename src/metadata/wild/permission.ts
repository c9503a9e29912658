// Permissions in the wild: some are for the role admin, which needs none.
import type { Warn, Wild } from './wild.ts'

/** Brings a permission into the form of this language; undefined when nobody is left who needs it. */
export function tamePermission(permission: Wild, warn: Warn): Wild | undefined {
  const { roles } = permission
  if (!Array.isArray(roles) || !roles.some(isAdmin)) return permission
  const others = roles.filter((role) => !isAdmin(role))
  if (others.length === 0) {
    warn('', 'is left out: the role admin may do everything without a permission')
    return undefined
  }
  warn('roles', 'are read without admin, who may do everything without a permission')
  return { ...permission, roles: others }
}

function isAdmin(role: unknown): boolean {
  return typeof role === 'string' && role.toLowerCase() === 'admin'
}
