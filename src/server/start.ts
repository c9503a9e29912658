// Starts and stops the whole server: database, platform, apps, HTTP; each step undone in reverse order.
import type { Server } from 'node:http'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import { createAnswers } from './answers.ts'
import { openApp } from './app.ts'
import { startDirectory } from './apps/directory.ts'
import { openDatabase } from './database.ts'
import { openFilePlace } from './file-place.ts'
import { buildFixedSchemas } from './fixed-schemas.ts'
import { createHttpServer, listenOn } from './http.ts'
import { openPlatform } from './platform.ts'
import { startReplicas } from './replicas/replicas.ts'
import { findSecret } from './secret.ts'

/** A server that answers; `firstPassword` was generated for the first administrators and is shown once. */
export type RunningServer = Readonly<{
  url: string
  apps: readonly string[]
  firstPassword?: string
  stop(): Promise<void>
}>

/** Starts everything; what was started before a step that fails is stopped again. */
export async function startServer(config: Config, log: Log): Promise<RunningServer> {
  const undo: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (let step = undo.pop(); step; step = undo.pop()) await step()
  }
  try {
    return { ...(await start(config, log, undo)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function start(
  config: Config,
  log: Log,
  undo: (() => Promise<void>)[],
): Promise<Omit<RunningServer, 'stop'>> {
  const secret = await findSecret(config)
  const databaseUrl = await openDatabase(config, log, undo)
  const filePlace = openFilePlace(config.files)
  const platform = await openPlatform(databaseUrl, config, { secret, storage: filePlace.storage })
  undo.push(platform.close)
  const { accounts: fixed, fixedNames, ...schemas } = buildFixedSchemas()
  const { verify: verifyPlatform } = platform
  const replicas = startReplicas({ url: databaseUrl, primary: platform.realm.pool, config, log })
  if (replicas) undo.push(replicas.stop)
  const parts = { config, secret, fixed, fixedNames, verifyPlatform, filePlace, log }
  const settings = { ...parts, replicas, isAtWork: true }
  const apps = await startDirectory({
    registrar: platform.registrar,
    config,
    open: (address) => openApp(address, settings),
    log,
  })
  undo.push(apps.stop)
  const answers = createAnswers({ apps, platform, schemas, config, log })
  const server = createHttpServer({ answers, log })
  const port = await listenOn(server, config.host, config.port)
  undo.push(() => closeServer(server))
  undo.push(apps.endSubscriptions)
  const { firstPassword } = platform
  return {
    url: `http://${nameHost(config.host)}:${port}`,
    apps: apps.listNames(),
    ...(firstPassword === undefined ? {} : { firstPassword }),
  }
}

/** IPv6 addresses stand in brackets; a server on all addresses is shown as localhost. */
function nameHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

/** Lets requests in flight finish, for ten seconds at most. */
async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const force = setTimeout(() => server.closeAllConnections(), 10_000)
  await closed
  clearTimeout(force)
}
