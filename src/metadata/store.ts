// Saves a change of definitions: rows, tables, revision and notification in one transaction, or nothing of it.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Pool, run, type Sql } from '../database/connect.ts'
import { sqlState } from '../database/transaction.ts'
import { type AppError, fail, failAll } from '../errors.ts'
import type { RowChanges } from './definition-diff.ts'
import { nameProblem } from './definition-kinds.ts'
import { clearOthers, readStored, type Stored, writeStored } from './definition-rows.ts'
import { type Author, writeHistory } from './history.ts'
import { markQuarantined } from './register.ts'
import type { DefinitionProblem, Definitions, Registry } from './registry.ts'
import { applyRename } from './rename/apply.ts'
import { keepFormerName } from './rename/former.ts'
import type { Rename } from './rename/rename.ts'
import { renameWaiting } from './rename/waiting.ts'
import { changeRights, haveRightsChanged } from './rights.ts'
import { listQuarantined, settle, type Verify } from './settle.ts'
import { nameSides, type UnnamedDefinitions } from './sides.ts'
import { changeTables } from './tables/change.ts'
import type { Drops } from './tables/plan.ts'
import { tellRefusal } from './tables/refusal.ts'

/** Where revisions are announced. */
export const metadataChannel = 'metaloom_metadata'

/** What the definitions shall be; relations that are new have no sides yet. */
export type Edit = Readonly<{
  definitions: UnnamedDefinitions
  drops?: Drops
  /** Entities whose rules and machines are these and no others: rows that were set apart go too. */
  replaced?: readonly string[]
  /** What goes by another name from now on, one after the other; the definitions have the new names already. */
  renames?: readonly Rename[]
}>
/** The revision that was saved, and the DDL that it took. */
export type Saved = Readonly<{ revision: number; steps: readonly string[] }>
export type SaveOptions = Readonly<{
  /** Problems that only the layers above can see. */
  verify: Verify
  /** Where a problem stands in the caller's input; the place by name, such as `entities.<name>.<path>`, when absent. */
  locate?(problem: DefinitionProblem): string
  /** CONFLICT unless the metadata is at this revision. */
  expectRevision?: number
  /** Throws unless the definitions that come of the revision are those that were meant. */
  confirm?(revision: number, after: Registry): void
  /** Runs last inside the transaction, for sample data. */
  within?(sql: Sql, registry: Registry): Promise<void>
  afterCommit?(revision: number): Promise<void>
  /** Who changes the definitions, and why; the system itself when absent. */
  author?: Author
  /** Does everything and rolls it back. */
  dryRun?: boolean
}>

const lockKey = 4_704_823_301
const mostTries = 40
const lockNotAvailable = '55P03'
/** A table is busy, or PostgreSQL chose us to give way: the whole change is tried again. */
const passing = new Set([lockNotAvailable, '40P01', '40001'])

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
      if (!passing.has(sqlState(error) ?? '')) throw error
      if (tries === mostTries) throw refuseBusy('A table that the change needs stays busy')
      await sleep(20 + Math.random() * 100)
    }
  }
}

/** Whether a statement waited too long for a lock. */
export function isBusy(error: unknown): boolean {
  return sqlState(error) === lockNotAvailable
}

/** The error when somebody else holds what a change needs. */
export function refuseBusy(what: string): AppError {
  return fail('CONFLICT', `${what}; nothing was changed, so try again later`)
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
  await takeTurn(sql)
  const stored = await readStored(sql)
  checkRevision(stored.revision, options.expectRevision)
  const before = buildUsable(stored, options.verify)
  const { definitions, drops = {}, replaced = [], renames = [] } = edit(before.definitions)
  const after = buildChecked(stored.revision + 1, nameSides(definitions), options)
  options.confirm?.(stored.revision, after)
  const refuse = (problems: readonly DefinitionProblem[]) => failLocated(problems, options)
  const steps = await changeTables(sql, { before, after, drops, renames }, refuse)
  const changes = await writeStored(sql, before.definitions, after.definitions, renames)
  await renameAll(sql, before.definitions, renames)
  const hasCleared = await clearOthers(sql, replaced, after.definitions)
  const hasChanged = changes.changes.length > 0 || hasCleared || steps.length > 0 || hasMoved(changes)
  if (hasChanged) {
    const { revision } = after
    await announce(sql, revision)
    await writeHistory(sql, { ...changes, revision, drops, renames, steps }, options.author)
  }
  await runWithin(sql, after, options)
  if (hasChanged && haveRightsChanged(before.definitions, after.definitions))
    await changeRights(sql, after.revision)
  return { revision: hasChanged ? after.revision : stored.revision, steps }
}

/** Waits until nobody else changes definitions; who has waited long enough need not try again. */
async function takeTurn(sql: Sql): Promise<void> {
  await sql.unsafe("set local lock_timeout = '10s'; set local statement_timeout = '60s'")
  try {
    await sql.unsafe(`select pg_advisory_xact_lock(${lockKey})`)
  } catch (error) {
    throw isBusy(error) ? refuseBusy('Another change of the metadata takes long') : error
  }
}

function checkRevision(found: number, expected: number | undefined): void {
  if (expected === undefined || expected === found) return
  throw fail(
    'CONFLICT',
    `Expected revision ${expected} of the metadata, found ${found}; read it again and decide anew`,
  )
}

function buildChecked(revision: number, definitions: Definitions, options: SaveOptions): Registry {
  const { registry, problems } = settle(revision, definitions, options.verify)
  if (problems.length > 0) throw failLocated(problems, options)
  return registry
}

function failLocated(
  problems: readonly DefinitionProblem[],
  { locate = nameProblem }: SaveOptions,
): AppError {
  return failAll(
    'VALIDATION_FAILED',
    problems.map((problem) => ({ path: locate(problem), message: problem.message })),
  )
}

/** Foreign keys are looked at here and not at the commit, where nobody could tell what they mean. */
async function runWithin(sql: Sql, registry: Registry, { within }: SaveOptions): Promise<void> {
  if (within === undefined) return
  try {
    await within(sql, registry)
    await sql.unsafe('set constraints all immediate')
  } catch (error) {
    throw tellRefusal(registry, 'The rows do not fit', error)
  }
}

/** Each new name is given to what has all the names before it. */
async function renameAll(sql: Sql, before: Definitions, renames: readonly Rename[]): Promise<void> {
  let definitions = before
  for (const rename of renames) {
    await renameWaiting(sql, definitions, rename)
    await keepFormerName(sql, rename)
    definitions = applyRename(definitions, rename)
  }
}

/** Rows that only changed their places. */
function hasMoved({ orders }: RowChanges): boolean {
  return Object.keys(orders).length > 0
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

function buildUsable({ revision, definitions, quarantined }: Stored, verify: Verify): Registry {
  const { registry, problems, consequences } = settle(revision, definitions, verify)
  const misfits = listQuarantined([...problems, ...consequences])
  return markQuarantined(registry, [...quarantined, ...misfits])
}
