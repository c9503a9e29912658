// What each route answers: pages and health, and for GraphQL the context of the request and the server that runs it.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ExecutionResult, execute, type GraphQLSchema } from 'graphql'
import type { Context, Platform, PlatformContext } from '../api/context.ts'
import type { Note } from '../api/note.ts'
import { isAdmin, nameViewer } from '../auth/viewer.ts'
import type { Config } from '../config.ts'
import { fail } from '../errors.ts'
import type { Log } from '../log.ts'
import { startCalls } from '../pipeline/calls.ts'
import type { OpenApp } from './app.ts'
import type { Apps } from './apps/directory.ts'
import { createApp, deleteApp } from './apps/lifecycle.ts'
import { createAddressReader } from './client-address.ts'
import { answerFile, answerPut } from './file-routes.ts'
import { createIntrospector } from './introspection.ts'
import { answerFigures, type FiguresAnswer } from './metrics/reply.ts'
import { openPersisted } from './persisted.ts'
import type { OpenPlatform } from './platform.ts'
import type { Readiness } from './readiness.ts'
import { type Replicated, replicate, replicateOperations, tellPositions } from './replicas/replicate.ts'
import { send, sendText } from './reply.ts'
import { rerunStale, runOnNewest } from './rerun.ts'
import type { Route } from './routes.ts'
import { runSubscriptions } from './subscribe.ts'
import { takePersisted } from './take-persisted.ts'
import { createThinRoute } from './thin-route.ts'
import { startTraces, traceResults } from './trace.ts'
import { readUpload, takeOperations } from './uploads.ts'
import { readNarrowedViewer, readWholeViewer } from './viewer-of.ts'
import { createWorkbench, type PageRoute } from './workbench/workbench.ts'
import { checkArguments, createGraphQLServer, innerPath } from './yoga.ts'

type AppRoute = Extract<Route, { kind: 'data' | 'admin' }>
type GraphQLRoute =
  | AppRoute
  | Readonly<{ kind: 'platform' | 'home' | 'alive' | 'ready' | 'figures' | 'nowhere' }>
type ByteRoute = Extract<Route, { kind: 'file' | 'put' }>
/** A GraphQL request whose body was read. */
export type Asked = Readonly<{ request: IncomingMessage; note: Note; search: string; body: string }>

export type Answers = Readonly<{
  /** Opens the app of a request and finds a place for it there, until the response ends. */
  enter(app: string, response: ServerResponse): Promise<void>
  /** The most bytes that the body of this request may have; more for administrators at the admin address. */
  findBodyLimit(route: Route, request: IncomingMessage): Promise<number>
  plain(route: Route, request: IncomingMessage, response: ServerResponse): Promise<void>
  page(route: PageRoute, address: string, response: ServerResponse): Promise<void>
  graphql(route: GraphQLRoute, asked: Asked, response: ServerResponse): Promise<void>
  /** A request of the data API that carries files; its body is read once it is known who sends it. */
  upload(route: AppRoute, asked: Asked, response: ServerResponse): Promise<void>
  bytes(route: ByteRoute, request: IncomingMessage, response: ServerResponse): Promise<void>
}>

export type AnswerOptions = Readonly<{
  apps: Apps
  platform: OpenPlatform
  schemas: Readonly<{ admin: GraphQLSchema; platform: GraphQLSchema }>
  readiness: Readiness
  figures: FiguresAnswer
  config: Config
  log: Log
}>

