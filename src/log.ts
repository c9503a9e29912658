// Facts as JSON lines on standard output; only main, server and effects write them.
import { type Logger, pino } from 'pino'

export type Log = Logger

/** Makes the process's logger; `level` is one of pino's names, or `silent`. */
export function createLog(level: string): Log {
  return pino({
    level,
    base: null,
    redact: ['password', 'token', '*.password', '*.token', 'headers.authorization'],
  })
}
