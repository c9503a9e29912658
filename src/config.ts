// Reads app.yaml and the environment, checks every value, and freezes the result; the environment wins.
import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { parse } from 'yaml'
import {
  type AccessSettings,
  accessKeys,
  accessVariables,
  readAccessSettings,
} from './config/access-settings.ts'
import { type FileSettings, readFileSettings } from './config/file-settings.ts'
import { type Limits, listLimitKeys, readLimits } from './config/limits.ts'
import {
  logLevels,
  type OperationsSettings,
  operationsKeys,
  operationsVariables,
  readOperationsSettings,
} from './config/operations-settings.ts'
import { readReplicas } from './config/replica-settings.ts'
import { fail, type Problem } from './errors.ts'
import {
  joinPath,
  pick,
  readFlag,
  readList,
  readObject,
  readText,
  readTexts,
  readWhole,
  type Source,
} from './reader.ts'

/** The settings of one server process. Sizes are in bytes, times in milliseconds. */
export type Config = Readonly<{
  isProduction: boolean
  host: string
  port: number
  dataDir: string
  /** Absent means the embedded PostgreSQL. */
  databaseUrl?: string
  /** Addresses of servers that follow that one and may answer queries. */
  replicas: readonly string[]
  /** How long an app stays open that nobody asks. */
  idleAfter: number
  /** False behind a pooler that shares sessions. */
  prepare: boolean
  /** How often each instance looks for changed metadata that no notification told it of. */
  pollEvery: number
  admin: Readonly<{ email: string; password?: string }>
  /** Absent in development until one is made and kept in the data folder. */
  secret?: string
  logLevel: string
  limits: Limits
  /** Lets webhooks reach loopback and private addresses; for development. */
  allowPrivateWebhooks: boolean
  webhooks: Readonly<{
    /** What `{{env.NAME}}` stands for in headers: the variables that the operator listed, with their values. */
    variables: Readonly<Record<string, string>>
  }>
  /** Networks whose proxies may name the address of a client. */
  trustedProxies: readonly string[]
  files: FileSettings
  access: AccessSettings
  operations: OperationsSettings
  /** Whether browsers get a workbench at the addresses of the APIs. */
  workbench: boolean
}>

type Environment = Readonly<Record<string, string | undefined>>

const leastSecret = 32
const keys = [
  'host',
  'port',
  'data_dir',
  'database',
  'admin',
  'secret',
  'log_level',
  'limits',
  'http',
  'auth',
  'allow_private_webhooks',
  'webhooks',
  'trusted_proxies',
  'files',
  's3',
  ...accessKeys,
  ...operationsKeys,
  'workbench',
] as const

/** Which key of app.yaml an environment variable stands for. */
const variables: Readonly<Record<string, readonly string[]>> = {
  HOST: ['host'],
  PORT: ['port'],
  DATABASE_URL: ['database', 'url'],
  DATABASE_REPLICAS: ['database', 'replicas'],
  METALOOM_DATA_DIR: ['data_dir'],
  METALOOM_ADMIN_EMAIL: ['admin', 'email'],
  METALOOM_ADMIN_PASSWORD: ['admin', 'password'],
  METALOOM_SECRET: ['secret'],
  METALOOM_LOG_LEVEL: ['log_level'],
  METALOOM_ALLOW_PRIVATE_WEBHOOKS: ['allow_private_webhooks'],
  METALOOM_WEBHOOK_ENV: ['webhooks', 'env'],
  METALOOM_WEBHOOK_RETRY_MS: ['webhooks', 'retry_ms'],
  METALOOM_TRUSTED_PROXIES: ['trusted_proxies'],
  METALOOM_WORKBENCH: ['workbench'],
  METALOOM_FILES_DIR: ['files', 'path'],
  METALOOM_PUBLIC_URL: ['files', 'public_url'],
  METALOOM_S3_ENDPOINT: ['s3', 'endpoint'],
  METALOOM_S3_REGION: ['s3', 'region'],
  METALOOM_S3_BUCKET: ['s3', 'bucket'],
  METALOOM_S3_ACCESS_KEY_ID: ['s3', 'access_key_id'],
  METALOOM_S3_SECRET_ACCESS_KEY: ['s3', 'secret_access_key'],
  ...accessVariables,
  ...operationsVariables,
}

