// Holds the current edition of one app and follows its metadata: told by notifications, and by a poll behind them.
import { setTimeout as sleep } from 'node:timers/promises'
import type { GraphQLSchema } from 'graphql'
import type { Edition } from '../api/edition.ts'
import { checkNames, type FixedNames } from '../api/generated/names.ts'
import { type Asked, createSchemas, type Schemas } from '../api/schemas.ts'
import type { Limits } from '../config/limits.ts'
import type { Pool } from '../database/connect.ts'
import { follow } from '../database/listen.ts'
import type { Log } from '../log.ts'
import { loadRegistry, metadataChannel, readRevision } from '../metadata/store.ts'

export type Editions = Readonly<{
  read(): Edition
  /** Resolves when this instance serves the revision or a newer one. */
  reload(revision: number): Promise<void>
  /** Milliseconds since this instance last knew that it was up to date. */
  age(): number
  stop(): Promise<void>
}>

export type EditionOptions = Readonly<{
  pool: Pool
  url: string
  fixed: GraphQLSchema
  fixedNames: FixedNames
  limits: Limits
  pollEvery: number
  /** Hears how long each load took, in milliseconds. */
  noteLoad?(milliseconds: number): void
  log: Log
}>

/** Loads the first edition and keeps it new until stopped. */
export async function startEditions(options: EditionOptions): Promise<Editions> {
  const { pool, log } = options
  let current = await loadEdition(options, [])
  let checkedAt = performance.now()
  let running: Promise<void> | undefined
  let restsUntil = 0

  const rebuild = async (): Promise<void> => {
    const started = performance.now()
    const next = await loadEdition(options, current.listRecent(recently))
    if (next.revision > current.revision) current = next
    checkedAt = performance.now()
    options.noteLoad?.(checkedAt - started)
    restsUntil = checkedAt + Math.min(restFor * (checkedAt - started), mostRest)
    log.info({ revision: current.revision, milliseconds: Math.round(checkedAt - started) }, 'edition loaded')
  }
  /** One rebuild at a time; whoever comes while one runs shares the next. */
  const reload = async (revision: number): Promise<void> => {
    while (current.revision < revision) {
      running ??= rebuild().finally(() => {
        running = undefined
      })
      await running
    }
  }
  /** What others have saved may wait a little, so that many saves are one rebuild. */
  const followSaves = async (revision: number): Promise<void> => {
    await running
    const rest = restsUntil - performance.now()
    if (rest > 0) await sleep(rest, undefined, { ref: false })
    await reload(revision)
  }
  const catchUp = async (): Promise<void> => {
    await reload(await readRevision(pool))
    checkedAt = performance.now()
  }
  const report = (error: unknown): void =>
    log.error({ error: String(error) }, 'metadata could not be followed')
  const follower = await follow({
    url: options.url,
    channel: metadataChannel,
    onNotify: (payload) => void followSaves(Number(payload)).catch(report),
    onPoll: () => void catchUp().catch(report),
    pollEvery: options.pollEvery,
    log: report,
  })
  return {
    read: () => current,
    reload,
    age: () => performance.now() - checkedAt,
    stop: () => follower.stop(),
  }
}

/** How many times as long as it took, and how many milliseconds at most, an instance rests between rebuilds for the saves of others. */
const restFor = 9
const mostRest = 500
/** Roles that asked within these milliseconds find their schema ready when an edition comes. */
const recently = 300_000
/** The most milliseconds that this may hold an edition back; who is not ready then waits when asking. */
const mostWarming = 200

type LoadedEdition = Edition & Pick<Schemas, 'listRecent'>

async function loadEdition(
  { pool, fixed, fixedNames, limits }: EditionOptions,
  recent: readonly Asked[],
): Promise<LoadedEdition> {
  const registry = await loadRegistry(pool, (candidate) => checkNames(candidate, fixedNames))
  const { find, listRecent, prepare } = await createSchemas(registry, fixed, limits)
  const until = performance.now() + mostWarming
  for (const asked of recent) if (performance.now() < until) await prepare(asked)
  return Object.freeze({ revision: registry.revision, registry, findSchema: find, listRecent })
}
