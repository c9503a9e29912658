// Facts as JSON lines on standard output; only main, server and effects write them.
import { type DestinationStream, type Logger, pino } from 'pino'
import { hideSecrets } from './log/redact.ts'

export type Log = Logger

/** Makes the process's logger; `level` is one of pino's names, or `silent`. Lines go to standard output unless told otherwise. */
export function createLog(level: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: hideSecrets },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}
