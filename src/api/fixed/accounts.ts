// The part of the data API that no definition makes: logging in and out, passwords, invites, who one is, approvals and files.
import type { GraphQLSchema } from 'graphql'
import { acceptInvite } from '../../auth/accept-invite.ts'
import { resetPassword } from '../../auth/password-changes.ts'
import { appPeople, findUser } from '../../auth/users.ts'
import type { Context } from '../context.ts'
import { addApprovals } from './approvals.ts'
import { type Builder, createBuilder, finishSchema } from './builder.ts'
import { addFiles } from './files.ts'
import { addSessions } from './session.ts'
import type { SessionTypes } from './session-types.ts'

/** Builds the fixed schema whose root fields and types become part of every data API. */
export function buildAccountsSchema(): GraphQLSchema {
  const builder = createBuilder<Context>()
  builder.queryType({ description: 'What can be read' })
  builder.mutationType({ description: 'What can be written' })
  const { tokens } = addAppSessions(builder)
  addResetPassword(builder)
  addAcceptInvite(builder, tokens)
  addApprovals(builder)
  addFiles(builder)
  return finishSchema(builder)
}

/** Adds the sessions of an app's users. */
export function addAppSessions(builder: Builder<Context>): SessionTypes<Context> {
  const types = addSessions(builder, { people: appPeople, findRealm: ({ app }) => app })
  builder.objectField(types.viewer, 'displayName', (t) =>
    t.string({
      nullable: true,
      description: 'The name to show to others.',
      resolve: async (viewer, _, { app }) => (await findUser(app.pool, viewer.id))?.displayName ?? null,
    }),
  )
  return types
}

function addResetPassword(builder: Builder<Context>): void {
  builder.mutationField('resetPassword', (t) =>
    t.boolean({
      access: 'open',
      description:
        'Sets a new password with a token from an administrator, and ends all sessions of the user.',
      args: {
        token: t.arg.string({ required: true, description: 'The token; it is good once, for one hour.' }),
        password: t.arg.string({ required: true, description: 'The new password, of 8 to 200 characters.' }),
      },
      resolve: async (_, given, { app, address }) => {
        await resetPassword(app, { ...given, address })
        return true
      },
    }),
  )
}

function addAcceptInvite(builder: Builder<Context>, tokensType: SessionTypes<Context>['tokens']): void {
  builder.mutationField('acceptInvite', (t) =>
    t.field({
      type: tokensType,
      access: 'open',
      description: 'Makes the invited user and opens a session.',
      args: {
        token: t.arg.string({ required: true, description: 'The token of the invite; it is good once.' }),
        password: t.arg.string({ required: true, description: 'A password of 8 to 200 characters.' }),
        displayName: t.arg.string({ description: 'The name to show to others.' }),
      },
      resolve: (_, given, { app, address }) => acceptInvite(app, { ...given, address }),
    }),
  )
}
