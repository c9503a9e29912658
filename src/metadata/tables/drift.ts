// Where the tables of an app are not what its definitions ask for, because somebody changed them by hand.
import type { Sql } from '../../database/connect.ts'
import { nameProblem } from '../definition-kinds.ts'
import type { Registry } from '../registry.ts'
import { readCatalog } from './catalog.ts'
import { listTables, pairAll, planTables } from './plan.ts'

/** What differs, and the SQL that would mend it where there is such. */
export type Drift = Readonly<{ table: string; message: string }>

/** Looks at all tables of the definitions; what is kept of definitions that are gone is no drift. */
export async function findDrift(sql: Sql, registry: Registry): Promise<readonly Drift[]> {
  const pairs = pairAll(registry)
  const catalog = await readCatalog(sql, listTables(pairs))
  const steps = planTables({ before: registry, after: registry, drops: {} }, pairs, catalog)
  return steps.flatMap((step): readonly Drift[] => {
    if (step.kind === 'probe') return []
    if (step.kind === 'problem') return [{ table: nameProblem(step.problem), message: step.problem.message }]
    return [{ table: step.tables[0] ?? '', message: `lacks: ${step.sql}` }]
  })
}
