// Opens one app: its database, migrated; its users; its editions. And closes it again.
import type { GraphQLSchema } from 'graphql'
import type { App } from '../api/context.ts'
import type { FixedNames } from '../api/generated/names.ts'
import { type Authenticator, createAuthenticator, type VerifyBearer } from '../auth/authenticate.ts'
import { verifyAnyToken } from '../auth/credentials.ts'
import { verifyForeign } from '../auth/foreign-tokens.ts'
import { deriveCursorKey, deriveLinkKey, deriveTokenKey, deriveWebhookKey } from '../auth/tokens.ts'
import { appPeople } from '../auth/users.ts'
import type { Config } from '../config.ts'
import { connect } from '../database/connect.ts'
import { ensureDatabase } from '../database/databases.ts'
import { migrate } from '../database/migrate.ts'
import { startDeliveries } from '../effects/deliveries.ts'
import { startFeed } from '../effects/feed.ts'
import { startWorkflows } from '../effects/workflows/runner.ts'
import type { Files } from '../files/files.ts'
import type { Log } from '../log.ts'
import { createSender } from '../outgoing/send.ts'
import { listAnonymousRights, tellRight } from '../pipeline/anonymous-rights.ts'
import { startEditions } from './editions.ts'
import type { FilePlace } from './file-place.ts'
import { startSweeper } from './sweeper.ts'

/** An app that serves; `age` is how long ago it was known to be up to date, in milliseconds. */
export type OpenApp = Readonly<{
  app: App
  authenticator: Authenticator
  age(): number
  /** Ends the subscriptions, which would outlast any other request. */
  endSubscriptions(): Promise<void>
  close(): Promise<void>
}>

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
  log: Log
}>

/** Opens the app whose database the url names, and makes what of it is missing. */
export async function openApp(name: string, url: string, settings: AppSettings): Promise<OpenApp> {
  const { config, secret, fixed, fixedNames, verifyPlatform, filePlace } = settings
  await ensureDatabase(url)
  const pool = connect(url, { max: config.poolSize, prepare: config.prepare })
  await migrate(pool, 'app')
  const log = settings.log.child({ app: name })
  const editions = await startEditions({ pool, url, fixed, fixedNames, pollEvery: config.pollEvery, log })
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
    outgoing: { ...post, reach, outside, wakeSending: deliveries.send },
  }
  const close = async (): Promise<void> => {
    await feed.stop()
    await workflows.stop()
    await deliveries.stop()
    await stopSweeper()
    await editions.stop()
    await pool.end({ timeout: 5 })
  }
  return Object.freeze({ app, authenticator, age: editions.age, endSubscriptions: feed.stop, close })
}
