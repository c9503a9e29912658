// Carries out a plan inside a transaction: first all probes, on locked tables, then the DDL, both in few round trips.
import type { Row, Sql } from '../../database/connect.ts'
import { quoteName } from '../../database/identifiers.ts'
import type { DefinitionProblem } from '../registry.ts'
import type { Found, Probe, Step } from './step.ts'

const probesPerTrip = 100
const statementsPerTrip = 200

type FoundRow = Row & Found & { place: number }

/**
 * What rows or definitions stand in the way of a plan. Tables that are looked at stay locked until the transaction
 * ends, so that no row comes in between.
 */
export async function findObstacles(sql: Sql, steps: readonly Step[]): Promise<readonly DefinitionProblem[]> {
  const problems = steps.flatMap((step) => (step.kind === 'problem' ? [step.problem] : []))
  const probes = steps.filter((step) => step.kind === 'probe')
  const tables = [...new Set(probes.flatMap((probe) => probe.tables))].sort()
  if (tables.length > 0)
    await sql.unsafe(`lock table ${tables.map(quoteName).join(', ')} in access exclusive mode`)
  for (const batch of split(probes, probesPerTrip)) problems.push(...(await runProbes(sql, batch)))
  return problems
}

async function runProbes(sql: Sql, probes: readonly Probe[]): Promise<readonly DefinitionProblem[]> {
  const queries = probes.map(
    ({ sql: text }, place) => `select ${place} as place, p.count, p.examples from (${text}) p`,
  )
  await runAll(
    sql,
    probes.flatMap(({ prepare }) => prepare ?? []),
  )
  const rows = await sql.unsafe<FoundRow[]>(queries.join(' union all '))
  await runAll(
    sql,
    probes.flatMap(({ clean }) => clean ?? []),
  )
  const found = new Map(rows.map((row) => [row.place, row]))
  return probes.flatMap((probe, place) => {
    const row = found.get(place)
    return row && row.count > 0 ? [probe.tell(row)] : []
  })
}

/** The statements of a plan as text, in order. */
export function listDdl(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) => (step.kind === 'ddl' ? [step.sql] : []))
}

/** Changes the tables. Foreign keys are looked at with each statement: DDL refuses a table that they still wait for. */
export async function applySteps(sql: Sql, steps: readonly Step[]): Promise<void> {
  await sql.unsafe('set constraints all immediate')
  for (const batch of split(listDdl(steps), statementsPerTrip)) await runAll(sql, batch)
  await sql.unsafe('set constraints all deferred')
}

/** Several statements in one round trip, which the simple protocol allows. */
async function runAll(sql: Sql, statements: readonly string[]): Promise<void> {
  if (statements.length > 0) await sql.unsafe(statements.join(';\n'))
}

function split<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const batches: (readonly T[])[] = []
  for (let start = 0; start < items.length; start += size) batches.push(items.slice(start, start + size))
  return batches
}
