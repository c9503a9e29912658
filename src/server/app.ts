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
  derivePositionKey,
  deriveTokenKey,
  deriveWebhookKey,
} from '../auth/tokens.ts'
import { appPeople } from '../auth/users.ts'
import type { Config } from '../config.ts'
import { connect, type Pool } from '../database/connect.ts'
import { checkDatabase } from '../database/databases.ts'
import { migrate } from '../database/migrate.ts'
import { startFeed } from '../effects/feed.ts'
import { findNextDue } from '../effects/next-due.ts'
import { settleRestored } from '../effects/restored.ts'
import type { Files } from '../files/files.ts'
import { findSweepDue } from '../files/sweep.ts'
import type { Log } from '../log.ts'
import type { Registry } from '../metadata/registry.ts'
import { createSender } from '../outgoing/send.ts'
import { listAnonymousRights, tellRight } from '../pipeline/rights/anonymous-rights.ts'
import { startEditions } from './editions.ts'
import type { FilePlace } from './file-place.ts'
import type { AppMeter } from './metrics/app-meters.ts'
import type { Reader, Replicas } from './replicas/replicas.ts'
import { leaveWork, startWork } from './work.ts'

/** An app that serves; `age` is how long ago it was known to be up to date, in milliseconds. */
export type OpenApp = Readonly<{
  app: App
  authenticator: Authenticator
  age(): number
  /** Finds replicas for queries; absent when there are none. */
  reader?: Reader
  /** Seals the positions that clients carry. */
  positionKey: Buffer
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
  /** Whether this process does what the apps do by themselves. */
  isAtWork: boolean
  replicas?: Replicas | undefined
}>

/** Opens the app whose database the url names, and brings that up to date; what was started before a step that fails is stopped. */
export async function openApp(address: AppAddress, settings: AppSettings): Promise<OpenApp> {
  const undo: (() => Promise<void>)[] = []
  try {
    return await startApp(address, settings, undo)
  } catch (error) {
    await stopAll(undo)
    throw error
  }
}

async function stopAll(undo: (() => Promise<void>)[]): Promise<void> {
  for (let step = undo.pop(); step; step = undo.pop()) await step()
}

async function openPool(url: string, config: Config): Promise<Pool> {
  await checkDatabase(url)
  return connect(url, { max: config.limits.pool, prepare: config.prepare, limits: config.limits })
}

async function startApp(
  { name, url, salt }: AppAddress,
  settings: AppSettings,
  undo: (() => Promise<void>)[],
): Promise<OpenApp> {
  const { config, fixed, fixedNames, verifyPlatform, filePlace } = settings
  const { limits } = config
  const secret = deriveAppSecret(settings.secret, salt)
  const pool = await openPool(url, config)
  const endPool = () => pool.end({ timeout: 5 })
  undo.push(endPool)
  await migrate(pool, 'app')
  const log = settings.log.child({ app: name })
  const restored = await settleRestored(pool)
  if (restored > 0)
    log.warn({ restored }, 'the database was restored; its events are sent as the oldest ones')
  const meter = settings.openMeter(name)
  const { noteLoad } = meter
  const { pollEvery } = config
  const editions = await startEditions({ pool, url, fixed, fixedNames, limits, pollEvery, noteLoad, log })
  undo.push(editions.stop)
  tellAnonymousRights(editions.read().registry, log)
  const readRegistry = () => editions.read().registry
  const tokenKey = deriveTokenKey(secret, name)
  const allowPrivate = config.allowPrivateWebhooks && !config.isProduction
  const authenticator = createAuthenticator({
    verify: verifyAnyToken({ pool, tokenKey }, appPeople, {
      platform: verifyPlatform,
      provider: verifyForeign(pool, { allowPrivate }),
    }),
  })
  const reach = { allowPrivate, variables: config.webhooks.variables, mostReply: limits.replyBytes }
  const post = {
    pool,
    readRegistry,
    reload: editions.reload,
    sender: createSender(reach),
    key: deriveWebhookKey(secret, name),
    limits,
    noteAttempt: meter.noteAttempt,
  }
  const files: Files = {
    app: name,
    pool,
    ...filePlace,
    limits: config.files.limitsOfApps.get(name) ?? config.files.limits,
    linkKey: deriveLinkKey(secret, name),
    publicUrl: config.files.publicUrl,
  }
  const parts = { post, files, url, config, log }
  const work = settings.isAtWork ? await startWork(parts, undo) : leaveWork(parts)
  const feed = startFeed({
    pool,
    limits,
    pollEvery: Math.min(pollEvery, mostFeedWait),
    log: (error) => log.error({ error: String(error) }, 'changes could not be followed'),
  })
  undo.push(feed.stop)
  const reader = settings.replicas?.open(url, pool)
  if (reader) undo.push(reader.stop)
  const app = {
    name,
    pool,
    limits,
    files,
    tokenKey,
    cursorKey: deriveCursorKey(secret, name),
    readEdition: editions.read,
    reload: editions.reload,
    forgetViewer: authenticator.forget,
    feed,
    wakeWorkflows: work.wakeWorkflows,
    allowPrivateAddresses: allowPrivate,
    noteBatch: meter.noteBatch,
    outgoing: { ...post, reach, outside: work.outside, wakeSending: work.wakeSending },
  }
  const nextDue = async (): Promise<Date | undefined> => {
    const dates = [await findNextDue(pool, listHeld(readRegistry())), await findSweepDue(pool)]
    return dates.filter((date) => date !== undefined).sort((one, other) => Number(one) - Number(other))[0]
  }
  const close = async (): Promise<Date | undefined> => {
    await stopAll(undo.splice(1))
    try {
      return await nextDue()
    } finally {
      await endPool()
    }
  }
  return Object.freeze({
    app,
    authenticator,
    age: editions.age,
    ...(reader ? { reader } : {}),
    positionKey: derivePositionKey(secret, name),
    endSubscriptions: feed.stop,
    nextDue,
    close,
  })
}

function tellAnonymousRights(registry: Registry, log: Log): void {
  const rights = listAnonymousRights(registry).map(tellRight)
  if (rights.length > 0) log.info({ rights }, 'callers without a token have rights')
}

/** Deliveries to webhooks that are switched off wait for somebody, not for a time. */
function listHeld({ webhooks }: Registry): readonly string[] {
  return [...webhooks.values()].filter(({ active }) => !active).map(({ id }) => id)
}
