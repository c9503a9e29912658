// Many apps in one process: the heap, the connections, and the time to the first answer of an app that is closed.

import { createHeapProbe } from '../heap.ts'
import { writeApp } from '../memory/definitions.ts'
import { visit } from '../read/database.ts'
import { call } from '../read/targets/metaloom.ts'
import { summarize } from '../statistics.ts'
import type { Place } from './place.ts'

/** Heaps in bytes, times in milliseconds. */
export type Many = Readonly<{
  apps: number
  entities: number
  heap: Readonly<{ before: number; opened: number; used: number }>
  connections: Readonly<{ platform: number; apps: number }>
  first: readonly number[]
  again: readonly number[]
}>

const list = '{ answer: thing0s(first: 5) { totalCount nodes { id } } }'

/** Makes the apps with one process and measures on another, which knows none of them yet. */
export async function measureMany(place: Place, apps: number, entities: number): Promise<Many> {
  const settings = 'database: { pool: 2, connections: 2000, idle_ms: 86400000 }\n'
  const names = Array.from({ length: apps }, (_, index) => `app_${index}`)
  const maker = await place.launch('maker', 'database: { pool: 2, connections: 60, idle_ms: 500 }\n')
  const document = writeApp(entities)
  for (const name of names) {
    await maker.createApp(name)
    await maker.importInto(name, document)
  }
  const heap = await createHeapProbe(place.folder, 'heap')
  const { flags, environment } = heap
  const server = await place.launch('many', settings, { flags, environment })
  const before = await heap.read()
  const ask = async (name: string, query: string): Promise<number> => {
    const started = performance.now()
    await call(server.at(name), query, {})
    return performance.now() - started
  }
  const first: number[] = []
  const again: number[] = []
  for (const name of names) first.push(await ask(name, '{ answer: viewer { id } }'))
  const opened = await heap.read()
  for (const name of names) {
    await ask(name, list)
    again.push(await ask(name, list))
  }
  const used = await heap.read()
  return { apps, entities, heap: { before, opened, used }, connections: await count(place), first, again }
}

async function count({ databaseUrl }: Place): Promise<Many['connections']> {
  const platform = new URL(databaseUrl).pathname.slice(1)
  const [row] = await visit(
    databaseUrl,
    (sql) => sql<{ platform: number; apps: number }[]>`
      select count(*) filter (where datname = ${platform})::int as platform,
        count(*) filter (where datname like ${`${platform}_app%`})::int as apps
      from pg_stat_activity where backend_type = 'client backend'`,
  )
  return row ?? { platform: 0, apps: 0 }
}

export function writeMany({ apps, entities, heap, connections, first, again }: Many): readonly string[][] {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)
  const show = (times: readonly number[]): string => {
    const { median, most } = summarize(times)
    return `${median.toFixed(1)} (most ${most.toFixed(1)})`
  }
  return [
    [`heap of a process that knows ${apps} closed apps, MB`, megabytes(heap.before)],
    [`heap when all are open, ${entities} entities each, MB`, megabytes(heap.opened)],
    ['heap of each open app, MB', megabytes((heap.opened - heap.before) / apps)],
    ['heap of each app that was asked for a list, MB', megabytes((heap.used - heap.before) / apps)],
    ['connections to the databases of the apps', String(connections.apps)],
    ['connections to the platform', String(connections.platform)],
    ['first answer of a closed app, ms: median', show(first)],
    ['a list of an open app, ms: median', show(again)],
  ]
}
