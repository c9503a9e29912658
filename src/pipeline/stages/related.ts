// Reads the related rows that rules look at: whole live rows, whoever asks, for all records of a stage at once.
import { type Row, run, type Sql } from '../../database/connect.ts'
import { fail } from '../../errors.ts'
import type { Load } from '../../metadata/behaviour.ts'
import { entityOf, type Registry, type RegistryEntity } from '../../metadata/registry.ts'
import type { Value } from '../../metadata/value.ts'
import { writeSource } from '../reads/reading.ts'
import { isLive } from '../rights/visible.ts'
import { allOf, bind, column, selectList, sqlType, statement, type Values } from '../statement.ts'
import { selectWhole, wholeColumns } from './lock.ts'
import { isSame } from './values.ts'
import { groupBy } from './writes.ts'

/** A rule may look at this many rows of one relation. */
const mostRelated = 1_000

/** Rows carry the value of their parent under this name. */
const parentKey = '$parent'

/** The stored rows behind a load, by the value of its end's local column in the rows that were given; a load of single rows may hold them. */
export async function loadRelated(
  sql: Sql,
  registry: Registry,
  load: Load & Readonly<{ isHeld?: boolean }>,
  rows: readonly Row[],
): Promise<ReadonlyMap<string, readonly Row[]>> {
  const parents = [...new Set(rows.map((row) => row[load.end.localColumn]))].filter((each) => each != null)
  if (parents.length === 0) return new Map()
  const other = entityOf(registry, load.end.other)
  const values: Values = []
  const text = load.end.isList
    ? writeList(other, load, parents, values)
    : writeOne(other, load, parents, values)
  const found = groupBy(await run(sql, statement(text, values)), (row) => String(row[parentKey]))
  for (const group of found.values()) checkCount(load, group)
  return found
}

function checkCount({ end }: Load, rows: readonly Row[]): void {
  if (rows.length <= mostRelated) return
  throw fail(
    'LIMIT_EXCEEDED',
    `A rule looks at more than ${mostRelated} rows of the relation ${end.relation.source}.${end.relation.name}`,
  )
}

function writeOne(
  other: RegistryEntity,
  load: Load & Readonly<{ isHeld?: boolean }>,
  parents: readonly unknown[],
  values: Values,
): string {
  const { end, isHeld = false } = load
  const where = allOf([
    `${column('t', end.remoteColumn)} = any(${bind(values, parents, `${sqlType(end.parentType)}[]`)})`,
    isLive(other, 't'),
    ...writeFilter(other, load, values),
  ])
  return `${selectWhole(other).replace('select ', `select ${column('t', end.remoteColumn)} as "${parentKey}", `)} where ${where}${isHeld ? ` order by ${column('t', other.key.field)} for share of t` : ''}`
}

function writeList(other: RegistryEntity, load: Load, parents: readonly unknown[], values: Values): string {
  const { end } = load
  const { from, parent } = writeSource(other, end, 't')
  const keys = bind(values, parents, `${sqlType(end.parentType)}[]`)
  const where = allOf([`${parent} = k.key`, isLive(other, 't'), ...writeFilter(other, load, values)])
  const rows = `select ${selectList('t', wholeColumns(other))} from ${from} where ${where} order by ${column('t', other.key.field)} limit ${mostRelated + 1}`
  return `select k.key as "${parentKey}", r.* from unnest(${keys}) as k(key) cross join lateral (${rows}) r`
}

function writeFilter(other: RegistryEntity, { filter }: Load, values: Values): readonly string[] {
  return [...filter].map(([name, wanted]) => {
    const type = sqlType(other.fieldsByName.get(name)?.type ?? 'text')
    const given = wanted.filter((value) => value !== null)
    const isOne = `${column('t', name)} = any(${bind(values, given, `${type}[]`)})`
    return wanted.includes(null) ? `(${isOne} or ${column('t', name)} is null)` : isOne
  })
}

/** Whether a row that is not stored yet passes the filter of a load. */
export function isLoaded(other: RegistryEntity, { filter }: Load, row: Row): boolean {
  for (const [name, wanted] of filter) {
    const field = other.fieldsByName.get(name)
    if (field && !wanted.some((value: Value) => isSame(field, value, row[name]))) return false
  }
  return true
}
