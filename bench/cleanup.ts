// Undoes what a run has set up, in reverse order, whichever way the run ends.

export type Cleanup = Readonly<{ add(step: () => Promise<void>): void; run(): Promise<void> }>

export function createCleanup(): Cleanup {
  const steps: (() => Promise<void>)[] = []
  const runAll = async (): Promise<void> => {
    for (let step = steps.pop(); step; step = steps.pop()) await step().catch(report)
  }
  let running: Promise<void> | undefined
  return {
    add: (step) => void steps.push(step),
    run: async () => {
      running ??= runAll()
      await running
    },
  }
}

/** Runs `work` and then its cleanup; also when interrupted, when it fails, or after `seconds` at the latest. */
export async function runBounded(seconds: number, work: (cleanup: Cleanup) => Promise<void>): Promise<void> {
  const cleanup = createCleanup()
  let isStopping = false
  const stop = (reason: string): void => {
    if (isStopping) return
    isStopping = true
    process.stderr.write(`Stopped ${reason}\n`)
    void cleanup.run().finally(() => process.exit(1))
  }
  const deadline = setTimeout(() => stop(`after ${seconds} s, which is too long`), seconds * 1_000)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(`by ${signal}`))
  try {
    await work(cleanup)
  } catch (error) {
    if (!isStopping) report(error)
    process.exitCode = 1
  } finally {
    clearTimeout(deadline)
    await cleanup.run()
  }
}

function report(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
}
