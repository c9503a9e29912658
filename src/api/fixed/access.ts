// Who may call a root field of a fixed schema: each one says so, or the server does not start.
import { defaultFieldResolver, type GraphQLField, type GraphQLObjectType, type GraphQLSchema } from 'graphql'
import { isAdmin, type Viewer } from '../../auth/viewer.ts'
import { fail } from '../../errors.ts'
import { isObject } from '../../reader.ts'

/** `open` to anyone, also without a token, or for the role `admin` only. */
export type Access = 'open' | 'admin'

/** What every context has, whatever the API. */
export type GuardedContext = Readonly<{ viewer: Viewer }>

/** Puts a guard before every root field that is not open; a root field that says nothing is a mistake in the code. */
export function guardRoots(schema: GraphQLSchema): GraphQLSchema {
  for (const root of [schema.getQueryType(), schema.getMutationType()]) if (root) guardFields(root)
  return schema
}

function guardFields(root: GraphQLObjectType<unknown, GuardedContext>): void {
  for (const field of Object.values(root.getFields())) {
    const access = readAccess(field)
    if (access === undefined)
      throw new Error(`The field ${root.name}.${field.name} must say access: 'open' or 'admin'`)
    if (access === 'admin') guardField(field)
  }
}

function readAccess(field: GraphQLField<unknown, GuardedContext>): Access | undefined {
  const options: unknown = field.extensions.pothosOptions
  const access = isObject(options) ? options.access : undefined
  return access === 'open' || access === 'admin' ? access : undefined
}

function guardField(field: GraphQLField<unknown, GuardedContext>): void {
  const resolve = field.resolve ?? defaultFieldResolver
  field.resolve = (parent, args, context, info) => {
    requireAdmin(context.viewer)
    return resolve(parent, args, context, info)
  }
}

function requireAdmin(viewer: Viewer): void {
  if (isAdmin(viewer)) return
  if (viewer.id === undefined)
    throw fail('UNAUTHENTICATED', 'This needs a token; call login and send "Authorization: Bearer <token>"')
  throw fail('FORBIDDEN', `This needs the role admin; you have ${viewer.roles.join(', ') || 'no role'}`)
}
