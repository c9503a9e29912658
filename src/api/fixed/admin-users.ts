// The users of an app in its admin API.
import { createPasswordReset, type PasswordReset } from '../../auth/password-changes.ts'
import { updateUser } from '../../auth/user-changes.ts'
import { createUser, findUser, listUsers } from '../../auth/users.ts'
import type { Context } from '../context.ts'
import { withNews } from './account-news.ts'
import { addUserInputs, addUserType, type UserType } from './admin-user-types.ts'
import { type Builder, dateTimeType } from './builder.ts'
import { checkPage, pageArguments } from './page-arguments.ts'

/** Adds the users and what can be done with them. */
export function addUsers(builder: Builder<Context>): void {
  const userType = addUserType(builder)
  addUserQueries(builder, userType)
  addUserMutations(builder, userType)
  addPasswordReset(builder)
}

function addUserQueries(builder: Builder<Context>, userType: UserType): void {
  const filter = builder.inputType('UserFilter', {
    description: 'Which users; all that is given must hold.',
    fields: (t) => ({
      email: t.string({ description: 'A part of the e-mail; capitals make no difference.' }),
      role: t.string({ description: 'A role that they have.' }),
      active: t.boolean({ description: 'Whether they may log in.' }),
    }),
  })
  builder.queryField('users', (t) =>
    t.field({
      type: [userType],
      access: 'admin',
      description: 'The users of this app, in the order in which they were made.',
      args: {
        where: t.arg({ type: filter, description: 'Which users; all without it.' }),
        first: t.arg.int(pageArguments.first),
        offset: t.arg.int(pageArguments.offset),
      },
      resolve: async (_, { where, ...page }, { app }) => {
        checkPage(page)
        return [...(await listUsers(app.pool, { ...where, ...page }))]
      },
    }),
  )
  builder.queryField('user', (t) =>
    t.field({
      type: userType,
      nullable: true,
      access: 'admin',
      description: 'One user; null when there is none of that id.',
      args: { id: t.arg.id({ required: true, description: 'The id of the user.' }) },
      resolve: (_, { id }, { app }) => findUser(app.pool, String(id)),
    }),
  )
}

function addUserMutations(builder: Builder<Context>, userType: UserType): void {
  const { create, update } = addUserInputs(builder)
  const id = 'The id of the user.'
  builder.mutationField('createUser', (t) =>
    t.field({
      type: userType,
      access: 'admin',
      description: 'Adds a user, who can log in at once.',
      args: { input: t.arg({ type: create, required: true, description: 'The new user.' }) },
      resolve: (_, { input }, { app }) => createUser(app.pool, input, 'input'),
    }),
  )
  builder.mutationField('updateUser', (t) =>
    t.field({
      type: userType,
      access: 'admin',
      description:
        'Changes a user; it holds everywhere within 60 seconds. An app keeps its last active administrator.',
      args: {
        id: t.arg.id({ required: true, description: id }),
        input: t.arg({ type: update, required: true, description: 'What shall change.' }),
      },
      resolve: (_, { id, input }, { app }) => updateUser(app, String(id), input),
    }),
  )
  builder.mutationField('deactivateUser', (t) =>
    t.field({
      type: userType,
      access: 'admin',
      description: 'Ends all sessions of a user, who cannot log in any more; their records stay.',
      args: { id: t.arg.id({ required: true, description: id }) },
      resolve: (_, { id }, { app }) => updateUser(app, String(id), { active: false }),
    }),
  )
}

function addPasswordReset(builder: Builder<Context>): void {
  const resetType = builder.objectRef<PasswordReset>('PasswordReset').implement({
    description: 'Lets a user choose a new password, by `resetPassword` in the data API.',
    fields: (t) => ({
      token: t.exposeString('token', { description: 'To hand over to the user. It is shown only now.' }),
      expiresAt: t.field({
        type: dateTimeType,
        description: 'When the token ends.',
        resolve: ({ expiresAt }) => expiresAt,
      }),
    }),
  })
  builder.mutationField('createPasswordReset', (t) =>
    t.field({
      type: resetType,
      access: 'admin',
      description:
        'Makes a token with which a user can choose a new password for one hour; earlier ones end.',
      args: { userId: t.arg.id({ required: true, description: 'The id of the user.' }) },
      resolve: (_, { userId }, context) =>
        withNews(context, async (sql, tell) => {
          const id = String(userId)
          const reset = await createPasswordReset(sql, id)
          const account = { id, email: reset.email, expires_at: reset.expiresAt }
          await tell({ event: 'password_reset_created', id, account, token: reset.token })
          return reset
        }),
    }),
  )
}
