// What the steps of a plan lock, and about how many rows stand in the tables that they are for.
import { type Row, run, type Sql } from '../../database/connect.ts'
import type { Phase, Step } from './step.ts'

/** One statement of a plan as it would run; `rows` is PostgreSQL's estimate for the first of its tables. */
export type PlannedStep = Readonly<{
  sql: string
  tables: readonly string[]
  /** Null where only a table is made that nobody knows yet. */
  lock: Lock | null
  rows: number
}>

/** PostgreSQL's names: the first lets nobody in, the second nobody who writes, the third no writer and no like change. */
export type Lock = 'ACCESS EXCLUSIVE' | 'SHARE' | 'SHARE ROW EXCLUSIVE'

const locks: Readonly<Record<Phase, Lock | null>> = {
  'drop reference': 'ACCESS EXCLUSIVE',
  'drop index': 'ACCESS EXCLUSIVE',
  'drop table': 'ACCESS EXCLUSIVE',
  'create table': null,
  'change table': 'ACCESS EXCLUSIVE',
  'create index': 'SHARE',
  'add reference': 'SHARE ROW EXCLUSIVE',
}

/** The statements with what they lock; tables whose rows are looked at first are locked for that too. */
export async function listPlanned(sql: Sql, steps: readonly Step[]): Promise<readonly PlannedStep[]> {
  const found = steps.flatMap((step): readonly Omit<PlannedStep, 'rows'>[] => {
    if (step.kind === 'problem') return []
    const { sql: text, tables } = step
    return [{ sql: text, tables, lock: step.kind === 'probe' ? 'ACCESS EXCLUSIVE' : locks[step.phase] }]
  })
  const rows = await estimateRows(sql, [...new Set(found.flatMap(({ tables }) => tables))])
  return found.map((step) => ({ ...step, rows: rows.get(step.tables[0] ?? '') ?? 0 }))
}

/** A table that was never analysed tells what was written to it since. */
const estimateText = `
  select c.relname::text as name, greatest(c.reltuples::bigint, s.n_live_tup, 0)::float8 as rows
  from pg_class c left join pg_stat_user_tables s on s.relid = c.oid
  where c.relnamespace = 'public'::regnamespace and c.relname = any($1::text[])`

async function estimateRows(sql: Sql, tables: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const found = await run<Row & { name: string; rows: number }>(sql, { text: estimateText, values: [tables] })
  return new Map(found.map(({ name, rows }) => [name, rows]))
}
