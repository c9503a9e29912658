// The apps of an installation in the platform API: which there are, and making and deleting one.
import { type Row, run, type Sql } from '../../database/connect.ts'
import { isStorable } from '../../reader.ts'
import type { PlatformContext } from '../context.ts'
import { type Builder, dateTimeType } from './builder.ts'

type PlatformApp = Readonly<{ name: string; displayName: string; createdAt: string }>
type CreatedApp = Readonly<{ app: PlatformApp; adminEmail: string; adminPassword: string }>
type AppType = ReturnType<typeof addAppType>

/** Adds the apps and what can be done with them. */
export function addApps(builder: Builder<PlatformContext>): void {
  const appType = addAppType(builder)
  addQueries(builder, appType)
  addCreate(builder, appType)
  addDelete(builder)
}

function addAppType(builder: Builder<PlatformContext>) {
  return builder.objectRef<PlatformApp>('App').implement({
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
}

function addQueries(builder: Builder<PlatformContext>, appType: AppType): void {
  builder.queryField('apps', (t) =>
    t.field({
      type: [appType],
      access: 'admin',
      description: 'All apps, by name.',
      resolve: (_, _args, { platform }) => listApps(platform.pool),
    }),
  )
  builder.queryField('app', (t) =>
    t.field({
      type: appType,
      nullable: true,
      access: 'admin',
      description: 'One app; null when there is none of that name.',
      args: { name: t.arg.string({ required: true, description: 'The name of the app.' }) },
      resolve: (_, { name }, { platform }) => findApp(platform.pool, name),
    }),
  )
}

function addCreate(builder: Builder<PlatformContext>, appType: AppType): void {
  const createdType = builder.objectRef<CreatedApp>('CreatedApp').implement({
    description: 'A new app and its first administrator.',
    fields: (t) => ({
      app: t.field({ type: appType, description: 'The app, which answers.', resolve: ({ app }) => app }),
      adminEmail: t.exposeString('adminEmail', {
        description: 'Your own e-mail: log in to the app with it.',
      }),
      adminPassword: t.exposeString('adminPassword', {
        description: 'The password of the administrator. It is shown only now.',
      }),
    }),
  })
  builder.mutationField('createApp', (t) =>
    t.field({
      type: createdType,
      access: 'admin',
      description: 'Makes an app with a database and keys of its own, and you as its first administrator.',
      args: {
        name: t.arg.string({
          required: true,
          description: 'Lower case words joined by single underscores, at most 48 characters.',
        }),
        displayName: t.arg.string({ description: 'The name to show to people; the name itself without it.' }),
      },
      resolve: async (_, { name, displayName }, { platform, viewer }) => {
        const wanted = { name, displayName: displayName ?? undefined, adminEmail: viewer.email ?? '' }
        const { email, password } = await platform.createApp(wanted)
        const app = await findApp(platform.pool, name)
        if (app === undefined) throw new Error(`The app ${name} was deleted at once`)
        return { app, adminEmail: email, adminPassword: password }
      },
    }),
  )
}

function addDelete(builder: Builder<PlatformContext>): void {
  builder.mutationField('deleteApp', (t) =>
    t.boolean({
      access: 'admin',
      description: 'Deletes an app with its users and all its data, which do not come back.',
      args: {
        name: t.arg.string({ required: true, description: 'The name of the app.' }),
        confirm: t.arg.string({ required: true, description: 'The name once more.' }),
      },
      resolve: async (_, given, { platform }) => {
        await platform.deleteApp(given)
        return true
      },
    }),
  )
}

const columns = 'name, display_name as "displayName", created_at as "createdAt"'

async function listApps(sql: Sql): Promise<PlatformApp[]> {
  const text = `select ${columns} from _apps where state = 'ready' order by name`
  return await run<Row & PlatformApp>(sql, { text, values: [] })
}

async function findApp(sql: Sql, name: string): Promise<PlatformApp | undefined> {
  if (!isStorable(name)) return undefined
  const text = `select ${columns} from _apps where state = 'ready' and name = $1`
  const [row] = await run<Row & PlatformApp>(sql, { text, values: [name] })
  return row
}
