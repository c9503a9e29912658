// The platform API: logging in as one who runs this installation, and the apps that it has.
import type { GraphQLSchema } from 'graphql'
import { loginToPlatform } from '../../auth/login.ts'
import { toPlatformViewer } from '../../auth/platform-users.ts'
import { type Row, run, type Sql } from '../../database/connect.ts'
import type { PlatformContext } from '../context.ts'
import { type Builder, createBuilder, dateTimeType, finishSchema } from './builder.ts'
import { addLogin, showViewer } from './session.ts'

type PlatformApp = Readonly<{ name: string; displayName: string; createdAt: string }>

/** Builds the platform API, the same for every installation. */
export function buildPlatformSchema(): GraphQLSchema {
  const builder = createBuilder<PlatformContext>()
  builder.queryType({ description: 'What can be read' })
  builder.mutationType({ description: 'What can be changed' })
  addSession(builder)
  addApps(builder)
  return finishSchema(builder)
}

function addSession(builder: Builder<PlatformContext>): void {
  const viewerType = addLogin(builder, async ({ platform }, email, password) => {
    const { user, ...session } = await loginToPlatform(platform.pool, platform.tokenKey, email, password)
    return { ...session, viewer: { ...toPlatformViewer(user), id: user.id } }
  })
  builder.queryField('viewer', (t) =>
    t.field({
      type: viewerType,
      nullable: true,
      access: 'open',
      description: 'Who is asking; null without a token.',
      resolve: (_, _args, { viewer }) => showViewer(viewer),
    }),
  )
}

function addApps(builder: Builder<PlatformContext>): void {
  const appType = builder.objectRef<PlatformApp>('App').implement({
    description: 'An app: a database of its own, with an API that is defined while it runs.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'The name, as in `/api/<name>/graphql`.' }),
      displayName: t.exposeString('displayName', { description: 'The name to show to people.' }),
      createdAt: t.field({
        type: dateTimeType,
        description: 'When the app was made.',
        resolve: (app) => app.createdAt,
      }),
    }),
  })
  builder.queryField('apps', (t) =>
    t.field({
      type: [appType],
      access: 'admin',
      description: 'All apps, by name.',
      resolve: (_, _args, { platform }) => listApps(platform.pool),
    }),
  )
}

async function listApps(sql: Sql): Promise<PlatformApp[]> {
  const text =
    'select name, display_name as "displayName", created_at as "createdAt" from _apps order by name'
  return await run<Row & PlatformApp>(sql, { text, values: [] })
}
