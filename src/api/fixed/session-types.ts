// The types of sessions, the same in every API.
import type { LogIn } from '../../auth/login.ts'
import type { KnownViewer } from '../../auth/realm.ts'
import type { Session } from '../../auth/sessions.ts'
import { type Builder, dateTimeType } from './builder.ts'

/** The types that the other fields of an API may use. */
export type SessionTypes<C extends object> = Readonly<{
  viewer: ReturnType<typeof addViewerType<C>>
  tokens: ReturnType<typeof addTokensType<C>>
}>

/** Adds the type Viewer, which an API may give more fields. */
export function addViewerType<C extends object>(builder: Builder<C>) {
  return builder.objectRef<KnownViewer>('Viewer').implement({
    description: 'Who is asking.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'The id of the user, or of the API key.' }),
      email: t.string({
        description: 'The e-mail with which the user logs in.',
        nullable: true,
        resolve: (viewer) => viewer.email ?? null,
      }),
      roles: t.exposeStringList('roles', { description: 'What the user may do depends on these.' }),
    }),
  })
}

/** Adds what a log-in answers with. */
export function addTokensType<C extends object>(
  builder: Builder<C>,
  viewerType: ReturnType<typeof addViewerType<C>>,
) {
  return builder.objectRef<LogIn>('SessionTokens').implement({
    description: 'What a log-in gives.',
    fields: (t) => ({
      token: t.exposeString('token', {
        description: 'The access token: send it as `Authorization: Bearer <token>`.',
      }),
      expiresAt: t.field({
        type: dateTimeType,
        description: 'When the access token ends.',
        resolve: ({ expiresAt }) => expiresAt.toISOString(),
      }),
      refreshToken: t.exposeString('refreshToken', {
        description: 'Gets the next access token from `refreshSession`. Good once, and for 7 days.',
      }),
      sessionId: t.exposeID('sessionId', { description: 'The id of the session.' }),
      viewer: t.field({ type: viewerType, description: 'Who logged in.', resolve: ({ viewer }) => viewer }),
    }),
  })
}

/** Adds the type of one's own sessions. */
export function addSessionType<C extends object>(builder: Builder<C>) {
  return builder.objectRef<Session & Readonly<{ isCurrent: boolean }>>('Session').implement({
    description: 'A log-in that lasts.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'The id of the session.' }),
      current: t.exposeBoolean('isCurrent', { description: 'Whether it is the one that asks.' }),
      address: t.exposeString('address', { description: 'The address that it was last used from.' }),
      createdAt: t.field({
        type: dateTimeType,
        description: 'When it began.',
        resolve: ({ createdAt }) => createdAt,
      }),
      lastUsedAt: t.field({
        type: dateTimeType,
        description: 'When it was last refreshed.',
        resolve: ({ usedAt }) => usedAt,
      }),
      expiresAt: t.field({
        type: dateTimeType,
        description: 'When it ends, unless it is refreshed before.',
        resolve: ({ expiresAt }) => expiresAt,
      }),
    }),
  })
}
