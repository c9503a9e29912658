// Watches every request to its end: its figures, its line in the log, and a word when an operation was slow.
import type { ServerResponse } from 'node:http'
import type { Note } from '../api/note.ts'
import type { OperationsSettings } from '../config/operations-settings.ts'
import type { Log } from '../log.ts'
import type { CountRequest } from './metrics/requests.ts'

/** Begins to watch; what is noted until the response is closed is told then. */
export type Watch = (response: ServerResponse, requestId: string) => Note

export type WatchOptions = Readonly<{
  settings: OperationsSettings['log']
  count: CountRequest
  log: Log
}>

/** They are asked every other second: only a bad answer is worth a line. */
const probes = new Set(['alive', 'ready', 'figures'])

/** Makes the watch. */
export function createWatch({ settings, count, log }: WatchOptions): Watch {
  const { requests: level, slowAfter } = settings
  const hasLines = level !== 'silent' && log.isLevelEnabled(level)
  const end = (note: Note, response: ServerResponse, milliseconds: number): void => {
    const { statusCode } = response
    count(note, statusCode, milliseconds / 1_000)
    if (hasLines && (statusCode >= 400 || !probes.has(note.api)))
      log[level](tell(note, response, milliseconds), 'request')
    if (isOperation(note) && slowAfter > 0 && milliseconds >= slowAfter)
      log.warn(tell(note, response, milliseconds), 'slow operation')
  }
  return (response, requestId) => {
    const note: Note = { requestId, api: 'nowhere' }
    const started = performance.now()
    response.once('close', () => end(note, response, performance.now() - started))
    return note
  }
}

/** A subscription lasts as long as its client likes. */
function isOperation({ type }: Note): boolean {
  return type === 'query' || type === 'mutation'
}

function tell(note: Note, response: ServerResponse, milliseconds: number): Record<string, unknown> {
  const { requestId, api, app, type, operation, codes } = note
  return {
    requestId,
    api,
    ...(app === undefined ? {} : { app }),
    ...(type === undefined ? {} : { type }),
    ...(operation === undefined ? {} : { operation }),
    status: response.statusCode,
    ...(codes === undefined ? {} : { codes }),
    ...(response.writableFinished ? {} : { isCutOff: true }),
    milliseconds: Math.round(milliseconds * 10) / 10,
  }
}
