// Turns whatever went wrong into what a client may see: a code, a message, details, and the id to ask the operator about.
import { GraphQLError } from 'graphql'
import type { Note } from '../api/note.ts'
import { sqlState } from '../database/transaction.ts'
import { AppError, type ErrorCode, fail, type Hints } from '../errors.ts'
import type { Log } from '../log.ts'

const statementTimedOut = '57014'
const tooManyConnections = '53300'

/** What is told of an error in `errors[].extensions`. */
type Told = Hints & Readonly<{ code: ErrorCode; message: string; details?: unknown }>

const codes: ReadonlyMap<unknown, ErrorCode> = new Map<unknown, ErrorCode>([
  ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_PARSE_FAILED'],
  ['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_VALIDATION_FAILED'],
  ['BAD_USER_INPUT', 'BAD_USER_INPUT'],
  ['BAD_REQUEST', 'BAD_USER_INPUT'],
  ['OPERATION_RESOLUTION_FAILURE', 'BAD_USER_INPUT'],
  ['UNAUTHENTICATED', 'UNAUTHENTICATED'],
])

/** The request in which an error came up. */
export type Failing = Readonly<{ requestId: string; note?: Note | undefined }>

/** Renders one error; those that were not meant for clients are masked and logged in full. */
export function renderError(error: unknown, { requestId, note }: Failing, log: Log): GraphQLError {
  const told = tell(error)
  if (told === undefined || told.code === 'INTERNAL_SERVER_ERROR')
    log.error({ requestId, ...namePlace(note), error: describeCause(error) }, 'request failed')
  const { message, ...hints } = told ?? {
    code: 'INTERNAL_SERVER_ERROR' as const,
    message: `Something went wrong here; quote the request id ${requestId}`,
  }
  noteCode(note, hints.code)
  const extensions = { ...hints, requestId }
  if (!(error instanceof GraphQLError)) return new GraphQLError(message, { extensions })
  const http = error.extensions?.http
  const rendered = new GraphQLError(message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    path: error.path ?? null,
    extensions: http === undefined ? extensions : { ...extensions, http },
  })
  // Compiled operations give locations without the nodes from which graphql-js would find them.
  if (rendered.locations) return rendered
  return Object.defineProperty(rendered, 'locations', { value: error.locations, enumerable: true })
}

/** What may be told; undefined when nothing may. */
function tell(error: unknown): Told | undefined {
  const refusal = findOverload(error)
  if (refusal) return tell(refusal)
  if (error instanceof AppError)
    return {
      code: error.code,
      message: error.message,
      ...(error.details === undefined ? {} : { details: error.details }),
      ...error.hints,
    }
  if (!(error instanceof GraphQLError)) return undefined
  if (sqlState(error.originalError) === statementTimedOut)
    return { code: 'LIMIT_EXCEEDED', message: 'The request took too long in the database and was given up' }
  if (error.originalError instanceof AppError) return tell(error.originalError)
  if (error.originalError && !(error.originalError instanceof GraphQLError)) return undefined
  const code = codes.get(error.extensions?.code ?? codeByPlace(error))
  return code && { code, message: error.message }
}

/** The refusal when PostgreSQL takes no more connections, wherever in the causes it says so; undefined for any other error. */
export function findOverload(error: unknown): AppError | undefined {
  for (let cause = error; cause instanceof Error; cause = readCause(cause))
    if (sqlState(cause) === tooManyConnections)
      return fail(
        'LIMIT_EXCEEDED',
        'PostgreSQL takes no more connections at the moment; try again later',
        undefined,
        { retryAfter: 1 },
      )
  return undefined
}

function readCause(error: Error): unknown {
  return error instanceof GraphQLError ? error.originalError : error.cause
}

/** graphql-js gives no codes: syntax errors have a source only, wrong variables neither path nor code. */
function codeByPlace(error: GraphQLError): ErrorCode | undefined {
  if (error.path !== undefined) return error.message.startsWith('Argument "') ? 'BAD_USER_INPUT' : undefined
  return error.message.startsWith('Syntax Error') ? 'GRAPHQL_PARSE_FAILED' : 'BAD_USER_INPUT'
}

function noteCode(note: Note | undefined, code: ErrorCode): void {
  if (note === undefined) return
  note.codes ??= []
  if (!note.codes.includes(code)) note.codes.push(code)
}

function namePlace(note: Note | undefined): Readonly<Record<string, unknown>> {
  if (note === undefined) return {}
  const { app, api, operation } = note
  return { api, ...(app === undefined ? {} : { app }), ...(operation === undefined ? {} : { operation }) }
}

/** What PostgreSQL tells with an error; here are values of the row that was refused. */
const withValues = new Set(['detail', 'where', 'internal_query', 'query', 'parameters', 'args'])

function describeCause(error: unknown): unknown {
  const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error
  if (!(cause instanceof Error)) return cause
  const { message, stack } = cause
  const facts = Object.entries(cause).filter(([name]) => !withValues.has(name))
  return {
    ...Object.fromEntries(facts),
    message,
    stack,
    ...(cause.cause === undefined ? {} : { cause: String(cause.cause) }),
  }
}
