// The types that an entity's records come in: the object with its relations, the edge and the connection.
import type { FieldDefinition } from '../definitions.ts'
import { findLeaf } from './leaves.ts'
import { type Api, camelCase, type EntityTypes, type Part } from './refs.ts'

export function addObjects(part: Part): void {
  addObject(part)
  addEdge(part)
  addConnection(part)
}

function addObject({ api, entity, findTypes }: Part): void {
  findTypes(entity.name).object.implement({
    description: `A record of ${entity.name}`,
    fields: (t) => ({
      id: t.id({ description: 'The key', resolve: ({ id }) => String(id) }),
      ...Object.fromEntries(
        entity.fields.map((field) => {
          const name = camelCase(field.name)
          const type = findLeaf(field.type)
          const resolve = (row: Readonly<Record<string, unknown>>) => row[name] as never
          return [name, t.field({ type, nullable: !field.required, description: describe(field), resolve })]
        }),
      ),
      next: t.field({
        type: findTypes(entity.next).object,
        nullable: true,
        description: `The ${entity.next} behind it`,
        resolve: () => null,
      }),
      previous: t.field({
        type: findTypes(entity.previous).connection,
        args: listArguments(api, findTypes(entity.previous)),
        description: `The ${entity.previous} that lead here`,
        resolve: () => ({}),
      }),
    }),
  })
}

function addEdge({ entity, findTypes }: Part): void {
  const { object, edge } = findTypes(entity.name)
  edge.implement({
    description: `A ${entity.name} with its place in a list`,
    fields: (t) => ({
      cursor: t.string({ description: 'The place', resolve: () => '' }),
      node: t.field({ type: object, description: 'The record', resolve: (row) => row }),
    }),
  })
}

function addConnection({ entity, findTypes, leaves }: Part): void {
  const { object, edge, connection } = findTypes(entity.name)
  connection.implement({
    description: `A page of ${entity.name}`,
    fields: (t) => ({
      nodes: t.field({ type: [object], description: 'The records', resolve: () => [] }),
      edges: t.field({ type: [edge], description: 'The records with their places', resolve: () => [] }),
      pageInfo: t.field({ type: leaves.pageInfo, description: 'Where the page stands', resolve: () => ({}) }),
      totalCount: t.int({ description: 'How many there are', resolve: () => 0 }),
    }),
  })
}

function describe(field: FieldDefinition): string {
  return `The ${field.name}, a ${field.type}`
}

/** The arguments of a list of these. */
export function listArguments(api: Api, { filter, orderBy }: EntityTypes) {
  return api.args((t) => ({
    where: t.field({ type: filter, description: 'Which records' }),
    orderBy: t.field({ type: [orderBy], description: 'In which order' }),
    first: t.int({ description: 'How many from the start' }),
    after: t.string({ description: 'Only what comes after this place' }),
    last: t.int({ description: 'How many from the end' }),
    before: t.string({ description: 'Only what comes before this place' }),
    offset: t.int({ description: 'How many to leave out' }),
  }))
}
