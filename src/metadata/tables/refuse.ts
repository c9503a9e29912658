// What no change may do to rows that exist: move them to another table, or give them another key.
import { describe } from '../../reader.ts'
import type { Entity } from '../entity.ts'
import type { Registry } from '../registry.ts'
import type { Relation } from '../relation.ts'
import type { RealColumn, RealTable } from './catalog.ts'
import type { Column, Place } from './column.ts'
import { makeProblem, type Step } from './step.ts'
import type { Table } from './wanted.ts'

type Claim = Readonly<{ path: string; before: string; after: string }>

/** Refuses what an entity or a relation may not change while it stays. */
export function refuseMoves(before: Registry, after: Registry): readonly Step[] {
  const relations = new Map(before.definitions.relations.map((relation) => [nameOf(relation), relation]))
  return [
    ...[...after.entities.values()].flatMap((entity) => {
      const old = before.entities.get(entity.name)
      return old ? refuseClaims(entityClaims(old, entity), { kind: 'entity', name: entity.name }) : []
    }),
    ...after.definitions.relations.flatMap((relation) => {
      const name = nameOf(relation)
      const old = relations.get(name)
      return old ? refuseClaims(relationClaims(old, relation), { kind: 'relation', name }) : []
    }),
  ]
}

function nameOf({ source, name }: Relation): string {
  return `${source}.${name}`
}

function refuseClaims(claims: readonly Claim[], owner: Omit<Place, 'path'>): readonly Step[] {
  return claims
    .filter(({ before, after }) => before !== after)
    .map(({ path, before, after }) =>
      makeProblem(
        { ...owner, path },
        `cannot change: it is ${before}, found ${after}; define another ${owner.kind} instead`,
      ),
    )
}

function entityClaims(before: Entity, after: Entity): readonly Claim[] {
  return [
    { path: 'table', before: before.table, after: after.table },
    { path: 'primary_key', before: describeKey(before), after: describeKey(after) },
  ]
}

function describeKey({ key }: Entity): string {
  return `${key.field} of type ${key.type}${key.generated ? ', generated' : ''}`
}

/** The pairs of a many_to_many relation would stay behind in a table that nothing reads. */
function relationClaims(before: Relation, after: Relation): readonly Claim[] {
  if (before.type !== 'many_to_many' && after.type !== 'many_to_many') return []
  if (before.type !== 'many_to_many' || after.type !== 'many_to_many')
    return [{ path: 'type', before: before.type, after: after.type }]
  return [
    { path: 'join_table', before: before.joinTable, after: after.joinTable },
    { path: 'source_join_key', before: before.sourceJoinKey, after: after.sourceJoinKey },
    { path: 'target_join_key', before: before.targetJoinKey, after: after.targetJoinKey },
  ]
}

/** Refuses a table that stands there already and cannot be taken over. */
export function refuseTakeover(wanted: Table, real: RealTable): readonly Step[] {
  if (!real.isTable)
    return [
      makeProblem(
        wanted.place,
        `is taken by something that is not a table: ${describe(real.name)}; name another`,
      ),
    ]
  const columns = new Map(wanted.columns.map((column) => [column.name, column]))
  const right = wanted.key.columns.map((name) => describePart(name, columns.get(name))).join(', ')
  const found = real.key.map((name) => describePart(name, real.columns.get(name))).join(', ')
  if (found === right) return []
  const message = `names a table whose key is (${found}), not (${right}); name another, or drop that one`
  return [makeProblem(wanted.place, message)]
}

function describePart(name: string, column: Column | RealColumn | undefined): string {
  const isGenerated = column !== undefined && (column.identity || column.default !== undefined)
  return `${name} ${column?.type ?? 'nothing'}${isGenerated ? ' generated' : ''}`
}
