// The one error of Metaloom and its codes; knows neither GraphQL nor PostgreSQL.

/** What a client may see in `extensions.code`. The meaning of each code stands in docs/errors.md. */
export type ErrorCode =
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BAD_USER_INPUT'
  | 'VALIDATION_FAILED'
  | 'TRANSITION_REFUSED'
  | 'CONFLICT'
  | 'WEBHOOK_REFUSED'
  | 'LIMIT_EXCEEDED'
  | 'INTERNAL_SERVER_ERROR'

/** One thing that is wrong with an input: `path` reaches into it (`fields[2].default`), `rule` names what it broke. */
export type Problem = Readonly<{ path: string; message: string; field?: string; rule?: string }>

/** What a program may want to know of an error beside its code; `retryAfter` is in seconds. */
export type Hints = Readonly<{ retryAfter?: number }>

/** An error whose message may be shown to the caller. Everything else that is thrown gets masked. */
export class AppError extends Error {
  override readonly name = 'AppError'
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details?: readonly Problem[],
    readonly hints?: Hints,
  ) {
    super(message)
  }
}

/** Makes an error for `throw fail(...)`; says what is wrong, what was found and what would be right. */
export function fail(
  code: ErrorCode,
  message: string,
  details?: readonly Problem[],
  hints?: Hints,
): AppError {
  return new AppError(code, message, details, hints)
}

/** Makes one error of all problems that a stage found; its message is the first, with a count of the rest. */
export function failAll(code: ErrorCode, problems: readonly Problem[]): AppError {
  const [first, ...rest] = problems
  const more = rest.length === 0 ? '' : ` (and ${rest.length} more)`
  return fail(
    code,
    `${first?.path ? `${first.path}: ` : ''}${first?.message ?? 'Invalid input'}${more}`,
    problems,
  )
}
