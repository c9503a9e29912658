// Who may call a root field of a fixed schema: each one says so, or the server does not start.
import { defaultFieldResolver, type GraphQLField, type GraphQLObjectType, type GraphQLSchema } from 'graphql'
import { isAdmin, mayLook, type Viewer } from '../../auth/viewer.ts'
import { fail } from '../../errors.ts'
import { isObject } from '../../reader.ts'

/**
 * `open` to anyone, also without a token; `user` to whoever has a token; `admin` to the role `admin`. What an
 * administrator may query, those who run the platform may query too, in every app.
 */
export type Access = 'open' | 'user' | 'admin'

/** What every context has, whatever the API. */
export type GuardedContext = Readonly<{ viewer: Viewer }>

/** Refuses a viewer who may not call a field. */
type Guard = (viewer: Viewer) => void

/** Puts a guard before every root field that is not open; a root field that says nothing is a mistake in the code. */
export function guardRoots(schema: GraphQLSchema): GraphQLSchema {
  const [query, mutation] = [schema.getQueryType(), schema.getMutationType()]
  if (query) guardFields(query, { open: undefined, user: requireToken, admin: requireLook })
  if (mutation) guardFields(mutation, { open: undefined, user: requireToken, admin: requireAdmin })
  return schema
}

function guardFields(
  root: GraphQLObjectType<unknown, GuardedContext>,
  guards: Readonly<Record<Access, Guard | undefined>>,
): void {
  for (const field of Object.values(root.getFields())) {
    const access = readAccess(field)
    if (access === undefined)
      throw new Error(`The field ${root.name}.${field.name} must say access: 'open', 'user' or 'admin'`)
    const guard = guards[access]
    if (guard) guardField(field, guard)
  }
}

function readAccess(field: GraphQLField<unknown, GuardedContext>): Access | undefined {
  const options: unknown = field.extensions.pothosOptions
  const access = isObject(options) ? options.access : undefined
  return access === 'open' || access === 'user' || access === 'admin' ? access : undefined
}

function guardField(field: GraphQLField<unknown, GuardedContext>, guard: Guard): void {
  const resolve = field.resolve ?? defaultFieldResolver
  field.resolve = (parent, args, context, info) => {
    guard(context.viewer)
    return resolve(parent, args, context, info)
  }
}

function requireToken(viewer: Viewer): void {
  if (viewer.id === undefined)
    throw fail('UNAUTHENTICATED', 'This needs a token; call login and send "Authorization: Bearer <token>"')
}

function requireLook(viewer: Viewer): void {
  if (!mayLook(viewer)) requireAdmin(viewer)
}

function requireAdmin(viewer: Viewer): void {
  if (isAdmin(viewer)) return
  requireToken(viewer)
  throw fail('FORBIDDEN', `This needs the role admin; you have ${viewer.roles.join(', ') || 'no role'}`)
}
