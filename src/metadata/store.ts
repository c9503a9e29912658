// Saves a change of definitions: rows, tables, revision and notification in one transaction, or nothing of it.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Pool, run, type Sql } from '../database/connect.ts'
import { sqlState } from '../database/transaction.ts'
import { fail, failAll } from '../errors.ts'
import { checkDefinitions } from './check.ts'
import { readStored, type Stored, writeStored } from './definition-rows.ts'
import type { Entity } from './entity.ts'
import {
  buildRegistry,
  type DefinitionProblem,
  type Definitions,
  type Quarantined,
  type Registry,
  type Sides,
} from './registry.ts'
import type { Relation } from './relation.ts'
import { nameSides } from './sides.ts'
import { applySteps, findObstacles, listDdl } from './tables/apply.ts'
import { readCatalog } from './tables/catalog.ts'
import { type Drops, findChanged, planTables } from './tables/plan.ts'

/** Where revisions are announced. */
export const metadataChannel = 'metaloom_metadata'

/** What the definitions shall be; relations that are new have no sides yet. */
export type Edit = Readonly<{
  definitions: Readonly<{
    entities: readonly Entity[]
    relations: readonly (Relation & Readonly<{ sides?: Sides }>)[]
  }>
  drops?: Drops
}>
/** The revision that was saved, and the DDL that it took. */
export type Saved = Readonly<{ revision: number; steps: readonly string[] }>
export type Verify = (registry: Registry) => readonly DefinitionProblem[]
export type SaveOptions = Readonly<{
  /** Problems that only the layers above can see. */
  verify: Verify
  /** Where a problem stands in the caller's input; `entities.<name>.<path>` when absent. */
  locate?(problem: DefinitionProblem): string
  /** CONFLICT unless the metadata is at this revision. */
  expectRevision?: number
  /** Runs last inside the transaction, for sample data. */
  within?(sql: Sql, registry: Registry): Promise<void>
  afterCommit?(revision: number): Promise<void>
  /** Does everything and rolls it back. */
  dryRun?: boolean
}>

const lockKey = 4_704_823_301
const mostTries = 40
/** A table is busy, or PostgreSQL chose us to give way: the whole change is tried again. */
const passing = new Set(['55P03', '40P01', '40001'])

/** Saves what `edit` makes of the current definitions; an edit that changes nothing raises no revision. */
export async function saveMetadata(
  pool: Pool,
  edit: (current: Definitions) => Edit,
  options: SaveOptions,
): Promise<Saved> {
  const saved = await retry(() =>
    inTransaction(pool, options.dryRun === true, (sql) => save(sql, edit, options)),
  )
  if (!options.dryRun) await options.afterCommit?.(saved.revision)
  return saved
}

async function retry(work: () => Promise<Saved>): Promise<Saved> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!passing.has(sqlState(error) ?? '')) throw tellRefusal(error)
      if (tries === mostTries)
        throw fail(
          'CONFLICT',
          'A table that the change needs stays busy; nothing was changed, so try again later',
        )
      await sleep(20 + Math.random() * 100)
    }
  }
}

/** What rows contradict although the probes saw nothing came in between. */
function tellRefusal(error: unknown): unknown {
  const state = sqlState(error)
  if (state === undefined || !state.startsWith('23') || !(error instanceof Error)) return error
  return fail('VALIDATION_FAILED', `The rows there are do not allow this change: ${error.message}`)
}

/** Carries the result of a dry run out of the transaction that it rolls back. */
const rolledBack = Symbol('rolled back')

async function inTransaction(
  pool: Pool,
  isDryRun: boolean,
  work: (sql: Sql) => Promise<Saved>,
): Promise<Saved> {
  let saved: Saved | undefined
  try {
    return (await pool.begin(async (sql) => {
      saved = await work(sql)
      if (isDryRun) throw rolledBack
      return saved
    })) as Saved
  } catch (error) {
    if (error === rolledBack && saved) return saved
    throw error
  }
}

