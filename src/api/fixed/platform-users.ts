// The users of the platform in its API: owners, who may do everything in every app, and viewers, who may look.
import { updatePlatformUser } from '../../auth/platform-user-changes.ts'
import {
  createPlatformUser,
  listPlatformUsers,
  type PlatformRole,
  type PlatformUser,
} from '../../auth/platform-users.ts'
import type { PlatformContext } from '../context.ts'
import { type Builder, dateTimeType } from './builder.ts'

type PlatformTypes = Readonly<{
  role: ReturnType<typeof addRole>
  user: ReturnType<typeof addUserType>
}>

/** Adds the users and what can be done with them. */
export function addPlatformUsers(builder: Builder<PlatformContext>): void {
  const role = addRole(builder)
  const types = { role, user: addUserType(builder, role) }
  builder.queryField('platformUsers', (t) =>
    t.field({
      type: [types.user],
      access: 'admin',
      description: 'All users of the platform, in the order in which they were made.',
      resolve: async (_, _args, { platform }) => [...(await listPlatformUsers(platform.pool))],
    }),
  )
  addCreate(builder, types)
  addUpdate(builder, types)
  addDeactivate(builder, types)
}

function addRole(builder: Builder<PlatformContext>) {
  const values: Readonly<Record<'OWNER' | 'VIEWER', { value: PlatformRole; description: string }>> = {
    OWNER: { value: 'owner', description: 'May do everything, here and as an administrator of every app.' },
    VIEWER: {
      value: 'viewer',
      description: 'May read everything, here and in every app, and write nothing.',
    },
  }
  return builder.enumType('PlatformRole', { description: 'What a user of the platform may do.', values })
}

function addUserType(builder: Builder<PlatformContext>, role: ReturnType<typeof addRole>) {
  return builder.objectRef<PlatformUser>('PlatformUser').implement({
    description: 'One of those who run this installation.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'The id of the user.' }),
      email: t.exposeString('email', { description: 'The e-mail with which the user logs in.' }),
      role: t.field({ type: role, description: 'What the user may do.', resolve: (user) => user.role }),
      active: t.exposeBoolean('active', { description: 'Whether the user may log in.' }),
      createdAt: t.field({
        type: dateTimeType,
        description: 'When the user was made.',
        resolve: (user) => user.createdAt,
      }),
    }),
  })
}

function addCreate(builder: Builder<PlatformContext>, { role, user }: PlatformTypes): void {
  const input = builder.inputType('PlatformUserInput', {
    description: 'A new user of the platform.',
    fields: (t) => ({
      email: t.string({
        required: true,
        description: 'The e-mail to log in with; capitals make no difference.',
      }),
      password: t.string({ required: true, description: 'The first password, of 8 to 200 characters.' }),
      role: t.field({ type: role, required: true, description: 'What the user may do.' }),
    }),
  })
  builder.mutationField('createPlatformUser', (t) =>
    t.field({
      type: user,
      access: 'admin',
      description: 'Adds a user of the platform, who can log in at once.',
      args: { input: t.arg({ type: input, required: true, description: 'The new user.' }) },
      resolve: (_, given, { platform }) => createPlatformUser(platform.pool, given.input, 'input'),
    }),
  )
}

function addUpdate(builder: Builder<PlatformContext>, { role, user }: PlatformTypes): void {
  const input = builder.inputType('PlatformUserUpdateInput', {
    description: 'What shall change of a user of the platform; what is left out stays.',
    fields: (t) => ({
      role: t.field({ type: role, description: 'What the user may do from now on.' }),
      active: t.boolean({ description: 'Whether the user may log in; false ends all their sessions.' }),
    }),
  })
  builder.mutationField('updatePlatformUser', (t) =>
    t.field({
      type: user,
      access: 'admin',
      description: 'Changes a user; it holds everywhere within 60 seconds. The last active owner stays one.',
      args: {
        id: t.arg.id({ required: true, description: 'The id of the user.' }),
        input: t.arg({ type: input, required: true, description: 'What shall change.' }),
      },
      resolve: (_, { id, input: given }, { platform }) =>
        updatePlatformUser(platform, String(id), {
          role: given.role ?? undefined,
          active: given.active ?? undefined,
        }),
    }),
  )
}

function addDeactivate(builder: Builder<PlatformContext>, { user }: PlatformTypes): void {
  builder.mutationField('deactivatePlatformUser', (t) =>
    t.field({
      type: user,
      access: 'admin',
      description: 'Ends all sessions of a user, who cannot log in any more.',
      args: { id: t.arg.id({ required: true, description: 'The id of the user.' }) },
      resolve: (_, { id }, { platform }) => updatePlatformUser(platform, String(id), { active: false }),
    }),
  )
}