/** Reads the settings for a process started in `directory`; names every wrong value with its path at once. */
export function readConfig(environment: Environment, directory: string): Config {
  const problems: Problem[] = []
  const merged = merge(readFile(resolve(directory, 'app.yaml')), environment)
  const config = readSettings(readObject(merged, '', problems, keys), environment, directory)
  checkProduction(config, problems)
  if (problems.length === 0) return Object.freeze(config)
  const lines = problems.map(({ path, message }) => `  ${nameOrigin(path, environment)}: ${message}`)
  throw fail('VALIDATION_FAILED', `The configuration is not usable:\n${lines.join('\n')}`, problems)
}

function readFile(path: string): unknown {
  if (!existsSync(path)) return {}
  try {
    return parse(readFileSync(path, 'utf8')) ?? {}
  } catch (error) {
    throw fail(
      'VALIDATION_FAILED',
      `app.yaml is not readable as YAML: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

/** Lays the environment over the file; numbers and flags come as text there. */
function merge(file: unknown, environment: Environment): unknown {
  if (typeof file !== 'object' || file === null || Array.isArray(file)) return file
  const merged: Record<string, unknown> = structuredClone(file) as Record<string, unknown>
  for (const [variable, [outer = '', inner]] of Object.entries(variables)) {
    const text = environment[variable]
    if (text === undefined || text === '') continue
    const value = readVariable(inner ?? outer, text)
    if (inner === undefined) merged[outer] = value
    else merged[outer] = { ...(merged[outer] as object | undefined), [inner]: value }
  }
  return merged
}

function readVariable(key: string, text: string): unknown {
  if (key === 'port' || key.endsWith('_ms')) return /^\d+$/.test(text) ? Number(text) : text
  if (key === 'allow_private_webhooks' || key === 'workbench')
    return text === '1' || text === 'true' ? true : text === '0' || text === 'false' ? false : text
  if (key === 'trusted_proxies' || key === 'env' || key === 'replicas' || key === 'origins')
    return text.split(',').map((item) => item.trim())
  return text
}

function readPart(source: Source, key: string, known: readonly string[]): Source {
  return readObject(pick(source, key) ?? {}, joinPath(source.path, key), source.problems, known)
}

function readSettings(source: Source, environment: Environment, directory: string): Config {
  const isProduction = environment.NODE_ENV === 'production'
  const database = readPart(source, 'database', [
    'url',
    'idle_ms',
    'prepare',
    'poll_ms',
    'replicas',
    ...listLimitKeys('database'),
  ])
  const admin = readPart(source, 'admin', ['email', 'password'])
  const webhooks = readPart(source, 'webhooks', ['env', ...listLimitKeys('webhooks')])
  for (const part of ['limits', 'http', 'auth']) readPart(source, part, listLimitKeys(part))
  const limits = readLimits(source)
  const dataDir = resolve(directory, readText(source, 'data_dir') ?? '.metaloom')
  return {
    isProduction,
    host: readText(source, 'host') ?? (isProduction ? '0.0.0.0' : '127.0.0.1'),
    port: readWhole(source, 'port', 0, 65_535) ?? 4000,
    dataDir,
    ...optional('databaseUrl', readUrl(database)),
    replicas: readReplicas(database),
    idleAfter: readWhole(database, 'idle_ms', 100, 86_400_000) ?? 600_000,
    prepare: readFlag(database, 'prepare') ?? true,
    pollEvery: readWhole(database, 'poll_ms', 100, 60_000) ?? 2_000,
    admin: { email: readEmail(admin) ?? 'admin@example.com', ...optional('password', readPassword(admin)) },
    ...optional('secret', readText(source, 'secret')),
    logLevel: readLevel(source) ?? 'info',
    limits,
    allowPrivateWebhooks: readFlag(source, 'allow_private_webhooks') ?? false,
    webhooks: { variables: readVariables(webhooks, environment) },
    trustedProxies: readList(source, 'trusted_proxies', readNetwork(source.problems)) ?? [],
    files: readFileSettings(source, directory, dataDir, limits),
    access: readAccessSettings(source, directory, isProduction),
    operations: readOperationsSettings(source, isProduction),
    workbench: readFlag(source, 'workbench') ?? !isProduction,
  }
}

/** The variables that are listed, each of which must be set: one line of text, as a header can hold. */
function readVariables(source: Source, environment: Environment): Readonly<Record<string, string>> {
  const entries = readTexts(source, 'env')?.map((name, index) => {
    const value = environment[name]
    const path = joinPath('env', index)
    if (!/^\w+$/.test(name))
      addMessage(source, path, `must be the name of a variable, found ${JSON.stringify(name)}`)
    else if (value === undefined || value === '') addMessage(source, path, `names ${name}, which is not set`)
    else if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      addMessage(source, path, `names ${name}, whose value is not one line of Latin-1 characters`)
    return [name, value ?? ''] as const
  })
  return Object.fromEntries(entries ?? [])
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: string })
}

function addMessage(source: Source, key: string, message: string): undefined {
  source.problems.push({ path: joinPath(source.path, key), message })
  return undefined
}

function readUrl(source: Source): string | undefined {
  const url = readText(source, 'url')
  if (url === undefined) return undefined
  const isUsable = /^postgres(ql)?:\/\//.test(url) && URL.canParse(url)
  return isUsable
    ? url
    : addMessage(source, 'url', 'must be an address such as postgres://user:password@host:5432/metaloom')
}

function readEmail(source: Source): string | undefined {
  const email = readText(source, 'email')
  if (email === undefined || /^[^@\s]+@[^@\s]+$/.test(email)) return email
  return addMessage(source, 'email', `must be an e-mail address, found ${JSON.stringify(email)}`)
}

function readPassword(source: Source): string | undefined {
  const password = readText(source, 'password')
  if (password === undefined || (password.length >= 8 && password.length <= 200)) return password
  return addMessage(source, 'password', `must have 8 to 200 characters, found ${password.length}`)
}

function readLevel(source: Source): string | undefined {
  const level = readText(source, 'log_level')
  if (level === undefined || logLevels.some((known) => known === level)) return level
  return addMessage(
    source,
    'log_level',
    `must be one of ${logLevels.join(', ')}; found ${JSON.stringify(level)}`,
  )
}

function readNetwork(problems: Problem[]): (item: unknown, path: string) => string | undefined {
  return (item, path) => {
    if (typeof item === 'string' && isNetwork(item)) return item
    const found = JSON.stringify(item)
    problems.push({ path, message: `must be an address or a network such as 10.0.0.0/8, found ${found}` })
    return undefined
  }
}

/** A network such as `10.0.0.0/8`, or one address. */
function isNetwork(text: string): boolean {
  const [, address = '', length = '0'] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const kind = isIP(address)
  return kind !== 0 && Number(length) <= (kind === 6 ? 128 : 32)
}

function checkProduction(config: Config, problems: Problem[]): void {
  const found = config.secret?.length ?? 0
  const isWeak = config.secret !== undefined && new Set(config.secret).size < 8
  if (config.secret !== undefined && (found < leastSecret || isWeak))
    problems.push({
      path: 'secret',
      message: `must be random text of at least ${leastSecret} characters, found ${found < leastSecret ? found : 'one that repeats itself'}`,
    })
  if (config.isProduction && config.secret === undefined)
    problems.push({
      path: 'secret',
      message: `is missing; production needs random text of at least ${leastSecret} characters`,
    })
}

function nameOrigin(path: string, environment: Environment): string {
  // A variable holds a whole list.
  const owner = path.replace(/\[\d+\]$/, '')
  const found = Object.entries(variables).find(([, parts]) => parts.join('.') === owner)
  if (found === undefined) return `app.yaml ${path}`
  return environment[found[0]] ? found[0] : `app.yaml ${path} (or ${found[0]})`
}
