// What a change of the definitions would do, worked out without doing any of it.
import { createHash } from 'node:crypto'
import type { Pool, Sql } from '../database/connect.ts'
import type { Problem } from '../errors.ts'
import { type Changed, listChanged } from './definition-diff.ts'
import { writeDocument } from './document.ts'
import type { DefinitionProblem, Definitions, Registry } from './registry.ts'
import { settle, type Verify } from './settle.ts'
import { nameSides } from './sides.ts'
import { type Edit, isBusy, loadRegistry, refuseBusy } from './store.ts'
import { readCatalog } from './tables/catalog.ts'
import { listPlanned, type PlannedStep } from './tables/lock.ts'
import { findChanged, listTables, planTables } from './tables/plan.ts'
import type { Step } from './tables/step.ts'

/** A change as it would be. With problems it cannot be: then `after` holds only what fits, and there are no steps. */
export type MetadataPlan = Readonly<{
  before: Registry
  after: Registry
  problems: readonly Problem[]
  changes: readonly Changed[]
  steps: readonly PlannedStep[]
}>

export type PlanOptions = Readonly<{
  verify: Verify
  locate(problem: DefinitionProblem): string
}>

/** Plans what an edit would do, on one snapshot of the database, and locks nobody out. Rows are not looked at. */
export async function planChange(
  pool: Pool,
  edit: (current: Definitions) => Edit,
  options: PlanOptions,
): Promise<MetadataPlan> {
  const work = (sql: Sql) => plan(sql, edit, options)
  return await pool.begin('isolation level repeatable read read only', work).catch((error: unknown) => {
    throw isBusy(error) ? refuseBusy('A table that the plan is about is being changed') : error
  })
}

async function plan(
  sql: Sql,
  edit: (current: Definitions) => Edit,
  { verify, locate }: PlanOptions,
): Promise<MetadataPlan> {
  const before = await loadRegistry(sql, verify)
  const { definitions, drops = {} } = edit(before.definitions)
  const settled = settle(before.revision + 1, nameSides(definitions), verify)
  const transition = { before, after: settled.registry, drops }
  const changed = findChanged(transition)
  const steps = planTables(transition, changed, await readCatalog(sql, listTables(changed)))
  const problems = [...settled.problems, ...settled.consequences, ...listProblems(steps)]
  const isGood = problems.length === 0
  return {
    before,
    after: settled.registry,
    problems: problems.map((problem) => ({ path: locate(problem), message: problem.message })),
    changes: isGood ? listChanged(before.definitions, settled.registry.definitions) : [],
    steps: isGood ? await listPlanned(sql, steps) : [],
  }
}

function listProblems(steps: readonly Step[]): readonly DefinitionProblem[] {
  return steps.flatMap((step) => (step.kind === 'problem' ? [step.problem] : []))
}

/** What a plan promises: from which revision, to which definitions, by which rows. */
export type Promised = Readonly<{ revision: number; definitions: Definitions; sampleData: unknown }>

/** Tells one plan from another: the same text means the same change of the same definitions. */
export function hashPlan({ revision, definitions, sampleData }: Promised): string {
  const text = writeDocument(definitions, 'json')
  return createHash('sha256')
    .update(JSON.stringify([revision, text, sampleData]))
    .digest('hex')
}
