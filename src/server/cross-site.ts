// Requests of pages on other origins: which may read replies, and which are not run because nobody was asked before.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AccessSettings } from '../config/access-settings.ts'
import { fail } from '../errors.ts'

export type CrossSite = Readonly<{
  /** Says in the reply who may read it; answers a preflight, and tells so. */
  answerPreflight(request: IncomingMessage, response: ServerResponse, methods: readonly string[]): boolean
  /** Refuses what a form or a link on another site could send without a preflight; BAD_USER_INPUT. */
  checkAsked(request: IncomingMessage): void
}>

/** Headers that no page can send to another origin without a preflight. */
const markers = [
  'authorization',
  'x-requested-with',
  'apollo-require-preflight',
  'graphql-require-preflight',
] as const
const simpleTypes: ReadonlySet<string> = new Set([
  '',
  'text/plain',
  'multipart/form-data',
  'application/x-www-form-urlencoded',
])

const requestHeaders = [
  ...markers,
  'content-type',
  'if-none-match',
  'if-range',
  'range',
  'x-graphql-event-stream-token',
  'x-metaloom-position',
  'x-metaloom-roles',
  'x-metaloom-trace',
  'x-request-id',
].join(', ')
const replyHeaders = [
  'accept-ranges',
  'content-disposition',
  'content-length',
  'content-range',
  'etag',
  'retry-after',
  'x-metaloom-position',
  'x-request-id',
].join(', ')
/** Seconds for which a browser need not ask again. */
const preflightAge = 600

/** No cookie opens anything here, so credentials are never allowed: tokens go in a header. */
export function createCrossSite({ origins, refuseSimple }: AccessSettings): CrossSite {
  const known = new Set(origins)
  const isOpen = known.has('*')
  return {
    answerPreflight(request, response, methods) {
      const { origin } = request.headers
      if (known.size > 0 && !isOpen) response.appendHeader('vary', 'origin')
      const isAllowed = typeof origin === 'string' && (isOpen || known.has(origin))
      if (isAllowed) {
        response.setHeader('access-control-allow-origin', isOpen ? '*' : origin)
        response.setHeader('access-control-expose-headers', replyHeaders)
        // Who may read a reply by a script may load it as well.
        response.setHeader('cross-origin-resource-policy', 'cross-origin')
      }
      const asked = request.headers['access-control-request-method']
      if (request.method !== 'OPTIONS' || origin === undefined || asked === undefined) return false
      if (isAllowed) allow(response, methods)
      response.writeHead(204, { allow: methods.join(', ') }).end()
      return true
    },
    checkAsked(request) {
      if (refuseSimple && isSimple(request)) throw refuse()
    },
  }
}

function allow(response: ServerResponse, methods: readonly string[]): void {
  response.setHeader('access-control-allow-methods', methods.join(', '))
  response.setHeader('access-control-allow-headers', requestHeaders)
  response.setHeader('access-control-max-age', preflightAge)
}

/** Whether a browser sends this across origins without asking; what it says of a request from our own pages is true. */
function isSimple({ method, headers }: IncomingMessage): boolean {
  if (method === 'OPTIONS') return false
  if (headers['sec-fetch-site'] === 'same-origin') return false
  if (markers.some((name) => headers[name] !== undefined)) return false
  if (method !== 'POST') return true
  const [type = ''] = (headers['content-type'] ?? '').split(/[;,]/)
  return simpleTypes.has(type.trim().toLowerCase())
}

function refuse(): Error {
  const right = 'send "Content-Type: application/json" with POST, or any value in the header X-Requested-With'
  return fail('BAD_USER_INPUT', `A page of another site could have sent this request unasked; ${right}`)
}
