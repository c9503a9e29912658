// The one page of a write: every stage in order, one line each. Stages do not know each other; they know the records.
import type { Row, Sql } from '../database/connect.ts'
import { inTransaction, isStale } from '../database/transaction.ts'
import { fail } from '../errors.ts'
import { isOutdated } from '../metadata/rights.ts'
import { awaitSlot, type Calls, endCalls, noSlot, startCalls } from './calls.ts'
import type { Plan } from './plan.ts'
import { type Act, startAct } from './stages/act.ts'
import { askAfter, askBefore, noteWritten } from './stages/ask-webhooks.ts'
import { attachFiles } from './stages/attach.ts'
import { expandRelations } from './stages/children.ts'
import { draftRows } from './stages/draft.ts'
import { recordUses } from './stages/file-uses.ts'
import { followUp } from './stages/follow-up.ts'
import { checkGate } from './stages/gate.ts'
import { writeLinks } from './stages/links.ts'
import { lockRows } from './stages/lock.ts'
import { askRights, blameRights, checkBefore, checkResult, checkRights } from './stages/permission.ts'
import { holdDependents, recomputeDependents } from './stages/recompute.ts'
import { checkReferences } from './stages/references.ts'
import { isUniqueClash, tellRefusal } from './stages/refusal.ts'
import { removeRows } from './stages/remove.ts'
import { checkRestricts } from './stages/restrict.ts'
import { revive } from './stages/revive.ts'
import { runStage, type Stage } from './stages/road.ts'
import { storeRows } from './stages/rows.ts'
import { applyRules, checkAfter } from './stages/rules.ts'
import { writeSlugs } from './stages/slugs.ts'
import { startWorkflows } from './stages/start-workflows.ts'
import { findTargets } from './stages/targets.ts'
import { tellRows } from './stages/tell.ts'
import type { Write } from './stages/writes.ts'
import type { WriteContext } from './write-context.ts'

/** The records that a plan named, as they were written, or as they were before they were deleted; null where the caller may not see one. */
export type Written = Readonly<{ count: number; rows: readonly (Row | null)[] }>

/** The road of every record: those that the caller names, their children, cascades, recomputed parents, what machines make. */
const road: readonly Stage[] = [
  { name: 'gate', run: checkGate },
  { name: 'hold dependents', run: holdDependents },
  { name: 'lock', run: lockRows },
  { name: 'children', run: expandRelations },
  { name: 'revive', run: revive },
  { name: 'references', run: checkReferences },
  { name: 'files', run: attachFiles },
  { name: 'draft', run: draftRows },
  { name: 'permission', run: checkBefore },
  { name: 'rules', run: applyRules },
  { name: 'slugs', run: writeSlugs },
  { name: 'before webhooks', run: askBefore },
  { name: 'rights', run: askRights },
  { name: 'remove', run: removeRows },
  { name: 'store', run: storeRows },
  { name: 'links', run: writeLinks },
  { name: 'uses of files', run: recordUses },
  { name: 'permission of the result', run: checkResult },
  { name: 'after rules', run: checkAfter },
  { name: 'follow up', run: followUp },
  { name: 'recompute', run: recomputeDependents },
  { name: 'after webhooks', run: noteWritten },
  { name: 'start workflows', run: startWorkflows },
]

/** Two that upsert one record at once both find none; the later one finds it the next time. */
const mostTries = 3

/** Carries out a plan in one transaction: all of it, or nothing. */
export async function write(context: WriteContext, plan: Plan): Promise<Written> {
  const { outside, calls = startCalls() } = context
  try {
    const { written, isAwaited, hasStarted } = await runUntilDone(context, plan, calls)
    endCalls(calls, outside, false)
    if (isAwaited) outside?.wake()
    if (hasStarted) context.wakeWorkflows?.()
    return written
  } catch (error) {
    endCalls(calls, outside, isStale(error) || isOutdated(error))
    throw tellRefusal(context, [], error)
  }
}

/** What was written, whether somebody outside waits to be told of it, and whether workflows started. */
type Performed = Readonly<{ written: Written; isAwaited: boolean; hasStarted: boolean }>

async function runUntilDone(context: WriteContext, plan: Plan, calls: Calls): Promise<Performed> {
  for (let tries = 1; ; tries++) {
    try {
      return await inTransaction(context.pool, (sql) => perform(startAct(context, sql, calls), plan))
    } catch (error) {
      if (error === noSlot) await awaitSlot(calls, context.outside)
      else if (plan.kind !== 'upsert' || tries >= mostTries || !isUniqueClash(error)) throw error
    }
  }
}

/**
 * Carries out a plan in a transaction that somebody else began and commits. An error means that all the plan did must be
 * undone; one of PostgreSQL comes as it is, so that whoever holds the transaction can try again. Who hands in `calls` of
 * their own keeps the answers of webhooks for that.
 */
export async function writeWithin(context: WriteContext, sql: Sql, plan: Plan): Promise<Written> {
  const { outside, calls = startCalls() } = context
  try {
    const { written } = await perform(startAct(context, sql, calls), plan)
    return written
  } catch (error) {
    throw error === noSlot
      ? fail('LIMIT_EXCEEDED', 'Too many webhooks are being asked now; try again')
      : error
  } finally {
    endCalls(calls, outside, context.calls !== undefined)
  }
}

async function perform(act: Act, plan: Plan): Promise<Performed> {
  const roots = await findTargets(act, plan)
  try {
    await carryOut(act, roots)
    await checkRestricts(act)
    await checkRights(act, roots)
    await askAfter(act)
  } catch (error) {
    throw await blameRights(act, error)
  }
  const written = { count: roots.length, rows: await tellRows(act, roots) }
  return { written, isAwaited: act.told.size > 0, hasStarted: act.started.length > 0 }
}

/** Sends records down the road, stage by stage, all of them at once. */
async function carryOut(act: Act, roots: readonly Write[]): Promise<void> {
  if (roots.length === 0) return
  for (const stage of road) await runStage(act, stage, roots, carryOut)
}
