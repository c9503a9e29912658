// The part of the data API that no definition makes: logging in, and who one is.
import type { GraphQLSchema } from 'graphql'
import { login } from '../../auth/login.ts'
import { findUser, toViewer } from '../../auth/users.ts'
import type { Context } from '../context.ts'
import { type Builder, createBuilder, finishSchema } from './builder.ts'
import { addLogin, showViewer } from './session.ts'

/** Builds the fixed schema whose root fields and types become part of every data API. */
export function buildAccountsSchema(): GraphQLSchema {
  const builder = createBuilder<Context>()
  builder.queryType({ description: 'What can be read' })
  builder.mutationType({ description: 'What can be written' })
  const viewerType = addAppLogin(builder)
  builder.queryField('viewer', (t) =>
    t.field({
      type: viewerType,
      nullable: true,
      access: 'open',
      description: 'Who is asking; null without a token.',
      resolve: (_, _args, { viewer }) => showViewer(viewer),
    }),
  )
  return finishSchema(builder)
}

/** Adds the log-in of an app's users, and returns the type Viewer. */
export function addAppLogin(builder: Builder<Context>) {
  const viewerType = addLogin(builder, async ({ app }, email, password) => {
    const { user, ...session } = await login(app.pool, app.tokenKey, email, password)
    return { ...session, viewer: { ...toViewer(user), id: user.id } }
  })
  builder.objectField(viewerType, 'displayName', (t) =>
    t.string({
      nullable: true,
      description: 'The name to show to others.',
      resolve: async (viewer, _, { app }) => (await findUser(app.pool, viewer.id))?.displayName ?? null,
    }),
  )
  return viewerType
}
