// Tells which definition stands behind a constraint or index that PostgreSQL names in an error.
import type { Registry } from '../registry.ts'
import type { Place } from './column.ts'
import { isUnique } from './names.ts'
import { allTables, type Table } from './wanted.ts'

/** `fields` are column names; `relation` is `source.name`, for what a relation brought. */
export type Constraint = Readonly<{
  entity: string
  fields: readonly string[]
  kind: 'unique' | 'reference' | 'key'
  relation?: string
}>

const known = new WeakMap<Registry, ReadonlyMap<string, Constraint>>()

/** What the constraint of that name guards; undefined when it is none of ours. For 23505 and 23503. */
export function findConstraint(registry: Registry, name: string): Constraint | undefined {
  const constraints = known.get(registry) ?? listConstraints(registry)
  known.set(registry, constraints)
  return constraints.get(name)
}

function listConstraints(registry: Registry): ReadonlyMap<string, Constraint> {
  const constraints = new Map<string, Constraint>()
  for (const { table, owner, relation } of allTables(registry))
    for (const [name, constraint] of describeTable(table, owner))
      constraints.set(name, withRelation(constraint, relation))
  return constraints
}

function describeTable(table: Table, entity: string): readonly (readonly [string, Constraint])[] {
  return [
    [table.key.name, { entity, fields: table.key.columns, kind: 'key' }],
    ...table.indexes
      .filter(({ kind }) => isUnique(kind))
      .map(
        ({ name, columns, place }) =>
          [name, { entity, fields: columns, kind: 'unique', ...relationAt(place) }] as const,
      ),
    ...table.references.map(
      ({ name, column, place }) =>
        [name, { entity, fields: [column], kind: 'reference', ...relationAt(place) }] as const,
    ),
  ]
}

function relationAt(place: Place): { relation?: string } {
  return place.kind === 'relation' ? { relation: place.name } : {}
}

function withRelation(constraint: Constraint, relation: string | undefined): Constraint {
  return Object.freeze(relation === undefined ? constraint : { ...constraint, relation })
}
