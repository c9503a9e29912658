// Starts the process; the only file that acts when it is imported.
import { readConfig } from './config.ts'
import { AppError } from './errors.ts'
import { hideText } from './log/redact.ts'
import { createLog } from './log.ts'
import { startServer } from './server/start.ts'
import { isStrayWrite } from './server/stray-errors.ts'
import { writeWelcome } from './server/welcome.ts'

try {
  const config = readConfig(process.env, process.cwd())
  const log = createLog(config.logLevel)
  process.on('uncaughtException', (error) => {
    if (isStrayWrite(error))
      return log.warn({ error: String(error) }, 'a connection was closed while it was written to')
    log.fatal({ error: error.stack ?? String(error) }, 'unexpected error')
    process.exit(1)
  })
  const server = await startServer(config, log)
  process.stdout.write(writeWelcome(server, config.admin.email))
  let isStopping = false
  const stop = (signal: NodeJS.Signals): void => {
    if (isStopping) process.exit(1)
    isStopping = true
    // Who stops it by hand is not waiting for a proxy.
    const drained = signal === 'SIGTERM' ? server.drain() : Promise.resolve()
    drained.then(server.stop).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ error: String(error) }, 'stopping failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
} catch (error) {
  const reason =
    error instanceof Error
      ? process.env.METALOOM_LOG_LEVEL === 'debug'
        ? error.stack
        : error.message
      : String(error)
  process.stderr.write(
    `Metaloom could not start. ${error instanceof AppError ? reason : hideText(reason ?? '')}\n`,
  )
  process.exit(1)
}
