// Starts and stops the whole server: database, platform, apps, HTTP; each step undone in reverse order.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config.ts'
import type { Pool } from '../database/connect.ts'
import { readServerFacts } from '../database/server-facts.ts'
import type { Log } from '../log.ts'
import { createAnswers } from './answers.ts'
import { openApp } from './app.ts'
import { type Apps, startDirectory } from './apps/directory.ts'
import { closeServer } from './close-server.ts'
import { createCrossSite } from './cross-site.ts'
import { openDatabase } from './database.ts'
import { openFilePlace } from './file-place.ts'
import { buildFixedSchemas } from './fixed-schemas.ts'
import { createHttpServer, listenOn } from './http.ts'
import { createMetrics, type Metrics } from './metrics/metrics.ts'
import { createFiguresServer, type FiguresAnswer } from './metrics/reply.ts'
import { openPlatform } from './platform.ts'
import { createReadiness } from './readiness.ts'
import { startReplicas } from './replicas/replicas.ts'
import { findSecret } from './secret.ts'
import { findConcerns } from './start-checks.ts'
import { createWatch } from './watch.ts'

/** A server that answers; `firstPassword` was generated for the first administrators and is shown once. */
export type RunningServer = Readonly<{
  url: string
  apps: readonly string[]
  firstPassword?: string
  /** Says not ready from now on, and goes on for the time that proxies are given to look elsewhere. */
  drain(): Promise<void>
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
  await startSpans(config, undo)
  const secret = await findSecret(config)
  const databaseUrl = await openDatabase(config, log, undo)
  const filePlace = openFilePlace(config.files)
  const platform = await openPlatform(databaseUrl, config, { secret, storage: filePlace.storage })
  undo.push(platform.close)
  await tellConcerns(platform.realm.pool, config, log)
  const { accounts: fixed, fixedNames, ...schemas } = buildFixedSchemas(config.limits)
  const metrics = createMetrics()
  const { openMeter } = metrics
  const { verify: verifyPlatform } = platform
  const replicas = startReplicas({ url: databaseUrl, primary: platform.realm.pool, config, log })
  if (replicas) undo.push(replicas.stop)
  const parts = { config, secret, fixed, fixedNames, verifyPlatform, filePlace, openMeter, log }
  const settings = { ...parts, replicas, isAtWork: true }
  const apps = await startDirectory({
    registrar: platform.registrar,
    config,
    open: (address) => openApp(address, settings),
    log,
  })
  undo.push(apps.stop)
  const readiness = createReadiness(platform.realm.pool, apps)
  const figures = answerWith(metrics, apps, config)
  const answers = createAnswers({ apps, platform, schemas, readiness, figures, config, log })
  const watch = createWatch({ settings: config.operations.log, count: metrics.countRequest, log })
  const { isDraining } = readiness
  const crossSite = createCrossSite(config.access)
  const server = createHttpServer({ answers, crossSite, watch, isDraining, limits: config.limits, log })
  server.maxConnections = config.limits.sockets
  await startFigures(figures, config, undo)
  const port = await listenOn(server, config.host, config.port)
  undo.push(() => closeServer(server, config.operations.stop.patience))
  undo.push(apps.endSubscriptions)
  undo.push(async () => readiness.startDraining())
  const { firstPassword } = platform
  return {
    url: `http://${nameHost(config.host)}:${port}`,
    apps: apps.listNames(),
    ...(firstPassword === undefined ? {} : { firstPassword }),
    async drain() {
      readiness.startDraining()
      await sleep(config.operations.stop.drain)
    },
  }
}

function answerWith(metrics: Metrics, apps: Apps, config: Config): FiguresAnswer {
  const { contentType } = metrics
  const { isProduction, operations } = config
  return { settings: operations.metrics, isProduction, contentType, write: () => metrics.write(apps) }
}

/** Figures on a port of their own, which is open for as long as anything runs. */
async function startFigures(
  figures: FiguresAnswer,
  config: Config,
  undo: (() => Promise<void>)[],
): Promise<void> {
  const { port, host = config.host } = figures.settings
  if (port === undefined) return
  const server = createFiguresServer(figures)
  await listenOn(server, host, port)
  undo.push(() => closeServer(server, 0))
}

/** What makes spans is loaded only where somebody wants them. */
async function startSpans({ operations }: Config, undo: (() => Promise<void>)[]): Promise<void> {
  if (operations.tracing === undefined) return
  const { startTracing } = await import('./tracing/tracing.ts')
  undo.push(startTracing(operations.tracing))
}

async function tellConcerns(pool: Pool, config: Config, log: Log): Promise<void> {
  const facts = await readServerFacts(pool)
  for (const { check, message } of findConcerns(facts, config)) log.warn({ check }, message)
}

/** IPv6 addresses stand in brackets; a server on all addresses is shown as localhost. */
function nameHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
