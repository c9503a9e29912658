// Runs subscriptions for Yoga: every event is a request of its own, and an error that ends the stream is its last word.
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLError,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Context } from '../api/context.ts'
import type { Log } from '../log.ts'
import { renderError } from './render-error.ts'

/** A plugin for the data API; `check` refuses what is over a limit. */
export function runSubscriptions(
  log: Log,
  check: (given: ExecutionArgs) => void,
): Plugin<Record<never, never>, Context> {
  return {
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(async (given: ExecutionArgs) => {
        check(given)
        const events = await createSourceEventStream(given)
        return isStream(events) ? runEvents(events, given, log) : events
      })
    },
  }
}

type Stream = AsyncIterableIterator<unknown>

function isStream(found: AsyncIterable<unknown> | ExecutionResult): found is Stream {
  return Symbol.asyncIterator in found
}

/** What relation fields share among parents is for one event only. */
function runEvents(events: Stream, given: ExecutionArgs, log: Log): AsyncIterableIterator<ExecutionResult> {
  const context = given.contextValue as Context
  const render = (error: unknown): GraphQLError => renderError(error, context, log)
  let isOver = false
  const run = async (rootValue: unknown): Promise<ExecutionResult> => {
    const own = { ...given, rootValue, contextValue: { ...context, levels: new WeakMap() } }
    const result = await execute(own)
    return result.errors ? { ...result, errors: result.errors.map(render) } : result
  }
  const over = { value: undefined, done: true } as const
  return {
    async next() {
      if (isOver) return over
      try {
        const event = await events.next()
        return event.done ? over : { value: await run(event.value), done: false }
      } catch (error) {
        isOver = true
        return { value: { errors: [render(error)] }, done: false }
      }
    },
    async return() {
      isOver = true
      await events.return?.()
      return over
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
