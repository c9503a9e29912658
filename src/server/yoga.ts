// GraphQL over HTTP by graphql-yoga: three servers, one for each kind of API, which differ in their schema only.
import {
  type ExecutionArgs,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  parse,
  type VariableDefinitionNode,
  validate,
} from 'graphql'
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga'
import { noteOperation } from '../api/note.ts'
import type { Viewer } from '../auth/viewer.ts'
import type { IntrospectionRule } from '../config/access-settings.ts'
import type { Limits } from '../config/limits.ts'
import { AppError } from '../errors.ts'
import { isFollowed, tellWork } from '../log/work.ts'
import type { Log } from '../log.ts'
import { checkCost } from './cost.ts'
import { checkDocument } from './document-limits.ts'
import { hideSuggestions, type Introspect, mayIntrospect, refuseIntrospection } from './introspection.ts'
import { introspects } from './introspection-limits.ts'
import { mostErrors } from './operations.ts'
import { type Failing, renderError } from './render-error.ts'
import { describeOperation } from './tracing/operation.ts'

/** What every context has. */
export type RequestContext = Failing & Readonly<{ viewer: Viewer }>
/** Answers GraphQL requests given a context of its kind. */
export type GraphQLServer<C extends RequestContext> = YogaServerInstance<C, Record<never, never>>

/** What all servers share. */
export type GraphQLOptions = Readonly<{
  limits: Limits
  introspection: IntrospectionRule
  introspect: Introspect
  log: Log
}>

/** The path that requests are handed over under, whatever their address outside. */
export const innerPath = '/graphql'

/** Makes a server whose schema may differ from request to request; the context carries it from start to end. */
export function createGraphQLServer<C extends RequestContext>(
  findSchema: (context: C) => GraphQLSchema | Promise<GraphQLSchema>,
  options: GraphQLOptions,
  plugins: readonly Plugin<Record<never, never>, C>[] = [],
): GraphQLServer<C> {
  return createYoga<C>({
    schema: (context) => findSchema(context),
    graphqlEndpoint: innerPath,
    graphiql: false,
    landingPage: false,
    cors: false,
    multipart: false,
    batching: false,
    maskedErrors: false,
    logging: false,
    healthCheckEndpoint: '/healthz',
    plugins: [
      executePlainly<C>(),
      noteOperations<C>(),
      keepLimits<C>(options.limits),
      ...plugins,
      answerIntrospection<C>(options),
      renderErrors<C>(options),
    ],
  })
}

function renderErrors<C extends RequestContext>(options: GraphQLOptions): Plugin<Record<never, never>, C> {
  return {
    onResultProcess({ result, setResult, serverContext }) {
      if (Array.isArray(result) || !('errors' in result) || result.errors === undefined) return
      setResult({
        ...result,
        errors: result.errors.map((error) => renderFor(serverContext, error, options)),
      })
    },
  }
}

/** Renders an error for a viewer, who hears of no name in a schema that is not shown to them. */
export function renderFor(
  context: RequestContext,
  error: unknown,
  { introspection, log }: GraphQLOptions,
): GraphQLError {
  const rendered = renderError(error, context, log)
  return mayIntrospect(introspection, context.viewer) ? rendered : hideSuggestions(rendered)
}

/** Whoever may not ask for the schema is refused before it is looked at; all others wait for their turn. */
function answerIntrospection<C extends RequestContext>({
  introspection,
  introspect,
}: GraphQLOptions): Plugin<Record<never, never>, C> {
  return {
    onValidate({ params, context, setResult }) {
      const { viewer } = context as unknown as C
      if (introspects(params.documentAST) && !mayIntrospect(introspection, viewer))
        setResult([refuseIntrospection(viewer)])
    },
    onExecute({ args, setExecuteFn }) {
      if (introspects(args.document)) setExecuteFn(introspect)
    },
  }
}

/** graphql-js runs operations here as it does on the thin route; Yoga's own executor tells every wrong value there is. */
function executePlainly<C extends RequestContext>(): Plugin<Record<never, never>, C> {
  const run = (given: ExecutionArgs) => execute({ ...given, options: { maxCoercionErrors: mostErrors } })
  return { onExecute: ({ setExecuteFn }) => setExecuteFn(run) }
}

/** What runs is noted before a limit can stop it. */
function noteOperations<C extends RequestContext>(): Plugin<Record<never, never>, C> {
  const note = ({ document, operationName, contextValue }: ExecutionArgs): void => {
    const operation = getOperationAST(document, operationName)
    const context = contextValue as C
    if (operation) noteOperation(context.note, operation, context.viewer)
  }
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      note(args)
      const operation = isFollowed() ? getOperationAST(args.document, args.operationName) : undefined
      if (operation)
        setExecuteFn((given: ExecutionArgs) =>
          tellWork(describeOperation(operation), async () => await executeFn(given)),
        )
    },
    onSubscribe: ({ args }) => note(args),
  }
}

/** The same limits as on the thin route. */
function keepLimits<C extends RequestContext>(limits: Limits): Plugin<Record<never, never>, C> {
  return {
    onParse({ setParseFn }) {
      setParseFn((source: string) => parse(source, { maxTokens: limits.tokens }))
    },
    onValidate({ params, setResult, setValidationFn }) {
      setValidationFn((schema, document, rules, options) =>
        validate(schema, document, rules, { ...options, maxErrors: mostErrors }),
      )
      const problem = findProblem(() => checkDocument(params.documentAST, limits))
      if (problem) setResult([problem])
    },
    onExecute({ args, setResultAndStopExecution }) {
      const problem = findProblem(() => checkArguments(args, limits))
      if (problem) setResultAndStopExecution({ errors: [problem] })
    },
  }
}

/** The cost needs the variables as they will be, defaults included; wrong ones are told by the execution. */
export function checkArguments(
  { schema, document, operationName, variableValues }: ExecutionArgs,
  limits: Limits,
): void {
  const operation = getOperationAST(document, operationName)
  if (operation == null) return
  const numbers = (operation.variableDefinitions ?? []).filter(isNumber)
  const { coerced } = getVariableValues(schema, numbers, variableValues ?? {}, { maxErrors: 1 })
  if (coerced) checkCost(document, operation, { ...variableValues, ...coerced }, limits)
}

/** Of all variables only numbers are page sizes, and of lists the length counts: reading the others can wait. */
function isNumber({ type }: VariableDefinitionNode): boolean {
  const named = type.kind === 'NonNullType' ? type.type : type
  return named.kind === 'NamedType' && named.name.value === 'Int'
}

function findProblem(check: () => void): GraphQLError | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return new GraphQLError(error.message, { originalError: error })
  }
}