export function createAnswers(options: AnswerOptions): Answers {
  const { apps, platform, schemas, readiness, figures, config, log } = options
  const { introspection } = config.access
  const given = { limits: config.limits, introspection, introspect: createIntrospector(), log }
  const persisted = openPersisted(config.access)
  const data = createGraphQLServer<Context & Replicated>(
    ({ edition, viewer }) => edition.findSchema(viewer.roles),
    given,
    [
      takeOperations(),
      takePersisted(persisted),
      rerunStale(),
      runSubscriptions(log, (args) => checkArguments(args, config.limits)),
      traceResults(),
      replicateOperations(),
    ],
  )
  const admin = createGraphQLServer<Context & Replicated>(() => schemas.admin, given, [tellPositions()])
  const platformServer = createGraphQLServer<PlatformContext>(() => schemas.platform, given)
  const workbench = createWorkbench(config)
  const readAddress = createAddressReader(config.trustedProxies)
  const thin = createThinRoute(
    given,
    persisted,
    async (result, given) => (await runOnNewest(result, given, execute)) as ExecutionResult,
  )

  const findApp = (name: string): OpenApp => {
    const app = apps.find(name)
    if (app === undefined) throw fail('NOT_FOUND', `There is no app ${JSON.stringify(name)} here`)
    return app
  }
  const openContext = async (
    { app: name, kind }: AppRoute,
    { request, note }: Asked,
    response: ServerResponse,
  ): Promise<Context & Replicated> => {
    const open = findApp(name)
    const { app, authenticator } = open
    const readViewer = kind === 'data' ? readNarrowedViewer : readWholeViewer
    const recheckViewer = () => readViewer(authenticator, request)
    const viewer = await recheckViewer()
    if (viewer.administrator !== undefined)
      log.info(
        { app: name, requestId: note.requestId, viewer: nameViewer(viewer) },
        'asks with the roles of others',
      )
    const own = {
      edition: app.readEdition(),
      levels: new WeakMap(),
      calls: startCalls(),
      ...startTraces(request, viewer),
    }
    const { requestId } = note
    const context = { app, viewer, recheckViewer, address: readAddress(request), requestId, note, ...own }
    return replicate(context, open, request, response)
  }
  const platformContext: Platform = {
    ...platform.realm,
    async createApp(app) {
      const admin = await createApp(platform.registrar, app)
      await apps.refresh()
      return admin
    },
    deleteApp: (given) => deleteApp(platform.registrar, given, apps.refresh),
  }
  const openPlatformContext = async ({ request, note }: Asked): Promise<PlatformContext> => {
    const viewer = await readWholeViewer(platform.authenticator, request)
    return {
      platform: platformContext,
      viewer,
      address: readAddress(request),
      requestId: note.requestId,
      note,
    }
  }

  return {
    async enter(name, response) {
      const leave = await apps.enter(name, { hasAnswered: () => response.headersSent })
      if (response.closed) leave()
      else response.once('close', leave)
    },
    async findBodyLimit(route, request) {
      if (route.kind !== 'admin') return config.limits.body
      const viewer = await findApp(route.app).authenticator.authenticate(request.headers.authorization)
      return isAdmin(viewer) ? config.limits.adminBody : config.limits.body
    },
    async plain(route, request, response) {
      if (route.kind === 'home') return workbench.home(apps.listNames(), response)
      if (route.kind === 'asset') return await workbench.asset(route.path, request, response)
      if (route.kind === 'desk') return await workbench.desk(findApp(route.app), request, response)
      if (route.kind === 'alive') return sendText(response, 200, 'text/plain', 'ok\n')
      if (route.kind === 'figures') return await answerFigures(figures, request, response)
      if (route.kind !== 'ready') throw fail('NOT_FOUND', 'Nothing answers at this address; see /')
      const problem = await readiness.findProblem()
      if (problem === undefined) sendText(response, 200, 'text/plain', 'ready\n')
      else sendText(response, 503, 'text/plain', `not ready: ${problem}\n`)
    },
    async page(route, address, response) {
      if ('app' in route) findApp(route.app)
      await workbench.page(route, address, response)
    },
    async graphql(route, asked, response) {
      const { request, body } = asked
      if (route.kind === 'data') {
        const context = await openContext(route, asked, response)
        const schema = await context.edition.findSchema(context.viewer.roles)
        if (await thin.answer(request, response, body, { schema, context })) return
        return await send(response, await data.fetch(toRequest(asked), context))
      }
      if (route.kind === 'admin')
        return await send(
          response,
          await admin.fetch(toRequest(asked), await openContext(route, asked, response)),
        )
      return await send(
        response,
        await platformServer.fetch(toRequest(asked), await openPlatformContext(asked)),
      )
    },
    async upload(route, asked, response) {
      const context = await openContext(route, asked, response)
      const { operations, drop } = await readUpload(asked.request, context, config.limits)
      try {
        await send(response, await data.fetch(toRequest(asked), { ...context, operations }))
      } finally {
        await drop()
      }
    },
    async bytes(route, request, response) {
      const app = findApp(route.app)
      if (route.kind === 'put') await answerPut(app, route, request, response)
      else await answerFile(app, route, request, response)
    },
  }
}

/** The same request under the one path that the GraphQL servers listen to. */
function toRequest({ request, search, body }: Asked): Request {
  const headers = new Headers()
  for (const name of ['accept', 'content-type', 'x-graphql-event-stream-token']) {
    const value = request.headers[name]
    if (typeof value === 'string') headers.set(name, value)
  }
  const method = request.method ?? 'GET'
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(`http://localhost${innerPath}${search}`, {
    method,
    headers,
    ...(hasBody ? { body } : {}),
  })
}
