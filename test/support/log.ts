// A log that a test can read.
import { createLog, type Log } from '../../src/log.ts'

export type Line = Readonly<Record<string, unknown> & { level: string; msg: string }>
/** `take` hands out the lines since the last time, those with the message given if there is one; `text` is all there ever was. */
export type ReadableLog = Readonly<{ log: Log; take(message?: string): readonly Line[]; text(): string }>

/** Makes a log at the level. */
export function createReadableLog(level = 'info'): ReadableLog {
  let all = ''
  let taken = 0
  const log = createLog(level, {
    write(line: string) {
      all += line
    },
  })
  return {
    log,
    take(message) {
      const lines = all.slice(taken).split('\n').filter(Boolean)
      taken = all.length
      const read = lines.map((line) => JSON.parse(line) as Line)
      return message === undefined ? read : read.filter(({ msg }) => msg === message)
    },
    text: () => all,
  }
}
