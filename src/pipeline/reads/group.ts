// Groups of the visible rows of an entity by equal keys, each with what is measured of its rows.
import type { Row } from '../../database/connect.ts'
import { sqlState } from '../../database/transaction.ts'
import type { Field } from '../../metadata/field.ts'
import type { RelationEnd } from '../../metadata/registry.ts'
import { bind, column, statement, type Values } from '../statement.ts'
import { type DatePart, writeDatePart } from './date-part.ts'
import type { Filter } from './filter.ts'
import { placeRows, type Read } from './find.ts'
import { type Having, writeHaving } from './having.ts'
import {
  type Measure,
  type Measured,
  placeMeasure,
  readMeasures,
  runMeasures,
  writeMeasures,
} from './measure.ts'
import { type Direction, type PlacedTerm, writeOrder } from './order.ts'
import { followPath, type Reading, startReading } from './reading.ts'
import { refuseTimeZone } from './time-zone.ts'

/** What rows of a group have in common: a column, or a part of a date, at the end of a path of relations to one. */
export type GroupKey = Readonly<{ path: readonly RelationEnd[]; field: Field; part?: DatePart }>
/** What groups are sorted by: the key at a place among the keys, or a measure. */
export type GroupTerm = Readonly<{
  by: Readonly<{ key: number }> | Measure
  direction: Direction
  nulls: 'FIRST' | 'LAST'
}>
export type Grouping = Readonly<{
  keys: readonly GroupKey[]
  filter: Filter
  having: Having
  order: readonly GroupTerm[]
  measures: readonly Measure[]
  timeZone: string
  size: number
}>
/** The values of the keys and of the measures, each in their order. */
export type Group = Readonly<{ keys: readonly unknown[]; measured: Measured }>

const unknownTimeZone = '22023'

/** The first groups in the order, made total by the keys; a key behind a relation to no visible row is null. */
export async function findGroups(read: Read, grouping: Grouping): Promise<readonly Group[]> {
  const values: Values = []
  const text = writeGroups(read, grouping, values)
  const rows = await runMeasures(read.sql, statement(text, values)).catch((error: unknown) => {
    throw sqlState(error) === unknownTimeZone ? refuseTimeZone(grouping.timeZone) : error
  })
  return rows.map((row) => readGroup(grouping, row))
}

function readGroup({ keys, measures }: Grouping, row: Row): Group {
  return { keys: keys.map((_, index) => row[`k${index}`]), measured: readMeasures(measures, row) }
}

function writeGroups(read: Read, grouping: Grouping, values: Values): string {
  const reading = startReading(read, values)
  const { joins, keys } = placeKeys(grouping, reading)
  const columns = keys.map((key, index) => `${key} as k${index}`)
  if (grouping.measures.length > 0) columns.push(writeMeasures(grouping.measures, 't'))
  const { from, where } = placeRows(read, grouping.filter, values)
  const rows = `select ${columns.join(', ')} from ${from}${joins}`
  const having = writeHaving(grouping.having, reading)
  const groups = `group by ${keys.map((_, index) => index + 1).join(', ')} having ${having}`
  const limit = bind(values, grouping.size, 'integer')
  return `${rows} where ${where} ${groups} order by ${writeOrder(placeTerms(grouping))} limit ${limit}`
}

/** Keys behind the same relations share one join. */
function placeKeys(
  { keys, timeZone }: Grouping,
  reading: Reading,
): Readonly<{ joins: string; keys: readonly string[] }> {
  const zone = (): string => bind(reading.values, timeZone, 'text')
  const hops = new Map<string, readonly GroupKey[]>()
  for (const key of keys) hops.set(namePath(key), [...(hops.get(namePath(key)) ?? []), key])
  const joined = [...hops.keys()].filter((name) => name !== '')
  const joins = joined.map(
    (name, index) => ` left join lateral (${writeHop(hops.get(name) ?? [], reading)}) g${index} on true`,
  )
  const placed = keys.map((key) => {
    const alias = key.path.length === 0 ? reading.alias : `g${joined.indexOf(namePath(key))}`
    const value = column(alias, key.field.name)
    return key.part ? writeDatePart(key.part, key.field.type, value, zone) : value
  })
  return { joins: joins.join(''), keys: placed }
}

function namePath({ path }: GroupKey): string {
  return path.map((end) => end.name).join('.')
}

function writeHop(keys: readonly GroupKey[], outer: Reading): string {
  const { from, where, reading } = followPath(outer, keys[0]?.path ?? [])
  const columns = new Set(keys.map((key) => column(reading.alias, key.field.name)))
  return `select ${[...columns].join(', ')} from ${from} where ${where}`
}

/** Keys are named by their place in the select list, so that what they bind stands there only. */
function placeTerms({ order, keys }: Grouping): readonly PlacedTerm[] {
  const sorted = new Set(order.flatMap(({ by }) => ('key' in by ? [by.key] : [])))
  const rest = keys.flatMap((_, key): GroupTerm[] =>
    sorted.has(key) ? [] : [{ by: { key }, direction: 'ASC', nulls: 'LAST' }],
  )
  return [...order, ...rest].map(({ by, direction, nulls }) => {
    const place = 'key' in by ? { sql: String(by.key + 1), type: 'text' as const } : placeMeasure(by, 't')
    return { ...place, direction, nulls, isNullable: true }
  })
}
