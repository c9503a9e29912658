// What a command has around it: where it writes, what it may read, and where it was started.
import { text } from 'node:stream/consumers'

export type Terminal = Readonly<{
  environment: Readonly<Record<string, string | undefined>>
  directory: string
  /** Writes a line of the result to standard output. */
  print(line: string): void
  /** Writes a line for the person who waits, to standard error. */
  tell(line: string): void
  /** All of standard input. */
  readInput(): Promise<string>
}>

/** The terminal of this process. */
export function openTerminal(): Terminal {
  // Who reads only the first lines of what comes through a pipe has what they want.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  return {
    environment: process.env,
    directory: process.cwd(),
    print: (line) => void process.stdout.write(`${line}\n`),
    tell: (line) => void process.stderr.write(`${line}\n`),
    readInput: () => text(process.stdin),
  }
}
