// The HTTP server: finds the route, reads the body, knows who asks, and hands the rest to GraphQL.
import { randomUUID } from 'node:crypto'
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import type { Note } from '../api/note.ts'
import type { Limits } from '../config/limits.ts'
import { AppError, fail } from '../errors.ts'
import { isFollowed, isTraceId, readTraceId, tellWork, type Work } from '../log/work.ts'
import type { Log } from '../log.ts'
import type { Answers } from './answers.ts'
import { checkForm, checkSearch, readBody } from './body.ts'
import type { CrossSite } from './cross-site.ts'
import { findOverload, renderError } from './render-error.ts'
import { sendErrors } from './reply.ts'
import { findRoute, type Route } from './routes.ts'
import { setSecureHeaders } from './secure-headers.ts'
import type { Watch } from './watch.ts'

export type HttpOptions = Readonly<{
  answers: Answers
  limits: Limits
  crossSite: CrossSite
  watch: Watch
  /** While this is so, connections end with their reply, so that clients and proxies open the next one elsewhere. */
  isDraining(): boolean
  log: Log
}>

/** Makes the server; it does not listen yet. */
export function createHttpServer(options: HttpOptions): Server {
  return createServer(timesOf(options.limits), (request, response) => {
    const requestId = readRequestId(request)
    response.setHeader('x-request-id', requestId)
    if (options.isDraining()) response.setHeader('connection', 'close')
    const note = options.watch(response, requestId)
    const answered = isFollowed()
      ? tellWork(describeWork(request, note), () => answer(options, request, response, note))
      : answer(options, request, response, note)
    answered.catch((error: unknown) => {
      const rendered = renderError(error, { requestId, note }, options.log)
      if (response.headersSent) response.destroy()
      else sendErrors(request, response, statusOf(findOverload(error) ?? error), [rendered])
    })
  })
}

/** Bodies without files have a shorter time of their own; Node's is for the longest of all. */
function timesOf({ headerBytes, headersTimeout, uploadTimeout, keepAlive }: Limits): ServerOptions {
  return {
    maxHeaderSize: headerBytes,
    headersTimeout,
    requestTimeout: uploadTimeout,
    keepAliveTimeout: keepAlive,
    connectionsCheckingInterval: Math.min(checkEvery, headersTimeout / 2),
  }
}

/** Most milliseconds between two looks at requests that take too long to come. */
const checkEvery = 5_000

async function answer(
  options: HttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
  note: Note,
): Promise<void> {
  const { path, search } = splitTarget(request.url ?? '/')
  const route = findRoute(path)
  note.api = route.kind
  const methods = allowed[route.kind] ?? usualMethods
  setSecureHeaders(response, route)
  if (options.crossSite.answerPreflight(request, response, methods)) return
  if (!methods.includes(request.method ?? '')) return refuseMethod(response, methods)
  if ('app' in route) {
    await options.answers.enter(route.app, response)
    note.app = route.app
  }
  if (route.kind === 'file' || route.kind === 'put')
    return await options.answers.bytes(route, request, response)
  if (!isGraphQL(route)) return await options.answers.plain(route, request, response)
  if (wantsPage(request)) return await options.answers.page(route, path, response)
  if (route.kind === 'data' && isMultipart(request))
    return await options.answers.upload(route, { request, note, search: '', body: '' }, response)
  // Forms with files have a token in any case, which no page can send unasked.
  options.crossSite.checkAsked(request)
  const { limits } = options
  const most = await options.answers.findBodyLimit(route, request)
  const body = await readBody(request, most, limits.bodyTimeout)
  checkForm(body, limits)
  checkSearch(search, limits)
  await options.answers.graphql(route, { request, note, search, body }, response)
}

const usualMethods = ['GET', 'HEAD', 'POST', 'OPTIONS'] as const
const allowed: Readonly<Partial<Record<Route['kind'], readonly string[]>>> = {
  file: ['GET', 'HEAD'],
  put: ['PUT'],
}

function refuseMethod(response: ServerResponse, methods: readonly string[]): void {
  response.writeHead(405, { allow: methods.join(', '), 'content-length': 0 }).end()
}

function isMultipart({ method, headers }: IncomingMessage): boolean {
  return method === 'POST' && /^multipart\/form-data\b/i.test(headers['content-type'] ?? '')
}

/** The target of a request as it stands there: what is no path of ours leads nowhere. */
function splitTarget(target: string): Readonly<{ path: string; search: string }> {
  const at = target.indexOf('?')
  return at < 0 ? { path: target, search: '' } : { path: target.slice(0, at), search: target.slice(at) }
}

function isGraphQL(route: Route): route is Extract<Route, { kind: 'data' | 'admin' | 'platform' }> {
  return route.kind === 'data' || route.kind === 'admin' || route.kind === 'platform'
}

function wantsPage(request: IncomingMessage): boolean {
  return request.method === 'GET' && (request.headers.accept ?? '').includes('text/html')
}

/** A client's or proxy's own id is kept when it is a modest one. Where traces are made it is the id of the trace. */
function readRequestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id']
  if (typeof given === 'string' && /^[\w-]{1,64}$/.test(given)) return given
  const made = randomUUID()
  return isFollowed() ? (readTraceId(headers.traceparent) ?? made.replaceAll('-', '')) : made
}

function describeWork({ method = '', url = '/', headers }: IncomingMessage, { requestId }: Note): Work {
  const { traceparent } = headers
  const facts = { 'http.request.method': method, 'metaloom.request_id': requestId }
  const parent = typeof traceparent === 'string' ? traceparent : undefined
  const isNew = readTraceId(parent) === undefined && isTraceId(requestId)
  const name = `${method} ${findRoute(splitTarget(url).path).kind}`
  return { kind: 'request', name, facts, parent, traceId: isNew ? requestId : undefined }
}

function statusOf(error: unknown): number {
  if (!(error instanceof AppError)) return 500
  if (error.code === 'LIMIT_EXCEEDED') return error.hints?.retryAfter === undefined ? 413 : 503
  if (error.code === 'FORBIDDEN') return 403
  return error.code === 'UNAUTHENTICATED' ? 401 : error.code === 'NOT_FOUND' ? 404 : 400
}

/** Listens, and tells of a taken port in words. */
export async function listenOn(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  }).catch((error: NodeJS.ErrnoException) => {
    throw fail('CONFLICT', tellListenError(error, host, port))
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

function tellListenError(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'EADDRINUSE')
    return `The port ${port} on ${host} is taken by another process; stop that or set PORT to a free one`
  if (error.code === 'EACCES')
    return `The port ${port} may not be opened by this user; set PORT to one above 1023`
  return `The server cannot listen on ${host}:${port}: ${error.message}`
}
