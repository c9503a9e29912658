// Brings the tables of an app from what definitions asked for to what they ask for now: new names first, then the rest.
import type { Sql } from '../../database/connect.ts'
import type { AppError } from '../../errors.ts'
import { draftRegistry } from '../register.ts'
import type { DefinitionProblem, Registry } from '../registry.ts'
import { applyRename } from '../rename/apply.ts'
import type { Rename } from '../rename/rename.ts'
import { applySteps, findObstacles, listDdl } from './apply.ts'
import { readCatalog } from './catalog.ts'
import { findChanged, listTables, planTables, type Transition } from './plan.ts'
import { tellRefusal } from './refusal.ts'
import { findRenamed, listRenamedTables, planRenames } from './rename.ts'
import type { Step } from './step.ts'

type Refuse = (problems: readonly DefinitionProblem[]) => AppError

/** Changes the tables and gives back the SQL that it took; what is in the way is thrown as `refuse` makes it. */
export async function changeTables(
  sql: Sql,
  { renames, ...given }: Transition & Readonly<{ renames: readonly Rename[] }>,
  refuse: Refuse,
): Promise<readonly string[]> {
  const renamed = await renameTables(sql, given, renames, refuse)
  const transition = { ...given, before: renamed.before }
  const changed = findChanged(transition)
  const steps = planTables(transition, changed, await readCatalog(sql, listTables(changed)))
  return [...renamed.steps, ...(await carryOut(sql, steps, given.after, refuse))]
}

async function renameTables(
  sql: Sql,
  { before, after }: Transition,
  renames: readonly Rename[],
  refuse: Refuse,
): Promise<Readonly<{ before: Registry; steps: readonly string[] }>> {
  if (renames.length === 0) return { before, steps: [] }
  const named = draftRegistry(before.revision, renames.reduce(applyRename, before.definitions)).registry
  const pairs = findRenamed(before, named)
  const steps = planRenames(pairs, await readCatalog(sql, listRenamedTables(pairs)))
  return { before: named, steps: await carryOut(sql, steps, after, refuse) }
}

async function carryOut(
  sql: Sql,
  steps: readonly Step[],
  after: Registry,
  refuse: Refuse,
): Promise<readonly string[]> {
  if (steps.length === 0) return []
  await sql.unsafe("set local lock_timeout = '200ms'")
  const obstacles = await findObstacles(sql, steps)
  if (obstacles.length > 0) throw refuse(obstacles)
  await applySteps(sql, steps).catch((error: unknown) => {
    throw tellRefusal(after, 'The tables cannot follow this change', error)
  })
  return listDdl(steps)
}
