// The figures of requests: how many, of which operations, how long, with which errors. Runs for every request, so it only adds.
import { Counter, Histogram, type Registry } from 'prom-client'
import type { Note } from '../../api/note.ts'
import { createNames, type FindName } from './names.ts'
import { createTallies, type OpenTally, type Tally } from './tally.ts'

/** Counts one request that is over; the duration is in seconds. */
export type CountRequest = (note: Note, status: number, seconds: number) => void

const mostApps = 500
const mostOperations = 200
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

type Labels = 'app' | 'api'
/** The numbers of one API of one app, found by what comes with each request. */
type Series = Readonly<{
  labels: Readonly<Record<Labels, string>>
  statuses: Map<number, Tally>
  types: Map<string, Readonly<{ operations: Map<string, Tally>; observe(seconds: number): void }>>
  findName: FindName
}>
type Meters = Readonly<{
  responses: OpenTally<Labels | 'status'>
  operations: OpenTally<Labels | 'type' | 'operation'>
  durations: Histogram<Labels | 'type'>
}>

/** Makes the counters. Names of operations come from clients: the first 200 of an app that known callers send are kept. */
export function createRequestCounter(register: Registry): CountRequest {
  const registers = [register]
  const errors = new Counter({
    name: 'metaloom_errors_total',
    help: 'Errors that were told to clients, by code.',
    labelNames: ['app', 'api', 'code'],
    registers,
  })
  const meters = createMeters(register)
  const findApp = createNames(mostApps)
  const apps = new Map<string, Map<string, Series>>()
  return (note, status, seconds) => {
    const series = findSeries(apps, note.app ?? '', note.api, findApp)
    countStatus(meters, series, status)
    if (note.type !== undefined) countOperation(meters, series, note, seconds)
    if (note.codes) for (const code of note.codes) errors.inc({ ...series.labels, code })
  }
}

function createMeters(register: Registry): Meters {
  return {
    responses: createTallies(register, {
      name: 'metaloom_responses_total',
      help: 'Requests that are over, by the status they were answered with.',
      labelNames: ['app', 'api', 'status'],
    }),
    operations: createTallies(register, {
      name: 'metaloom_operations_total',
      help: 'GraphQL operations that are over, by type and name.',
      labelNames: ['app', 'api', 'type', 'operation'],
    }),
    durations: new Histogram({
      name: 'metaloom_operation_duration_seconds',
      help: 'How long operations took, from the first byte to the last; subscriptions are not measured.',
      labelNames: ['app', 'api', 'type'],
      buckets,
      registers: [register],
    }),
  }
}

function findSeries(
  apps: Map<string, Map<string, Series>>,
  app: string,
  api: string,
  findApp: FindName,
): Series {
  const known = apps.get(app)?.get(api)
  if (known) return known
  const label = app === '' ? '' : findApp(app)
  const byApi = apps.get(label) ?? new Map<string, Series>()
  apps.set(label, byApi)
  const found = byApi.get(api) ?? {
    labels: { app: label, api },
    statuses: new Map(),
    types: new Map(),
    findName: createNames(mostOperations),
  }
  byApi.set(api, found)
  return found
}

function countStatus({ responses }: Meters, { labels, statuses }: Series, status: number): void {
  const known = statuses.get(status)
  const tally = known ?? responses({ ...labels, status: String(status) })
  if (known === undefined) statuses.set(status, tally)
  tally.count++
}

function countOperation(
  { operations, durations }: Meters,
  { labels, types, findName }: Series,
  { type: given, operation = '', isKnown = false }: Note,
  seconds: number,
): void {
  const type: string = given ?? ''
  const known = types.get(type)
  const ofType = known ?? {
    operations: new Map<string, Tally>(),
    observe: durations.labels({ ...labels, type }).observe,
  }
  if (known === undefined) types.set(type, ofType)
  const name = operation === '' ? '' : findName(operation, isKnown)
  const counted = ofType.operations.get(name)
  const tally = counted ?? operations({ ...labels, type, operation: name })
  if (counted === undefined) ofType.operations.set(name, tally)
  tally.count++
  if (type !== 'subscription') ofType.observe(seconds)
}
