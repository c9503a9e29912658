// The steps of a plan: problems known at once, probes for rows in the way, and DDL in an order that always works.
import type { DefinitionProblem } from '../registry.ts'
import type { Place } from './column.ts'

/** What a probe found: how many, and up to five of them. */
export type Found = Readonly<{ count: number; examples: readonly string[] }>

/** The order in which DDL runs, whatever tables it is for. */
const phases = [
  'drop reference',
  'drop index',
  'drop table',
  'create table',
  'change table',
  'create index',
  'add reference',
] as const
export type Phase = (typeof phases)[number]

/**
 * `problem`: the definition cannot be followed, whatever the rows are.
 * `probe`: `sql` selects `count` and `examples` of what is in the way, reading `tables`; `prepare` and `clean` stand around it.
 * `ddl`: changes the first of its tables.
 */
export type Step =
  | Readonly<{ kind: 'problem'; problem: DefinitionProblem }>
  | Readonly<{
      kind: 'probe'
      tables: readonly string[]
      sql: string
      prepare?: string
      clean?: string
      tell(found: Found): DefinitionProblem
    }>
  | Readonly<{ kind: 'ddl'; phase: Phase; sql: string; tables: readonly string[] }>

export type Probe = Extract<Step, { kind: 'probe' }>

export function makeProblem(place: Place, message: string): Step {
  return { kind: 'problem', problem: { ...place, message } }
}

/** A statement, and the tables that it locks. */
export function makeDdl(phase: Phase, sql: string, ...tables: readonly string[]): Step {
  return { kind: 'ddl', phase, sql, tables }
}

/** Sorts the DDL by phase and leaves the rest in front. */
export function orderSteps(steps: readonly Step[]): readonly Step[] {
  const rank = (step: Step) => (step.kind === 'ddl' ? phases.indexOf(step.phase) : -1)
  return steps.toSorted((a, b) => rank(a) - rank(b))
}
