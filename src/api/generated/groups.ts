// The root field that groups the rows of an entity, and how its groups are told.
import {
  type GraphQLFieldConfig,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLResolveInfo,
  GraphQLString,
} from 'graphql'
import { findGroups, type Group } from '../../pipeline/reads/group.ts'
import { checkSize, rootPage } from '../../pipeline/reads/page.ts'
import { checkTimeZone } from '../../pipeline/reads/time-zone.ts'
import type { Context } from '../context.ts'
import type { EntityTypes } from './entity-types.ts'
import { readHaving } from './group-having.ts'
import { type AskedKey, readGroupKeys, readGroupOrder } from './group-input.ts'
import { type Aggregate, selectMeasures, tellAggregate } from './measures.ts'
import { startRead } from './read.ts'
import { selectFields } from './selection.ts'
import type { Shape } from './shape.ts'
import { readFilter } from './where.ts'

type GroupInput = Readonly<{
  by: unknown
  where?: unknown
  having?: unknown
  orderBy?: unknown
  first?: number | null
  timeZone?: string | null
}>
type GroupRow = Readonly<{ key: Readonly<Record<string, unknown>>; aggregate: Aggregate }>

/** The groups of an entity at the root of a query. */
export function buildGrouped({ shape, filter, groups }: EntityTypes): GraphQLFieldConfig<unknown, Context> {
  const { usual, most } = rootPage(shape.limits)
  const { groupBy, groupRow, groupOrderBy, having } = groups
  return {
    type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(groupRow))),
    description: `The visible ${shape.entity.plural.replaceAll('_', ' ')} in groups of equal keys, each with what is measured of its rows`,
    args: {
      by: {
        type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(groupBy))),
        description: `What the rows of a group have in common; one key at least, ${shape.limits.groupKeys} at most`,
      },
      where: { type: filter, description: 'Only rows that these conditions hold for' },
      having: { type: having, description: 'Only groups that these conditions hold for' },
      orderBy: {
        type: new GraphQLList(new GraphQLNonNull(groupOrderBy)),
        description: 'Sort keys, most important first; the keys of the groups always come last',
      },
      first: { type: GraphQLInt, description: `How many groups; ${usual} when absent, at most ${most}` },
      timeZone: {
        type: GraphQLString,
        defaultValue: 'UTC',
        description: 'The IANA time zone in which days and other parts of moments begin',
      },
    },
    resolve: (_root, input, context, info) => resolveGroups(shape, input as GroupInput, context, info),
  }
}

async function resolveGroups(
  shape: Shape,
  input: GroupInput,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<readonly GroupRow[]> {
  const timeZone = input.timeZone ?? 'UTC'
  checkTimeZone(timeZone)
  const pages = rootPage(shape.limits)
  checkSize('first', input.first, pages)
  const keys = readGroupKeys(shape, input.by)
  const aggregates = selectFields(info, info.fieldNodes).filter((node) => node.name.value === 'aggregate')
  const asked = selectMeasures(info, shape, aggregates)
  const groups = await findGroups(startRead(shape, new Map(), context), {
    keys,
    filter: readFilter(shape, input.where),
    having: readHaving(shape, input.having),
    order: readGroupOrder(shape, keys, input.orderBy),
    measures: asked.map(({ measure }) => measure),
    timeZone,
    size: input.first ?? pages.usual,
  })
  return groups.map((group) => ({
    key: tellKey(keys, group),
    aggregate: tellAggregate(asked, group.measured),
  }))
}

/** Puts each value where the API has it, `customer.name` into an object under `customer`; any name may be a field's. */
function tellKey(keys: readonly AskedKey[], group: Group): Readonly<Record<string, unknown>> {
  const told = makePlace()
  for (const [index, { names }] of keys.entries()) {
    let place = told
    for (const name of names.slice(0, -1)) {
      place[name] ??= makePlace()
      place = place[name] as Record<string, unknown>
    }
    place[names.at(-1) ?? ''] = group.keys[index]
  }
  return told
}

/** An object that has nothing by birth, such as a constructor. */
function makePlace(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>
}
