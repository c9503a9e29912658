// Says what a command is waiting for: at once, and again as long as it lasts.
import type { Terminal } from './terminal.ts'

/** Milliseconds between two words on the same work. */
const tellEvery = 5_000

/** Does work that may take long. */
export async function withProgress<T>(
  { tell }: Pick<Terminal, 'tell'>,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  const started = performance.now()
  const seconds = (): number => Math.round((performance.now() - started) / 1_000)
  tell(`${what} ...`)
  const timer = setInterval(() => tell(`${what} ... ${seconds()} s`), tellEvery)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}
