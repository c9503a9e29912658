// The reads: one row by key, a page of rows, the rows behind a relation for many parents at once, and counts.
import type { Viewer } from '../../auth/viewer.ts'
import { type Row, run, type Sql } from '../../database/connect.ts'
import type { Registry, RegistryEntity, RelationEnd } from '../../metadata/registry.ts'
import { type Liveness, readable } from '../rights/visible.ts'
import {
  allOf,
  bind,
  type Columns,
  column,
  selectList,
  sqlType,
  statement,
  type Values,
} from '../statement.ts'
import { always, type Filter, writeFilter } from './filter.ts'
import { writeAfter, writePositions } from './keyset.ts'
import { type OrderTerm, placeOrder, reverseOrder, writeOrder } from './order.ts'
import type { Page } from './page.ts'
import { readBehind, startReading } from './reading.ts'

/** Whose rows are read, by whom, and which columns of them; the live ones, unless `liveness` says otherwise. */
export type Read = Readonly<{
  sql: Sql
  registry: Registry
  viewer: Viewer
  entity: RegistryEntity
  columns: Columns
  liveness?: Liveness
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
  const { from, where } = placeRows(read, filter, values)
  const text = `select ${selectList('t', read.columns)} from ${from} where ${where} limit 1`
  const [row] = await run(read.sql, statement(text, values))
  return row
}

/** One page of the visible rows. */
export async function findPage(read: Read, list: List): Promise<Rows> {
  const values: Values = []
  const text = writePage(read, list, placeRows(read, list.filter, values), values)
  return cutPage(await run(read.sql, statement(text, values)), list.page)
}

/** How many visible rows the filter holds for. */
export async function countRows(read: Read, filter: Filter): Promise<number> {
  const values: Values = []
  const { from, where } = placeRows(read, filter, values)
  const text = `select count(*) as count from ${from} where ${where}`
  const [row] = await run(read.sql, statement(text, values))
  return Number(row?.count)
}

/** The one visible row behind a to-one relation, for each parent by the value of the end's local column. */
export async function findRelated(
  read: Read,
  end: RelationEnd,
  parents: readonly unknown[],
): Promise<Map<string, Row>> {
  const values: Values = []
  const keys = bindParents(end, parents, values)
  const { from, where } = placeRows(read, always, values)
  const list = selectList('t', new Map([[parentKey, end.remoteColumn], ...read.columns]))
  const isWanted = allOf([`${column('t', end.remoteColumn)} = any(${keys})`, where])
  const rows = await run(read.sql, statement(`select ${list} from ${from} where ${isWanted}`, values))
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
  const { from, parent, where } = placeChildren(read, end, list.filter, values)
  const page = writePage(read, list, { from, where: allOf([`${parent} = k.key`, where]) }, values)
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
  const { from, parent, where } = placeChildren(read, end, filter, values)
  const isWanted = allOf([`${parent} = any(${keys})`, where])
  const text = `select ${parent} as key, count(*) as count from ${from} where ${isWanted} group by 1`
  const rows = await run(read.sql, statement(text, values))
  return new Map(rows.map((row) => [String(row.key), Number(row.count)]))
}

/** Where rows come from, and the whole condition on them: the filter, and what the viewer may see. */
export type Placed = Readonly<{ from: string; where: string }>

/** The readable rows of an entity that a filter holds for, as `t`; `source` stands in for the table. */
export function placeRows(
  read: Omit<Read, 'columns'>,
  filter: Filter,
  values: Values,
  source?: string,
): Placed {
  const { viewer, entity, liveness } = read
  const rows = { liveness, ...(source === undefined ? {} : { source }) }
  const { from, where } = readable(viewer, entity, 't', values, rows)
  return { from, where: allOf([writeFilter(filter, startReading(read, values)), where]) }
}

/** Those behind a relation; `parent` is the column that says whose they are. */
export function placeChildren(
  read: Read,
  end: RelationEnd,
  filter: Filter,
  values: Values,
): Placed & Readonly<{ parent: string }> {
  const { from, parent, where } = readBehind(read.viewer, read.entity, end, 't', values)
  return { from, parent, where: allOf([writeFilter(filter, startReading(read, values)), where]) }
}

/** The parents' values as one array, so that their number does not make a new SQL text. */
export function bindParents(end: RelationEnd, parents: readonly unknown[], values: Values): string {
  return bind(values, parents, `${sqlType(end.parentType)}[]`)
}

function writePage(read: Read, list: List, { from, where }: Placed, values: Values): string {
  const { page } = list
  const { joins, terms } = placeOrder(list.order, startReading(read, values))
  const order = page.isBackward ? reverseOrder(terms) : terms
  const [start, end] = page.isBackward ? [page.before, page.after] : [page.after, page.before]
  const conditions = [where]
  if (start) conditions.push(writeAfter(order, start, values))
  if (end) conditions.push(writeAfter(reverseOrder(order), end, values))
  const limit = bind(values, page.size + 1, 'integer')
  const offset = page.offset === 0 ? '' : ` offset ${bind(values, page.offset, 'integer')}`
  const positions = list.withPositions ? `, ${writePositions(terms)}` : ''
  const rows = `select ${selectList('t', read.columns)}${positions} from ${from}${joins} where ${allOf(conditions)}`
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
