// The platform API: logging in as one who runs this installation, and the apps that it has.
import type { GraphQLSchema } from 'graphql'
import { platformPeople } from '../../auth/platform-users.ts'
import { type Row, run, type Sql } from '../../database/connect.ts'
import type { PlatformContext } from '../context.ts'
import { type Builder, createBuilder, dateTimeType, finishSchema } from './builder.ts'
import { addSessions } from './session.ts'

type PlatformApp = Readonly<{ name: string; displayName: string; createdAt: string }>

/** Builds the platform API, the same for every installation. */
export function buildPlatformSchema(): GraphQLSchema {
  const builder = createBuilder<PlatformContext>()
  builder.queryType({ description: 'What can be read' })
  builder.mutationType({ description: 'What can be changed' })
  addSessions(builder, { people: platformPeople, findRealm: ({ platform }) => platform })
  addApps(builder)
  return finishSchema(builder)
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
