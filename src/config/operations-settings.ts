// The settings of those who run the server: what is logged, who may read the figures, where traces go, how it stops.
import {
  addProblem,
  joinPath,
  pick,
  readChoice,
  readObject,
  readText,
  readWhole,
  type Source,
} from '../reader.ts'

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** Times are in milliseconds. */
export type OperationsSettings = Readonly<{
  log: Readonly<{
    /** At which level each request gets its line; `silent` is none. */
    requests: (typeof logLevels)[number]
    /** From which duration on an operation is told of as slow; 0 is never. */
    slowAfter: number
  }>
  metrics: MetricsSettings
  /** Where spans are sent, by OTLP over HTTP; absent means that none are made. */
  tracing?: Readonly<{ endpoint: string; service: string }>
  stop: Readonly<{
    /** How long requests are still taken in after a stop was asked for, so that proxies can look elsewhere. */
    drain: number
    /** How long requests that run may take after that. */
    patience: number
  }>
}>

/** On the server's own port with a token, or on a port of their own, or both. */
export type MetricsSettings = Readonly<{ port?: number; host?: string; token?: string }>

/** The keys of app.yaml that are read here. */
export const operationsKeys = ['log', 'metrics', 'tracing', 'stop'] as const

/** Which of them an environment variable stands for. */
export const operationsVariables: Readonly<Record<string, readonly string[]>> = {
  METALOOM_LOG_REQUESTS: ['log', 'requests'],
  METALOOM_LOG_SLOW_MS: ['log', 'slow_ms'],
  METALOOM_METRICS_PORT: ['metrics', 'port'],
  METALOOM_METRICS_HOST: ['metrics', 'host'],
  METALOOM_METRICS_TOKEN: ['metrics', 'token'],
  OTEL_EXPORTER_OTLP_ENDPOINT: ['tracing', 'endpoint'],
  OTEL_SERVICE_NAME: ['tracing', 'service'],
  METALOOM_DRAIN_MS: ['stop', 'drain_ms'],
  METALOOM_STOP_MS: ['stop', 'patience_ms'],
}

const leastToken = 16
const mostDrain = 300_000

/** Reads those keys; production logs requests, and gives proxies time at a stop. */
export function readOperationsSettings(source: Source, isProduction: boolean): OperationsSettings {
  const log = readPart(source, 'log', ['requests', 'slow_ms'])
  const stop = readPart(source, 'stop', ['drain_ms', 'patience_ms'])
  const tracing = readTracing(source)
  return {
    log: {
      requests: readChoice(log, 'requests', logLevels) ?? (isProduction ? 'info' : 'debug'),
      slowAfter: readWhole(log, 'slow_ms', 0, 3_600_000) ?? 1_000,
    },
    metrics: readMetrics(source),
    ...(tracing === undefined ? {} : { tracing }),
    stop: {
      drain: readWhole(stop, 'drain_ms', 0, mostDrain) ?? (isProduction ? 3_000 : 0),
      patience: readWhole(stop, 'patience_ms', 0, mostDrain) ?? 10_000,
    },
  }
}

function readPart(source: Source, key: string, known: readonly string[]): Source {
  return readObject(pick(source, key) ?? {}, joinPath(source.path, key), source.problems, known)
}

function readMetrics(source: Source): MetricsSettings {
  const metrics = readPart(source, 'metrics', ['port', 'host', 'token'])
  const port = readWhole(metrics, 'port', 0, 65_535)
  const host = readText(metrics, 'host')
  const token = readText(metrics, 'token')
  if (token !== undefined && token.length < leastToken)
    addProblem(metrics, 'token', `must have at least ${leastToken} characters, found ${token.length}`)
  if (host !== undefined && port === undefined)
    addProblem(metrics, 'host', 'is for figures on a port of their own; set the port too')
  return {
    ...(port === undefined ? {} : { port }),
    ...(host === undefined ? {} : { host }),
    ...(token === undefined ? {} : { token }),
  }
}

function readTracing(source: Source): OperationsSettings['tracing'] {
  const tracing = readPart(source, 'tracing', ['endpoint', 'service'])
  const endpoint = readText(tracing, 'endpoint')
  const service = readText(tracing, 'service') ?? 'metaloom'
  if (endpoint === undefined) return undefined
  if (/^https?:\/\//.test(endpoint) && URL.canParse(endpoint))
    return { endpoint: endpoint.replace(/\/$/, ''), service }
  return addProblem(tracing, 'endpoint', 'must be an address such as http://collector:4318')
}
