// The short way for plain JSON requests: the same checks, schema and errors as Yoga's, without its costs.
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  type OperationDefinitionNode,
} from 'graphql'
import { noteOperation } from '../api/note.ts'
import type { Viewer } from '../auth/viewer.ts'
import { isFollowed, tellWork } from '../log/work.ts'
import { isObject } from '../reader.ts'
import { checkCost } from './cost.ts'
import { mayIntrospect, refuseIntrospection, type Written } from './introspection.ts'
import { createOperations, mostErrors, type Operation } from './operations.ts'
import type { Named, Persisted } from './persisted.ts'
import { type Failing, findOverload } from './render-error.ts'
import { type Replicated, runOnReplica } from './replicas/replicate.ts'
import { type Traced, tellTraces } from './trace.ts'
import { describeOperation } from './tracing/operation.ts'
import { checkArguments, type GraphQLOptions, renderFor } from './yoga.ts'

/** A request as its body has it. */
type Params = Readonly<{
  named: Named
  operationName?: string
  variables: Readonly<Record<string, unknown>>
}>
/** Who runs it, and against which schema. */
export type Ask = Readonly<{
  schema: GraphQLSchema
  context: Traced & Replicated & Failing & Readonly<{ viewer: Viewer }>
}>
export type ThinRoute = Readonly<{
  /** Answers the request, or returns false when it is one for the long way. */
  answer(request: IncomingMessage, response: ServerResponse, body: string, ask: Ask): Promise<boolean>
}>
/** Gets every result, with what it came from, and may replace it. */
type Finish = (result: ExecutionResult, given: ExecutionArgs) => Promise<ExecutionResult>

/** Makes the route; the APIs differ in how they finish. */
export function createThinRoute(options: GraphQLOptions, persisted: Persisted, finish: Finish): ThinRoute {
  const { limits, introspection, introspect } = options
  const findOperation = createOperations(limits)
  const run = async (params: Params, ask: Ask): Promise<Written | 'long way'> => {
    const text = persisted.findText(params.named)
    if (text === undefined) return 'long way'
    const operation = findOperation(ask.schema, text, params.operationName)
    if (!('node' in operation)) return { errors: operation }
    if (operation.node.operation === 'subscription') return 'long way'
    const { viewer } = ask.context
    if (operation.introspects && !mayIntrospect(introspection, viewer)) throw refuseIntrospection(viewer)
    noteOperation(ask.context.note, operation.node, ask.context.viewer)
    const given = {
      schema: ask.schema,
      document: operation.document,
      contextValue: ask.context,
      variableValues: params.variables,
      operationName: params.operationName ?? null,
    }
    // What is compiled takes variables that are read already; else they are read when it is run.
    const variables = operation.compiled && readVariables(operation.node, given)
    if (variables?.errors) return { errors: variables.errors }
    if (!variables) checkArguments(given, limits)
    else if (!operation.compiled?.isWithinLimits)
      checkCost(operation.document, operation.node, variables.coerced, limits)
    if (operation.introspects) return await introspect(given)
    const attempt = (contextValue: unknown) =>
      runOperation(operation, { ...given, contextValue }, variables?.coerced)
    const execution = async (): Promise<ExecutionResult> => {
      const isQuery = operation.node.operation === 'query'
      const found = isQuery ? await runOnReplica(ask.context, attempt) : undefined
      if (found) return found
      const result = await finish(await attempt(ask.context), given)
      if (!isQuery) await ask.context.tellPosition?.()
      return result
    }
    return await (isFollowed() ? tellWork(describeOperation(operation.node), execution) : execution())
  }
  return {
    async answer(request, response, body, ask) {
      const params = readParams(request, body)
      if (params === undefined) return false
      const result = await run(params, ask).catch((error: unknown) => ({ errors: [error as GraphQLError] }))
      if (result === 'long way') return false
      sendResult(request, response, tellTraces(result, ask.context), (error) =>
        renderFor(ask.context, error, options),
      )
      return true
    },
  }
}

function readVariables({ variableDefinitions }: OperationDefinitionNode, given: ExecutionArgs) {
  return getVariableValues(given.schema, variableDefinitions ?? [], given.variableValues ?? {}, {
    maxErrors: mostErrors,
  })
}

/** Runs an operation by its compiled form where there is one, which takes variables that are coerced already. */
async function runOperation(
  { compiled }: Operation,
  given: ExecutionArgs,
  coerced: Params['variables'] | undefined,
): Promise<ExecutionResult> {
  const isUsable = compiled && coerced && [...compiled.inner].every((name) => Object.hasOwn(coerced, name))
  return await (isUsable
    ? compiled.query(undefined, given.contextValue, coerced)
    : execute({ ...given, options: { maxCoercionErrors: mostErrors } }))
}

/** Whatever is not a POST of one plain JSON request goes the long way, which knows how to refuse it. */
function readParams(request: IncomingMessage, body: string): Params | undefined {
  if (
    request.method !== 'POST' ||
    !/^application\/json\s*(;\s*charset=utf-?8\s*)?$/i.test(request.headers['content-type'] ?? '')
  )
    return undefined
  if (!takesJson(request.headers.accept)) return undefined
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return undefined
  }
  if (!isObject(parsed)) return undefined
  const { query, documentId, operationName, variables, extensions } = parsed
  if (!isText(query) || !isText(documentId)) return undefined
  if (Object.keys(parsed).some((key) => !known.has(key)) || (extensions != null && !isObject(extensions)))
    return undefined
  if (
    (operationName != null && typeof operationName !== 'string') ||
    (variables != null && !isObject(variables))
  )
    return undefined
  return {
    named: { query, documentId, extensions },
    variables: variables ?? {},
    ...(typeof operationName === 'string' ? { operationName } : {}),
  }
}

function isText(value: unknown): boolean {
  return value == null || typeof value === 'string'
}

const known = new Set(['query', 'documentId', 'operationName', 'variables', 'extensions'])

function takesJson(accept: string | undefined): boolean {
  return (
    accept === undefined ||
    accept === '*/*' ||
    /^application\/(json|graphql-response\+json)\s*(;\s*charset=utf-8)?$/.test(accept)
  )
}

/** By the specification of GraphQL over HTTP: the newer media type tells by its status whether the request could run at all. */
function sendResult(
  request: IncomingMessage,
  response: ServerResponse,
  result: Written,
  render: (error: unknown) => GraphQLError,
): void {
  const isNew = (request.headers.accept ?? '').startsWith('application/graphql-response+json')
  const type = isNew ? 'application/graphql-response+json; charset=utf-8' : 'application/json; charset=utf-8'
  const errors = result.errors?.map(render)
  const hasRun = result.data !== undefined
  const text =
    result.stringify?.() ?? JSON.stringify({ errors, data: result.data, extensions: result.extensions })
  const status = isNew && !hasRun ? 400 : 200
  response.writeHead(isRefused(result) ? 503 : status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

/** Whether PostgreSQL took no more connections, and so nothing was answered. */
function isRefused({ data, errors }: ExecutionResult): boolean {
  if (errors === undefined || Object.values(data ?? {}).some((value) => value !== null)) return false
  return errors.some((error) => findOverload(error) !== undefined)
}
