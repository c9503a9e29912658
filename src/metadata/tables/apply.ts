// Carries out a plan inside a transaction: first all probes, on locked tables, then the DDL in few round trips.
import { run, type Sql } from '../../database/connect.ts'
import { quoteName } from '../../database/identifiers.ts'
import type { DefinitionProblem } from '../registry.ts'
import type { Ddl, Found, Probe, Step } from './step.ts'

/** How many statements go over at once. */
const batchSize = 200

/** What rows or definitions stand in the way of a plan; nothing is changed by looking. */
export async function findObstacles(sql: Sql, steps: readonly Step[]): Promise<readonly DefinitionProblem[]> {
  const known = steps.flatMap((step) => (step.kind === 'problem' ? [step.problem] : []))
  if (known.length > 0) return known
  const probes = steps.filter((step): step is Probe => step.kind === 'probe')
  const tables = [...new Set(probes.flatMap((probe) => probe.tables))].sort()
  if (tables.length > 0)
    await sql.unsafe(`lock table ${tables.map(quoteName).join(', ')} in access exclusive mode`)
  const problems: DefinitionProblem[] = []
  for (const probe of probes) {
    const found = await runProbe(sql, probe)
    if (found.count > 0) problems.push(probe.tell(found))
  }
  return problems
}

async function runProbe(sql: Sql, probe: Probe): Promise<Found> {
  if (probe.prepare) await sql.unsafe(probe.prepare)
  const [found] = await run<Found>(sql, { text: probe.sql, values: [] })
  if (probe.clean) await sql.unsafe(probe.clean)
  return found ?? { count: 0, examples: [] }
}

/** The statements of a plan as text, in order. */
export function listDdl(steps: readonly Step[]): readonly string[] {
  return steps.filter((step): step is Ddl => step.kind === 'ddl').map((step) => step.sql)
}

/** Changes the tables. */
export async function applySteps(sql: Sql, steps: readonly Step[]): Promise<void> {
  const statements = listDdl(steps)
  for (let start = 0; start < statements.length; start += batchSize)
    await sql.unsafe(statements.slice(start, start + batchSize).join(';\n'))
}