async function save(sql: Sql, edit: (current: Definitions) => Edit, options: SaveOptions): Promise<Saved> {
  await sql.unsafe(
    `set local lock_timeout = '10s'; set local statement_timeout = '60s'; select pg_advisory_xact_lock(${lockKey})`,
  )
  const stored = await readStored(sql)
  checkRevision(stored.revision, options.expectRevision)
  const before = buildUsable(stored, options.verify)
  const { definitions, drops } = edit(before.definitions)
  const after = buildChecked(stored.revision + 1, nameSides(definitions), options)
  const steps = await changeTables(sql, before, after, drops ?? {}, options)
  const hasChanged = (await writeStored(sql, before.definitions, after.definitions)) || steps.length > 0
  if (hasChanged) await announce(sql, after.revision)
  await options.within?.(sql, after)
  return { revision: hasChanged ? after.revision : stored.revision, steps }
}

function checkRevision(found: number, expected: number | undefined): void {
  if (expected === undefined || expected === found) return
  throw fail(
    'CONFLICT',
    `Expected revision ${expected} of the metadata, found ${found}; read it again and decide anew`,
  )
}

function buildChecked(revision: number, definitions: Definitions, options: SaveOptions): Registry {
  const problems = checkDefinitions(definitions)
  if (problems.length > 0) throw failLocated(problems, options)
  const registry = buildRegistry(revision, definitions)
  const more = options.verify(registry)
  if (more.length > 0) throw failLocated(more, options)
  return registry
}

function failLocated(problems: readonly DefinitionProblem[], { locate = locateByName }: SaveOptions): Error {
  return failAll(
    'VALIDATION_FAILED',
    problems.map((problem) => ({ path: locate(problem), message: problem.message })),
  )
}

function locateByName({ kind, name, path }: DefinitionProblem): string {
  return `${kind === 'entity' ? 'entities' : 'relations'}.${name}.${path}`
}

async function changeTables(
  sql: Sql,
  before: Registry,
  after: Registry,
  drops: Drops,
  options: SaveOptions,
): Promise<readonly string[]> {
  const tables = findChanged(before, after).map(({ name }) => name)
  const steps = planTables(before, after, await readCatalog(sql, tables), drops)
  if (steps.length === 0) return []
  await sql.unsafe("set local lock_timeout = '200ms'")
  const obstacles = await findObstacles(sql, steps)
  if (obstacles.length > 0) throw failLocated(obstacles, options)
  await applySteps(sql, steps)
  return listDdl(steps)
}

async function announce(sql: Sql, revision: number): Promise<void> {
  await run(sql, { text: 'update _metadata set revision = $1, changed_at = now()', values: [revision] })
  await run(sql, { text: 'select pg_notify($1, $2)', values: [metadataChannel, String(revision)] })
}

/** The revision of the definitions that the database holds. */
export async function readRevision(sql: Sql): Promise<number> {
  const [row] = await run<{ revision: number }>(sql, { text: 'select revision from _metadata', values: [] })
  return row?.revision ?? 0
}

/** Reads the registry; definitions that do not read or do not fit are set apart, and the rest serves. */
export async function loadRegistry(sql: Sql, verify: Verify): Promise<Registry> {
  return buildUsable(await readStored(sql), verify)
}

/** Sets apart what has problems, and what leans on that, until the rest fits. */
function buildUsable(stored: Stored, verify: Verify): Registry {
  let { definitions } = stored
  const quarantined: Quarantined[] = [...stored.quarantined]
  for (;;) {
    const misfits = checkDefinitions(definitions)
    const registry =
      misfits.length === 0 ? buildRegistry(stored.revision, definitions, quarantined) : undefined
    const problems = registry ? verify(registry) : misfits
    if (registry && problems.length === 0) return registry
    for (const problem of problems) quarantine(quarantined, problem)
    definitions = without(definitions, problems)
  }
}

function quarantine(quarantined: Quarantined[], { kind, name, path, message }: DefinitionProblem): void {
  const at = quarantined.findIndex((each) => each.kind === kind && each.name === name)
  const messages = [...(quarantined[at]?.messages ?? []), `${path} ${message}`]
  quarantined.splice(at < 0 ? quarantined.length : at, at < 0 ? 0 : 1, { kind, name, messages })
}

function without({ entities, relations }: Definitions, problems: readonly DefinitionProblem[]): Definitions {
  const named = (kind: string) =>
    new Set(problems.filter((problem) => problem.kind === kind).map(({ name }) => name))
  const [badEntities, badRelations] = [named('entity'), named('relation')]
  return {
    entities: entities.filter(({ name }) => !badEntities.has(name)),
    relations: relations.filter(({ source, name }) => !badRelations.has(`${source}.${name}`)),
  }
}
