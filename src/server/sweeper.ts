// Sweeps the files of an app now and then; what one sweep does not get done the next one does.
import type { Files } from '../files/files.ts'
import { sweepFiles } from '../files/sweep.ts'
import type { Log } from '../log.ts'

/** Starts sweeping every so many milliseconds; the function returned stops it and waits for a sweep that runs. */
export function startSweeper(files: Files, every: number, log: Log): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  const sweep = async (): Promise<void> => {
    try {
      const count = await sweepFiles(files)
      if (count > 0) log.info({ count }, 'files without a record were removed')
    } catch (error) {
      log.error({ error: String(error) }, 'files could not be swept')
    }
  }
  const timer = setInterval(() => {
    running = running.then(sweep)
  }, every)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await running
  }
}
