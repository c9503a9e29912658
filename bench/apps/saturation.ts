// How one app fares while another is full of requests that wait for a row: p99 of the one, with and without.

import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { visit } from '../read/database.ts'
import { call } from '../read/targets/metaloom.ts'
import { findPercentile, summarize } from '../statistics.ts'
import { defineThing, type Place, type Server } from './place.ts'

/** Percentiles in milliseconds, round by round; `refused` counts what the full app could not take. */
export type Saturation = Readonly<{
  quiet: readonly number[]
  full: readonly number[]
  requests: number
  refused: number
}>
export type SaturationOptions = Readonly<{ rounds: number; seconds: number; slow: number }>

const clients = 4
const list = '{ answer: things(first: 5) { totalCount nodes { label } } }'

export async function measureSaturation(place: Place, options: SaturationOptions): Promise<Saturation> {
  const server = await place.launch('saturation', 'database: { pool: 10 }\n')
  for (const app of ['full', 'other']) {
    await server.createApp(app)
    await server.importInto(app, { entities: [defineThing('thing')] })
    await call(server.at(app), 'mutation { answer: createThing(input: { label: "a" }) { id } }', {})
  }
  await load(server, options.seconds)
  const times = { quiet: [] as number[], full: [] as number[] }
  let requests = 0
  let refused = 0
  for (let round = 0; round < options.rounds; round += 1) {
    const quiet = await load(server, options.seconds)
    const { inner, asked, rejected } = await whileFull(place, server, options)
    times.quiet.push(findPercentile(quiet, 0.99))
    times.full.push(findPercentile(inner, 0.99))
    requests += asked
    refused += rejected
  }
  return { ...times, requests, refused }
}

/** Asks the other app by a few clients at once, each when it has its answer. */
async function load(server: Server, seconds: number): Promise<readonly number[]> {
  const until = performance.now() + seconds * 1_000
  const times: number[] = []
  const ask = async (): Promise<void> => {
    while (performance.now() < until) {
      const started = performance.now()
      await call(server.at('other'), list, {})
      times.push(performance.now() - started)
    }
  }
  await Promise.all(Array.from({ length: clients }, ask))
  return times
}

/** The same while so many requests of the full app wait for a row that somebody holds; who is refused comes again. */
async function whileFull(place: Place, server: Server, { seconds, slow }: SaturationOptions) {
  const letGo = await holdRows(place)
  let [asked, rejected, isOver] = [0, 0, false]
  const wait = async (): Promise<void> => {
    while (!isOver) {
      asked += 1
      const update = 'mutation { answer: updateThings(where: {}, all: true, input: { amount: 1 }) { count } }'
      const isDone = await call(server.at('full'), update, {}).then(
        () => true,
        () => false,
      )
      if (!isDone) rejected += 1
    }
  }
  const waiting = Array.from({ length: slow }, wait)
  await sleep(500)
  const inner = await load(server, seconds)
  isOver = true
  await letGo()
  await Promise.all(waiting)
  return { inner, asked, rejected }
}

async function holdRows({ databaseUrl }: Place): Promise<() => Promise<void>> {
  const [row] = await visit(
    databaseUrl,
    (sql) => sql<{ database: string }[]>`select database from _apps where name = 'full'`,
  )
  const url = new URL(databaseUrl)
  url.pathname = `/${row?.database}`
  const sql = postgres(url.href, { max: 1 })
  const own = await sql.reserve()
  await own`begin`
  await own`select 1 from things for update`
  return async () => {
    await own`commit`
    own.release()
    await sql.end()
  }
}

export function writeSaturation({ quiet, full, requests, refused }: Saturation, slow: number) {
  const show = (times: readonly number[]): string => {
    const { median, least, most } = summarize(times)
    return `${median.toFixed(1)} (${least.toFixed(1)} to ${most.toFixed(1)})`
  }
  const ratios = full.map((time, round) => time / (quiet[round] ?? Number.NaN))
  return [
    ['p99 of an app while others are quiet, ms: median of rounds', show(quiet)],
    [`the same while ${slow} requests of another app wait for a row, ms`, show(full)],
    ['with over without', show(ratios)],
    ['requests of the full app, and how many were refused', `${requests}, ${refused}`],
  ]
}
