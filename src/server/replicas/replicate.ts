// Queries on a replica where one may answer, and again on the primary when it did not; the position behind mutations.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ExecutionArgs, type ExecutionResult, GraphQLError, getOperationAST } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Context } from '../../api/context.ts'
import { readPosition } from '../../database/position.ts'
import { sqlState } from '../../database/transaction.ts'
import { AppError } from '../../errors.ts'
import type { OpenApp } from '../app.ts'
import { positionHeader, readToken, writeToken } from './token.ts'

/** What a context has beside itself when there are replicas. */
export type Replicated = Readonly<{
  /** The context of a query that a replica may answer, and a signal that is aborted when that is lost. */
  findReading?(): Readonly<{ context: Context; signal: AbortSignal }> | undefined
  /** Tells the client how far the log is behind a mutation. */
  tellPosition?(): Promise<void>
}>

/** The context with what replicas add to it; the same context when there are none. */
export function replicate<C extends Context>(
  context: C,
  { reader, positionKey }: Pick<OpenApp, 'reader' | 'positionKey'>,
  request: IncomingMessage,
  response: ServerResponse,
): C & Replicated {
  if (reader === undefined) return context
  const { app, edition } = context
  return {
    ...context,
    findReading() {
      const after = readToken(positionKey, request.headers[positionHeader])
      const reading = after === 'unknown' ? undefined : reader.find(edition, after)
      if (reading === undefined) return undefined
      const { pool, signal } = reading
      return { context: { ...context, app: { ...app, pool }, levels: new WeakMap() }, signal }
    },
    async tellPosition() {
      const position = await readPosition(app.pool).catch(() => undefined)
      if (!response.headersSent) response.setHeader(positionHeader, writeToken(positionKey, position))
    },
  }
}

/** What a replica answers; undefined when the primary has to. */
export async function runOnReplica<T>(
  { findReading }: Replicated,
  run: (context: Context) => Promise<T>,
): Promise<T | undefined> {
  const reading = findReading?.()
  if (reading === undefined) return undefined
  const result = await untilLost(run(reading.context), reading.signal)
  return result === undefined || isUnserved(result) ? undefined : result
}

async function untilLost<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  let lose = (): void => {}
  const lost = new Promise<undefined>((resolve) => {
    lose = () => resolve(undefined)
  })
  signal.addEventListener('abort', lose, { once: true })
  try {
    return await Promise.race([work, lost])
  } finally {
    signal.removeEventListener('abort', lose)
    work.catch(() => undefined)
  }
}

/** It took too long there; it would take as long once more. */
const timedOut = '57014'

/** Whether the database, or the way there, refused anything of it: the primary may know better. */
function isUnserved(result: unknown): boolean {
  return ((result as ExecutionResult).errors ?? []).some((error) => {
    const cause = error instanceof GraphQLError ? error.originalError : undefined
    const state = cause instanceof AppError ? undefined : sqlState(cause)
    return state !== undefined && state !== timedOut
  })
}

/** The same for Yoga. */
export function replicateOperations(): Plugin<Record<never, never>, Context & Replicated> {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(async (given: ExecutionArgs) => {
        const isQuery = kindOf(given) === 'query'
        const context = given.contextValue as Replicated
        const run = async (contextValue: Context) => await executeFn({ ...given, contextValue })
        const found = isQuery ? await runOnReplica(context, run) : undefined
        return found ?? (await runThenTell(executeFn, given))
      })
    },
  }
}

/** For the admin API, which asks the primary whatever is asked. */
export function tellPositions(): Plugin<Record<never, never>, Context & Replicated> {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((given: ExecutionArgs) => runThenTell(executeFn, given))
    },
  }
}

async function runThenTell(
  execute: (given: ExecutionArgs) => unknown,
  given: ExecutionArgs,
): Promise<unknown> {
  const result = await execute(given)
  if (kindOf(given) === 'mutation') await (given.contextValue as Replicated).tellPosition?.()
  return result
}

function kindOf({ document, operationName }: ExecutionArgs): string | undefined {
  return getOperationAST(document, operationName)?.operation
}
