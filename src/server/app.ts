// Opens one app: its database, migrated; its users; its editions. And closes it again.
import type { GraphQLSchema } from 'graphql'
import type { App } from '../api/context.ts'
import type { FixedNames } from '../api/generated/names.ts'
import { type Authenticator, createAuthenticator, type VerifyBearer } from '../auth/authenticate.ts'
import { verifyAnyToken } from '../auth/credentials.ts'
import { verifyForeign } from '../auth/foreign-tokens.ts'
import {
  deriveAppSecret,
  deriveCursorKey,
  deriveLinkKey,
  deriveTokenKey,
  deriveWebhookKey,
} from '../auth/tokens.ts'
import { appPeople } from '../auth/users.ts'
import type { Config } from '../config.ts'
import { connect, type Pool } from '../database/connect.ts'
import { checkDatabase } from '../database/databases.ts'
import { migrate } from '../database/migrate.ts'
import { startDeliveries } from '../effects/deliveries.ts'
import { startFeed } from '../effects/feed.ts'
import { findNextDue } from '../effects/next-due.ts'
import { settleRestored } from '../effects/restored.ts'
import { startWorkflows } from '../effects/workflows/runner.ts'
import type { Files } from '../files/files.ts'
import type { Log } from '../log.ts'
import { createSender } from '../outgoing/send.ts'
import { listAnonymousRights, tellRight } from '../pipeline/rights/anonymous-rights.ts'
import { startEditions } from './editions.ts'
import type { FilePlace } from './file-place.ts'
import type { AppMeter } from './metrics/app-meters.ts'
import { startSweeper } from './sweeper.ts'

/** An app that serves; `age` is how long ago it was known to be up to date, in milliseconds. */
export type OpenApp = Readonly<{
  app: App
  authenticator: Authenticator
  age(): number
  /** Ends the subscriptions, which would outlast any other request. */
  endSubscriptions(): Promise<void>
  /** When work of the app is due that nobody asks for; undefined when none is. */
  nextDue(): Promise<Date | undefined>
  /** Resolves to when its next work is due, as of the end. */
  close(): Promise<Date | undefined>
}>

/** Where an app lives, and the salt of its keys. */
export type AppAddress = Readonly<{ name: string; url: string; salt: string }>

/** The most milliseconds until subscriptions learn of what another instance wrote. */
const mostFeedWait = 500

/** What all apps of a process share. */
export type AppSettings = Readonly<{
  config: Config
  secret: string
  fixed: GraphQLSchema
  fixedNames: FixedNames
  /** Verifies tokens of the platform, whose people are guests in every app. */
  verifyPlatform: VerifyBearer
  filePlace: FilePlace
  /** Where the figures of an app go. */
  openMeter(app: string): AppMeter
  log: Log
}>

/** Opens the app whose database the url names, and brings that up to date. */
export async function openApp(address: AppAddress, settings: AppSettings): Promise<OpenApp> {
  const pool = await openPool(address.url, settings.config)
  try {
    return await startApp(address, pool, settings)
  } catch (error) {
    await pool.end({ timeout: 1 })
    throw error
  }
}

async function openPool(url: string, config: Config): Promise<Pool> {
  await checkDatabase(url)
  return connect(url, { max: config.poolSize, prepare: config.prepare })
}

async function startApp(
  { name, url, salt }: AppAddress,
  pool: Pool,
  settings: AppSettings,
): Promise<OpenApp> {
  const { config, fixed, fixedNames, verifyPlatform, filePlace } = settings
  const secret = deriveAppSecret(settings.secret, salt)
  await migrate(pool, 'app')
  const log = settings.log.child({ app: name })
  const restored = await settleRestored(pool)
  if (restored > 0)
    log.warn({ restored }, 'the database was restored; its events are sent as the oldest ones')
  const meter = settings.openMeter(name)
  const { noteLoad } = meter
  const { pollEvery } = config
  const editions = await startEditions({ pool, url, fixed, fixedNames, pollEvery, noteLoad, log })
  const rights = listAnonymousRights(editions.read().registry).map(tellRight)
  if (rights.length > 0) log.info({ rights }, 'callers without a token have rights')
  const readRegistry = () => editions.read().registry
  const tokenKey = deriveTokenKey(secret, name)
  const allowPrivate = config.allowPrivateWebhooks && !config.isProduction
  const authenticator = createAuthenticator({
    verify: verifyAnyToken({ pool, tokenKey }, appPeople, {
      platform: verifyPlatform,
      provider: verifyForeign(pool, { allowPrivate }),
    }),
  })
  const feed = startFeed({
    pool,
    pollEvery: Math.min(config.pollEvery, mostFeedWait),
    log: (error) => log.error({ error: String(error) }, 'changes could not be followed'),
  })
  const reach = { allowPrivate, variables: config.webhooks.variables }
  const post = {
    pool,
    readRegistry,
    reload: editions.reload,
    sender: createSender(reach),
    key: deriveWebhookKey(secret, name),
    retryAfter: config.webhooks.retryAfter,
    noteAttempt: meter.noteAttempt,
  }
  const report = (error: unknown): void => log.error({ error: String(error) }, 'deliveries had a problem')
  // The other half of the connections is for everybody else.
  const slots = Math.max(1, Math.floor(config.poolSize / 2))
  const deliveries = await startDeliveries({ ...post, url, slots, pollEvery: config.pollEvery, log: report })
  const { outside } = deliveries
  const workflows = startWorkflows({ pool, readRegistry, outside, pollEvery: config.pollEvery, log })
  const files: Files = {
    app: name,
    pool,
    ...filePlace,
    limits: config.files.limitsOfApps.get(name) ?? config.files.limits,
    linkKey: deriveLinkKey(secret, name),
    publicUrl: config.files.publicUrl,
  }
  const stopSweeper = startSweeper(files, config.files.sweepEvery, log)
  const app = {
    name,
    pool,
    files,
    tokenKey,
    cursorKey: deriveCursorKey(secret, name),
    readEdition: editions.read,
    reload: editions.reload,
    forgetViewer: authenticator.forget,
    feed,
    wakeWorkflows: workflows.wake,
    allowPrivateAddresses: allowPrivate,
    noteBatch: meter.noteBatch,
    outgoing: { ...post, reach, outside, wakeSending: deliveries.send },
  }
  const nextDue = () => {
    const held = [...readRegistry().webhooks.values()].filter(({ active }) => !active)
    return findNextDue(
      pool,
      held.map(({ id }) => id),
    )
  }
  const close = async (): Promise<Date | undefined> => {
    await feed.stop()
    await workflows.stop()
    await deliveries.stop()
    await stopSweeper()
    await editions.stop()
    try {
      return await nextDue()
    } finally {
      await pool.end({ timeout: 5 })
    }
  }
  return Object.freeze({ app, authenticator, age: editions.age, endSubscriptions: feed.stop, nextDue, close })
}
