// Resolves connections: at the root, and behind a relation for all parents of a level by one statement.
import DataLoader from 'dataloader'
import type { GraphQLResolveInfo } from 'graphql'
import type { Row } from '../../database/connect.ts'
import type { RelationEnd } from '../../metadata/registry.ts'
import { measureChildren, measureRows } from '../../pipeline/reads/aggregate.ts'
import type { CursorScope } from '../../pipeline/reads/cursor.ts'
import type { Filter } from '../../pipeline/reads/filter.ts'
import {
  countChildren,
  countRows,
  findChildren,
  findPage,
  findRelated,
  type List,
  type Read,
  type Rows,
} from '../../pipeline/reads/find.ts'
import { type Measure, readMeasures } from '../../pipeline/reads/measure.ts'
import { nameOrder } from '../../pipeline/reads/order.ts'
import {
  nestedPage,
  type PageArguments,
  type PageLimits,
  readPage,
  rootPage,
} from '../../pipeline/reads/page.ts'
import type { Search } from '../../pipeline/reads/search.ts'
import type { Liveness } from '../../pipeline/rights/visible.ts'
import type { Context } from '../context.ts'
import { type Connection, makeConnection } from './connections.ts'
import { findLevel } from './levels.ts'
import { type Aggregate, type AskedMeasure, selectMeasures, tellAggregate } from './measures.ts'
import { readOrder } from './orders.ts'
import { startRead } from './read.ts'
import { readSearch } from './search.ts'
import { selectColumns, selectConnection } from './selection.ts'
import type { Shape } from './shape.ts'
import { readFilter } from './where.ts'

type ListInput = PageArguments &
  Readonly<{ where?: unknown; orderBy?: unknown; search?: unknown; deleted?: Liveness | null }>
type Plan = Readonly<{
  read: Read
  list: List
  scope: CursorScope
  withRows: boolean
  asked: readonly AskedMeasure[]
}>

const noRows: Rows = { rows: [], hasMore: false }

/** The list of an entity at the root of a query. */
export async function resolveList(
  shape: Shape,
  input: ListInput,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<Connection> {
  const { read, list, scope, withRows, asked } = planList(shape, input, rootPage(shape.limits), context, info)
  const found = withRows ? await findPage(read, list) : noRows
  return makeConnection(found, list.page, scope, {
    count: () => countRows(read, list.filter),
    aggregate: async () => tellAggregate(asked, await measureRows(read, list.filter, measuresOf(asked))),
  })
}

/** The list behind a relation of one parent; parents of the same level are answered together. */
export async function resolveChildren(
  shape: Shape,
  end: RelationEnd,
  parent: unknown,
  input: ListInput,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<Connection> {
  const level = findLevel(context, info.fieldNodes, () =>
    openLevel(planList(shape, input, nestedPage(shape.limits), context, info), end, context.app),
  )
  const { list, scope, withRows } = level.plan
  const found = withRows ? await level.rows.load(parent) : noRows
  return makeConnection(found, list.page, scope, {
    count: () => level.counts.load(parent),
    aggregate: () => level.aggregates.load(parent),
  })
}

/** The one row behind a to-one relation; parents of the same level are answered together. */
export function resolveRelated(
  shape: Shape,
  end: RelationEnd,
  parent: unknown,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<Row | null> | null {
  if (parent == null) return null
  const loader = findLevel(context, info.fieldNodes, () => openRelated(shape, end, context, info))
  return loader.load(parent)
}

function planList(
  shape: Shape,
  input: ListInput,
  limits: PageLimits,
  context: Context,
  info: GraphQLResolveInfo,
): Plan {
  const { columns, withRows, withPositions, aggregates } = selectConnection(info, shape, info.fieldNodes)
  const search = readSearch(shape, input.search)
  const order = readOrder(shape, input.orderBy, search)
  const scope = { key: context.app.cursorKey, order: nameOrder(shape.entity, order) }
  const filter = addSearch(readFilter(shape, input.where), search)
  const list = { filter, order, page: readPage(input, limits, scope, shape.limits.offset), withPositions }
  const asked = selectMeasures(info, shape, aggregates)
  const read = { ...startRead(shape, columns, context), liveness: input.deleted ?? 'live' }
  return { read, list, scope, withRows, asked }
}

function addSearch(filter: Filter, search: Search | undefined): Filter {
  return search ? { kind: 'all', parts: [{ kind: 'search', search }, filter] } : filter
}

function measuresOf(asked: readonly AskedMeasure[]): readonly Measure[] {
  return asked.map(({ measure }) => measure)
}

/** Loads of one relation field of one request: its rows and, if asked for, its counts and aggregates. */
type Level = Readonly<{
  plan: Plan
  rows: DataLoader<unknown, Rows>
  counts: DataLoader<unknown, number>
  aggregates: DataLoader<unknown, Aggregate>
}>

function openLevel(plan: Plan, end: RelationEnd, { noteBatch }: Context['app']): Level {
  const rows = new DataLoader<unknown, Rows>(async (parents) => {
    noteBatch?.(parents.length)
    const found = await findChildren(plan.read, end, parents, plan.list)
    return parents.map((parent) => found.get(String(parent)) ?? noRows)
  })
  const counts = new DataLoader<unknown, number>(async (parents) => {
    const found = await countChildren(plan.read, end, parents, plan.list.filter)
    return parents.map((parent) => found.get(String(parent)) ?? 0)
  })
  const aggregates = new DataLoader<unknown, Aggregate>(async (parents) => {
    const measures = measuresOf(plan.asked)
    const found = await measureChildren(plan.read, end, parents, plan.list.filter, measures)
    return parents.map((parent) =>
      tellAggregate(plan.asked, found.get(String(parent)) ?? readMeasures(measures)),
    )
  })
  return { plan, rows, counts, aggregates }
}

function openRelated(
  shape: Shape,
  end: RelationEnd,
  context: Context,
  info: GraphQLResolveInfo,
): DataLoader<unknown, Row | null> {
  const read = startRead(shape, selectColumns(info, shape, info.fieldNodes), context)
  return new DataLoader(async (parents) => {
    context.app.noteBatch?.(parents.length)
    const found = await findRelated(read, end, parents)
    return parents.map((parent) => found.get(String(parent)) ?? null)
  })
}
