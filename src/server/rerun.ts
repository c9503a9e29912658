// Runs a request again, whole, on the newest edition when it met a table, or rights, that had changed under it.
import { type ExecutionArgs, type ExecutionResult, GraphQLError, getOperationAST, validate } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Context } from '../api/context.ts'
import type { Edition } from '../api/edition.ts'
import { isStale } from '../database/transaction.ts'
import { fail } from '../errors.ts'
import { isOutdated } from '../metadata/rights.ts'
import { readRevision } from '../metadata/store.ts'
import { mostErrors, nameInvalid } from './operations.ts'

type Execute = (given: ExecutionArgs) => unknown

/** A request that meets a change each time is run so often: definitions may change many times in a second. */
const mostRuns = 5

/** A plugin for the data API. */
export function rerunStale(): Plugin<Record<never, never>, Context> {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(
        async (given: ExecutionArgs) => await runOnNewest(await executeFn(given), given, executeFn),
      )
    },
  }
}

/**
 * The result as it is, or that of another run when this one met a change. CONFLICT when it has to be left at that; a result that
 * failed though no definitions have changed keeps its errors.
 */
export async function runOnNewest(
  result: unknown,
  given: ExecutionArgs,
  executeFn: Execute,
): Promise<unknown> {
  const { app, edition } = given.contextValue as Context
  let last = result
  let { revision } = edition
  for (let runs = 1; metChange(last) && runs < mostRuns; runs++) {
    if (!mayRunAgain(given)) return { errors: [tellChanged()] }
    await app.reload(await readRevision(app.pool))
    const newest = app.readEdition()
    last = await runOn(newest, given, executeFn)
    revision = newest.revision
  }
  const isLeft =
    metChange(last) && (findErrors(last).some(isOutdated) || (await readRevision(app.pool)) > revision)
  return isLeft ? { errors: [tellChanged()] } : last
}

async function runOn(edition: Edition, given: ExecutionArgs, executeFn: Execute): Promise<unknown> {
  const context = given.contextValue as Context
  context.traces?.splice(0)
  const schema = await edition.findSchema(context.viewer.roles)
  const errors = validate(schema, given.document, undefined, { maxErrors: mostErrors })
  if (errors.length > 0) return { errors: errors.map(nameInvalid) }
  return await executeFn({ ...given, schema, contextValue: { ...context, edition, levels: new WeakMap() } })
}

function metChange(result: unknown): boolean {
  return findErrors(result).some((error) => isOutdated(error) || isStale(error))
}

/** What the errors of a result came from. */
function findErrors(result: unknown): readonly unknown[] {
  const errors = (result as ExecutionResult).errors ?? []
  return errors.map((error) => (error instanceof GraphQLError ? error.originalError : undefined))
}

/** Several mutations in one request may be half committed; a single one was rolled back. */
function mayRunAgain({ document, operationName }: ExecutionArgs): boolean {
  const operation = getOperationAST(document, operationName)
  if (operation?.operation === 'query') return true
  const selections = operation?.selectionSet.selections ?? []
  return selections.length === 1 && selections[0]?.kind === 'Field'
}

function tellChanged(): GraphQLError {
  const message =
    'The definitions changed while the request ran; look at what was written and send the rest again'
  return new GraphQLError(message, { originalError: fail('CONFLICT', message) })
}
