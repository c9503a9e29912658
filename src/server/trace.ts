// Traces of writes: a header asks for them, administrators get them, and they come in the extensions of the reply.
import type { IncomingMessage } from 'node:http'
import type { ExecutionResult } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Context } from '../api/context.ts'
import { isAdmin, type Viewer } from '../auth/viewer.ts'

/** The part of a context that collects traces. */
export type Traced = Pick<Context, 'traces'>

/** A list to collect in, when the request asks for it and the viewer may ask. */
export function startTraces({ headers }: IncomingMessage, viewer: Viewer): Traced {
  return headers['x-metaloom-trace'] === '1' && isAdmin(viewer) ? { traces: [] } : {}
}

/** The result with what was collected. */
export function tellTraces(result: ExecutionResult, { traces }: Traced): ExecutionResult {
  return traces ? { ...result, extensions: { ...result.extensions, trace: traces } } : result
}

/** The same for Yoga. */
export function traceResults(): Plugin<Record<never, never>, Context> {
  return {
    onResultProcess({ result, setResult, serverContext }) {
      if (serverContext.traces === undefined || Array.isArray(result) || Symbol.asyncIterator in result)
        return
      setResult(tellTraces(result, serverContext))
    },
  }
}
