// The reads: one row by key, a page of rows, the rows behind a relation for many parents at once, and counts.
import type { Viewer } from '../auth/viewer.ts'
import { type Row, run, type Sql } from '../database/connect.ts'
import { quoteName } from '../database/identifiers.ts'
import type { Registry, RegistryEntity, RelationEnd } from '../metadata/registry.ts'
import { type Filter, writeFilter } from './filter.ts'
import { writeAfter, writePositions } from './keyset.ts'
import { type OrderTerm, placeOrder, reverseOrder, writeOrder } from './order.ts'
import type { Page } from './page.ts'
import { startReading, writeSource } from './reading.ts'
import {
  allOf,
  bind,
  type Columns,
  column,
  selectList,
  sqlType,
  statement,
  type Values,
} from './statement.ts'
import { visible } from './visible.ts'

/** Whose rows are read, by whom, and which columns of them. */
export type Read = Readonly<{
  sql: Sql
  registry: Registry
  viewer: Viewer
  entity: RegistryEntity
  columns: Columns
}>
/** Which rows of a list, in which order; `withPositions` adds what cursors are made of, as `$0`, `$1` and so on. */
export type List = Readonly<{
  filter: Filter
  order: readonly OrderTerm[]
  page: Page
  withPositions: boolean
}>
/** Rows in the order asked for, and whether there are more beyond the page in the direction of reading. */
export type Rows = Readonly<{ rows: readonly Row[]; hasMore: boolean }>

/** Rows carry the key of the parent they were read for under this name. */
const parentKey = '$parent'

/** The first visible row that the filter holds for. */
export async function findOne(read: Read, filter: Filter): Promise<Row | undefined> {
  const values: Values = []
  const where = writeConditions(read, filter, values)
  const text = `select ${selectList('t', read.columns)} from ${quoteName(read.entity.table)} t where ${where} limit 1`
  const [row] = await run(read.sql, statement(text, values))
  return row
}

/** One page of the visible rows. */
export async function findPage(read: Read, list: List): Promise<Rows> {
  const values: Values = []
  const text = writePage(read, list, `${quoteName(read.entity.table)} t`, [], values)
  return cutPage(await run(read.sql, statement(text, values)), list.page)
}

/** How many visible rows the filter holds for. */
export async function countRows(read: Read, filter: Filter): Promise<number> {
  const values: Values = []
  const where = writeConditions(read, filter, values)
  const text = `select count(*) as count from ${quoteName(read.entity.table)} t where ${where}`
  const [row] = await run(read.sql, statement(text, values))
  return Number(row?.count)
}

/** The one visible row behind a to-one relation, for each parent by the value of the end's local column. */
export async function findRelated(
  read: Read,
  end: RelationEnd,
  parents: readonly unknown[],
): Promise<Map<string, Row>> {
  const { sql, viewer, entity, columns } = read
  const values: Values = []
  const keys = bindParents(end, parents, values)
  const where = allOf([
    `${column('t', end.remoteColumn)} = any(${keys})`,
    visible(viewer, entity, 't', values),
  ])
  const list = selectList('t', new Map([[parentKey, end.remoteColumn], ...columns]))
  const rows = await run(
    sql,
    statement(`select ${list} from ${quoteName(entity.table)} t where ${where}`, values),
  )
  return new Map(rows.map((row) => [String(row[parentKey]), row]))
}

/** A page of the visible rows behind a to-many relation, for each parent by its key; one statement for all. */
export async function findChildren(
  read: Read,
  end: RelationEnd,
  parents: readonly unknown[],
  list: List,
): Promise<Map<string, Rows>> {
  const values: Values = []
  const keys = bindParents(end, parents, values)
  const child = writeSource(read.entity, end, 't')
  const page = writePage(read, list, child.from, [`${child.parent} = k.key`], values)
  const text = `select k.key as "${parentKey}", r.* from unnest(${keys}) as k(key) cross join lateral (${page}) r`
  const found = groupRows(await run(read.sql, statement(text, values)))
  return new Map([...found].map(([key, rows]) => [key, cutPage(rows, list.page)]))
}

/** How many visible rows there are behind a to-many relation, for each parent that has any. */
export async function countChildren(
  read: Read,
  end: RelationEnd,
  parents: readonly unknown[],
  filter: Filter,
): Promise<Map<string, number>> {
  const values: Values = []
  const keys = bindParents(end, parents, values)
  const child = writeSource(read.entity, end, 't')
  const where = allOf([`${child.parent} = any(${keys})`, writeConditions(read, filter, values)])
  const text = `select ${child.parent} as key, count(*) as count from ${child.from} where ${where} group by 1`
  const rows = await run(read.sql, statement(text, values))
  return new Map(rows.map((row) => [String(row.key), Number(row.count)]))
}

/** The filter and what the viewer may see, for the row `t`. */
export function writeConditions(read: Read, filter: Filter, values: Values): string {
  const { viewer, entity } = read
  return allOf([writeFilter(filter, startReading(read, values)), visible(viewer, entity, 't', values)])
}

/** The parents' values as one array, so that their number does not make a new SQL text. */
export function bindParents(end: RelationEnd, parents: readonly unknown[], values: Values): string {
  return bind(values, parents, `${sqlType(end.parentType)}[]`)
}

function writePage(
  read: Read,
  list: List,
  from: string,
  conditions: readonly string[],
  values: Values,
): string {
  const { page } = list
  const { joins, terms } = placeOrder(list.order, startReading(read, values))
  const order = page.isBackward ? reverseOrder(terms) : terms
  const [start, end] = page.isBackward ? [page.before, page.after] : [page.after, page.before]
  const where = [...conditions, writeConditions(read, list.filter, values)]
  if (start) where.push(writeAfter(order, start, values))
  if (end) where.push(writeAfter(reverseOrder(order), end, values))
  const limit = bind(values, page.size + 1, 'integer')
  const offset = page.offset === 0 ? '' : ` offset ${bind(values, page.offset, 'integer')}`
  const positions = list.withPositions ? `, ${writePositions(terms)}` : ''
  const rows = `select ${selectList('t', read.columns)}${positions} from ${from}${joins} where ${allOf(where)}`
  return `${rows} order by ${writeOrder(order)} limit ${limit}${offset}`
}

/** Drops the one row that was read beyond the page, and turns a page from the end round. */
function cutPage(rows: readonly Row[], page: Page): Rows {
  const kept = rows.slice(0, page.size)
  return { rows: page.isBackward ? kept.reverse() : kept, hasMore: rows.length > page.size }
}

function groupRows(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const key = String(row[parentKey])
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return groups
}
