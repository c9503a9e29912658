// Logging in, staying logged in and leaving again, the same in every API.
import { login, refreshSession } from '../../auth/login.ts'
import { changePassword } from '../../auth/password-changes.ts'
import type { People, Realm } from '../../auth/realm.ts'
import { endSession, listSessions } from '../../auth/sessions.ts'
import type { Subject } from '../../auth/tokens.ts'
import type { Viewer } from '../../auth/viewer.ts'
import { fail } from '../../errors.ts'
import { describe } from '../../reader.ts'
import type { GuardedContext } from './access.ts'
import type { Builder } from './builder.ts'
import { addSessionType, addTokensType, addViewerType, type SessionTypes } from './session-types.ts'

/** What every context has here; `address` is where the request comes from. */
export type AccountContext = GuardedContext & Readonly<{ address: string }>

/** Whose accounts an API serves. */
export type Accounts<C> = Readonly<{ people: People; findRealm(context: C): Realm }>

/** Adds the fields of sessions to an API. */
export function addSessions<C extends AccountContext>(
  builder: Builder<C>,
  accounts: Accounts<C>,
): SessionTypes<C> {
  const viewer = addViewerType(builder)
  const tokens = addTokensType(builder, viewer)
  addEntering(builder, accounts, tokens)
  addViewer(builder, viewer)
  addSessionList(builder, accounts)
  addLeaving(builder, accounts)
  addChangePassword(builder, accounts)
  return { viewer, tokens }
}

function addEntering<C extends AccountContext>(
  builder: Builder<C>,
  { people, findRealm }: Accounts<C>,
  tokensType: SessionTypes<C>['tokens'],
): void {
  builder.mutationField('login', (t) =>
    t.field({
      type: tokensType,
      access: 'open',
      description: 'Opens a session with e-mail and password.',
      args: {
        email: t.arg.string({ required: true, description: 'Capitals make no difference.' }),
        password: t.arg.string({ required: true, description: 'The password, letter by letter.' }),
      },
      resolve: (_, given, context) =>
        login(findRealm(context), people, { ...given, address: context.address }),
    }),
  )
  builder.mutationField('refreshSession', (t) =>
    t.field({
      type: tokensType,
      access: 'open',
      description: 'Gives a new access token and a new refresh token for the one given, which is used up.',
      args: {
        refreshToken: t.arg.string({ required: true, description: 'The last refresh token of the session.' }),
      },
      resolve: (_, { refreshToken }, context) =>
        refreshSession(findRealm(context), people, { refreshToken, address: context.address }),
    }),
  )
}

function addViewer<C extends AccountContext>(
  builder: Builder<C>,
  viewerType: SessionTypes<C>['viewer'],
): void {
  builder.queryField('viewer', (t) =>
    t.field({
      type: viewerType,
      nullable: true,
      access: 'open',
      description: 'Who is asking; null without a token.',
      resolve: (_, _args, { viewer }) => (viewer.id === undefined ? null : { ...viewer, id: viewer.id }),
    }),
  )
}

function addSessionList<C extends AccountContext>(builder: Builder<C>, { findRealm }: Accounts<C>): void {
  const sessionType = addSessionType(builder)
  builder.queryField('sessions', (t) =>
    t.field({
      type: [sessionType],
      access: 'user',
      description: 'Your own sessions, those used last first.',
      resolve: async (_, _args, context) => {
        const { userId, sessionId } = requireSession(context.viewer)
        const sessions = await listSessions(findRealm(context).pool, userId)
        return sessions.map((session) => ({ ...session, isCurrent: session.id === sessionId }))
      },
    }),
  )
}

function addLeaving<C extends AccountContext>(builder: Builder<C>, { findRealm }: Accounts<C>): void {
  builder.mutationField('logout', (t) =>
    t.boolean({
      access: 'user',
      description: 'Ends the session of the token that is sent.',
      resolve: async (_, _args, context) =>
        await endSession(findRealm(context), requireSession(context.viewer)),
    }),
  )
  builder.mutationField('revokeSession', (t) =>
    t.boolean({
      access: 'user',
      description: 'Ends one of your own sessions.',
      args: { id: t.arg.id({ required: true, description: 'The id of the session.' }) },
      resolve: async (_, { id }, context) => {
        const { userId } = requireSession(context.viewer)
        if (await endSession(findRealm(context), { userId, sessionId: String(id) })) return true
        throw fail('NOT_FOUND', `You have no session with the id ${describe(id)}`)
      },
    }),
  )
}

function addChangePassword<C extends AccountContext>(
  builder: Builder<C>,
  { people, findRealm }: Accounts<C>,
): void {
  builder.mutationField('changePassword', (t) =>
    t.boolean({
      access: 'user',
      description: 'Changes your own password, and ends your other sessions.',
      args: {
        oldPassword: t.arg.string({ required: true, description: 'The password until now.' }),
        newPassword: t.arg.string({ required: true, description: 'The new one, of 8 to 200 characters.' }),
      },
      resolve: async (_, passwords, context) => {
        const change = { ...passwords, address: context.address }
        await changePassword(findRealm(context), people, requireSession(context.viewer), change)
        return true
      },
    }),
  )
}

/** The session of a viewer who logged in here; others have none that they could look at or end. */
function requireSession({ id, sessionId }: Viewer): Subject {
  if (id !== undefined && sessionId !== undefined) return { userId: id, sessionId }
  throw fail('FORBIDDEN', 'This needs a session of this API: log in with e-mail and password')
}
