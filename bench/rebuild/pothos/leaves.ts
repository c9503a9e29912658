// What all entities share: scalars, the filter of each leaf type, the directions of an order, and the facts of a page.
import { GraphQLScalarType } from 'graphql'
import type { FieldType } from '../definitions.ts'
import type { Api, Row } from './refs.ts'

export type Leaves = ReturnType<typeof addLeaves>
export type LeafName = 'String' | 'Int' | 'Boolean' | 'ID' | 'Decimal' | 'DateTime' | 'Date'

const leafNames: Readonly<Record<FieldType, LeafName>> = {
  string: 'String',
  int: 'Int',
  decimal: 'Decimal',
  boolean: 'Boolean',
  timestamp: 'DateTime',
  date: 'Date',
  uuid: 'ID',
}

export function findLeaf(type: FieldType): LeafName {
  return leafNames[type]
}

export function addLeaves(api: Api) {
  for (const name of ['Decimal', 'DateTime', 'Date'] as const)
    api.addScalarType(name, new GraphQLScalarType<string, string>({ name, description: `A ${name}` }))
  const names = [...new Set(Object.values(leafNames))]
  return {
    filters: new Map(names.map((name) => [name, addFilter(api, name)])),
    direction: api.enumType('SortOrder', {
      description: 'Which way to sort',
      values: ['ASC', 'DESC'] as const,
    }),
    pageInfo: addPageInfo(api),
  }
}

function addFilter(api: Api, name: LeafName) {
  return api.inputRef<Row>(`${name}Filter`).implement({
    description: `Conditions on a ${name}`,
    fields: (t) => ({
      eq: t.field({ type: name }),
      neq: t.field({ type: name }),
      in: t.field({ type: [name] }),
      notIn: t.field({ type: [name] }),
      gt: t.field({ type: name }),
      gte: t.field({ type: name }),
      lt: t.field({ type: name }),
      lte: t.field({ type: name }),
      isNull: t.boolean(),
    }),
  })
}

function addPageInfo(api: Api) {
  return api.objectRef<Row>('PageInfo').implement({
    description: 'Where a page stands in its list',
    fields: (t) => ({
      hasNextPage: t.boolean({ resolve: () => false }),
      hasPreviousPage: t.boolean({ resolve: () => false }),
      startCursor: t.string({ nullable: true, resolve: () => null }),
      endCursor: t.string({ nullable: true, resolve: () => null }),
    }),
  })
}
