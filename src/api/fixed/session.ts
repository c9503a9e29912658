// The log-in and the types it answers with, the same in every API.
import type { Viewer } from '../../auth/viewer.ts'
import type { GuardedContext } from './access.ts'
import { type Builder, dateTimeType } from './builder.ts'

/** A viewer as the API shows it: one who has logged in. */
export type ShownViewer = Viewer & Readonly<{ id: string }>
export type ShownSession = Readonly<{ token: string; expiresAt: Date; viewer: ShownViewer }>

/** What an API does when somebody logs in. */
export type LogIn<C> = (context: C, email: string, password: string) => Promise<ShownSession>

/** Adds `login` and the types Session and Viewer, and returns the latter. */
export function addLogin<C extends GuardedContext>(builder: Builder<C>, logIn: LogIn<C>) {
  const viewerType = builder.objectRef<ShownViewer>('Viewer').implement({
    description: 'Who is asking.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'The id of the user.' }),
      email: t.string({
        description: 'The e-mail with which the user logs in.',
        nullable: true,
        resolve: (viewer) => viewer.email ?? null,
      }),
      roles: t.exposeStringList('roles', { description: 'What the user may do depends on these.' }),
    }),
  })
  const sessionType = builder.objectRef<ShownSession>('Session').implement({
    description: 'What a log-in gives.',
    fields: (t) => ({
      token: t.exposeString('token', {
        description: 'The access token: send it as `Authorization: Bearer <token>`.',
      }),
      expiresAt: t.field({
        type: dateTimeType,
        description: 'When the token ends.',
        resolve: (session) => session.expiresAt.toISOString(),
      }),
      viewer: t.field({
        type: viewerType,
        description: 'Who logged in.',
        resolve: (session) => session.viewer,
      }),
    }),
  })
  builder.mutationField('login', (t) =>
    t.field({
      type: sessionType,
      access: 'open',
      description: 'Logs in with e-mail and password.',
      args: {
        email: t.arg.string({ required: true, description: 'Capitals make no difference.' }),
        password: t.arg.string({ required: true, description: 'The password, letter by letter.' }),
      },
      resolve: (_, { email, password }, context) => logIn(context, email, password),
    }),
  )
  return viewerType
}

/** The viewer as the API shows it; nobody without a token. */
export function showViewer(viewer: Viewer): ShownViewer | undefined {
  return viewer.id === undefined ? undefined : { ...viewer, id: viewer.id }
}
