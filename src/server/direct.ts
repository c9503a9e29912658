// Answers the admin and platform APIs to a command of this machine: without HTTP, log-in, and anything that an app does by itself.
import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import { type GraphQLError, graphql } from 'graphql'
import type { Context, Platform } from '../api/context.ts'
import type { Viewer } from '../auth/viewer.ts'
import type { Config } from '../config.ts'
import { withDatabase } from '../database/databases.ts'
import { AppError, type ErrorCode, fail, type Problem } from '../errors.ts'
import type { Log } from '../log.ts'
import { suggest } from '../reader.ts'
import { type AppAddress, type OpenApp, openApp } from './app.ts'
import { createApp, deleteApp } from './apps/lifecycle.ts'
import { listApps } from './apps/places.ts'
import { openDatabase } from './database.ts'
import { openFilePlace } from './file-place.ts'
import { buildFixedSchemas } from './fixed-schemas.ts'
import type { AppMeter } from './metrics/app-meters.ts'
import { type OpenPlatform, openPlatform } from './platform.ts'
import { findSecret } from './secret.ts'

/** The two fixed APIs. */
export type Target = Readonly<{ kind: 'platform' } | { kind: 'admin'; app: string }>
export type ReplyError = Readonly<{ code: ErrorCode; message: string; details?: readonly Problem[] }>
export type Reply = Readonly<{ data?: unknown; errors?: readonly ReplyError[] }>

/** Whom a command asks. */
export type Asker = Readonly<{
  ask(target: Target, query: string, variables: Readonly<Record<string, unknown>>): Promise<Reply>
  close(): Promise<void>
}>

type Direct = Asker &
  Readonly<{
    /** The password of the first administrator, when there was no platform before. */
    firstPassword?: string
  }>

/** Opens the platform, which is made when there is none; apps are opened when they are asked. */
export async function openDirect(config: Config, log: Log): Promise<Direct> {
  const undo: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (let step = undo.pop(); step; step = undo.pop()) await step()
  }
  try {
    return { ...(await open(config, log, undo)), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function open(config: Config, log: Log, undo: (() => Promise<void>)[]): Promise<Omit<Direct, 'close'>> {
  const secret = await findSecret(config)
  const filePlace = openFilePlace(config.files)
  const keeping = { secret, storage: filePlace.storage }
  const platform = await openPlatform(await openDatabase(config, log, undo), config, keeping)
  undo.push(platform.close)
  const { firstPassword, verify: verifyPlatform } = platform
  const { accounts: fixed, fixedNames, admin, platform: platformSchema } = buildFixedSchemas(config.limits)
  const openMeter = (): AppMeter => ({ noteLoad() {}, noteBatch() {}, noteAttempt() {} })
  const parts = { config, secret, fixed, fixedNames, verifyPlatform, filePlace, openMeter, log }
  const settings = { ...parts, isAtWork: false }
  const opened = new Map<string, OpenApp>()
  const findApp = async (name: string): Promise<OpenApp> => {
    const known = opened.get(name)
    if (known) return known
    const app = await openApp(await findAddress(platform, name), settings)
    undo.push(async () => void (await app.close()))
    opened.set(name, app)
    return app
  }
  const own = { viewer: describeOperator(config), address: 'command', requestId: randomUUID() }
  return {
    async ask(target, source, variableValues) {
      const request =
        target.kind === 'platform'
          ? { schema: platformSchema, contextValue: { ...own, platform: buildPlatform(platform) } }
          : {
              schema: admin,
              contextValue: { ...own, ...startContext(await findApp(target.app), own.viewer) },
            }
      const { data, errors = [] } = await graphql({ ...request, source, variableValues })
      return { data, errors: errors.map(readError) }
    },
    ...(firstPassword === undefined ? {} : { firstPassword }),
  }
}

/** Whoever has the database and its settings is an administrator; the history and the audit log name the user of the system. */
function describeOperator({ admin }: Config): Viewer {
  const { username: id } = userInfo()
  return { id, email: admin.email, roles: ['admin'], attributes: {}, origin: 'command' }
}

async function findAddress({ registrar }: OpenPlatform, name: string): Promise<AppAddress> {
  const apps = (await listApps(registrar.pool)).filter(({ state }) => state === 'ready')
  const found = apps.find((app) => app.name === name)
  if (found) return { ...found, url: withDatabase(registrar.url, found.database) }
  const names = apps.map((app) => app.name)
  throw fail(
    'NOT_FOUND',
    `There is no app ${JSON.stringify(name)} here${suggest(name, names)}; there are ${names.join(', ')}`,
  )
}

function buildPlatform({ realm, registrar }: OpenPlatform): Platform {
  return {
    ...realm,
    createApp: (app) => createApp(registrar, app),
    deleteApp: (given) => deleteApp(registrar, given, async () => undefined),
  }
}

function startContext(
  { app }: OpenApp,
  viewer: Viewer,
): Pick<Context, 'app' | 'edition' | 'levels' | 'recheckViewer'> {
  return {
    app,
    edition: app.readEdition(),
    levels: new WeakMap(),
    recheckViewer: async () => viewer,
  }
}

/** Nothing is masked: who runs a command may know what went wrong. */
function readError({ originalError, message }: GraphQLError): ReplyError {
  if (!(originalError instanceof AppError)) return { code: 'INTERNAL_SERVER_ERROR', message }
  const { code, details } = originalError
  return { code, message, ...(details === undefined ? {} : { details }) }
}
