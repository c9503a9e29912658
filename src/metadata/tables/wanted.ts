// What the tables of an app shall look like by its definitions; knows nothing of what stands in the database.
import type { Entity } from '../entity.ts'
import { entityOf, type Registry, type RegistryEntity } from '../registry.ts'
import type { JoinRelation, Relation } from '../relation.ts'
import type { NamedRelation } from '../relation-end.ts'
import { type Column, columnType, entityColumns, type Place } from './column.ts'
import { type IndexKind, nameIndex, nameKey, nameReference } from './names.ts'
import { searchColumn, searchColumns, searchedFields } from './search.ts'

export type Index = Readonly<{ name: string; kind: IndexKind; columns: readonly string[]; place: Place }>
/** A foreign key; `leadsTo` is what the other table holds, in words. */
export type Reference = Readonly<{
  name: string
  column: string
  toTable: string
  toColumn: string
  leadsTo: string
  place: Place
}>
/** A table as it shall be. `entity` is the definition of one; it is absent for a join table. */
export type Table = Readonly<{
  name: string
  entity?: Entity
  columns: readonly Column[]
  key: Readonly<{ name: string; columns: readonly string[] }>
  indexes: readonly Index[]
  references: readonly Reference[]
  place: Place
}>

export type NamedJoin = JoinRelation & NamedRelation
type Indexing = Readonly<{ isUnique: boolean; columns: readonly string[]; path: string; relation?: Relation }>

/** The table of an entity, with what relations that end in it add. */
function entityTable(entity: RegistryEntity, registry: Registry): Table {
  const columns = entityColumns(entity)
  const paths = new Map(columns.map((column) => [column.name, column.place.path]))
  const relations = incomingRelations(entity)
  return {
    name: entity.table,
    entity: entity.definition,
    columns: [...columns, ...searchColumns(entity)],
    key: { name: nameKey(entity.table, [entity.key.field]), columns: [entity.key.field] },
    indexes: [...entityIndexes(entity, paths, relations), ...searchIndexes(entity)],
    references: [
      ...relations.map((relation) => directReference(entity, relation, registry)),
      ...userReferences(entity, paths),
    ],
    place: { kind: 'entity', name: entity.name, path: 'table' },
  }
}

type IncomingRelation = Exclude<NamedRelation, { type: 'many_to_many' }>

/** The relations whose key stands in this entity's table. */
function incomingRelations(entity: RegistryEntity): readonly IncomingRelation[] {
  return entity.ends
    .filter((end) => end.side === 'target')
    .map((end) => end.relation)
    .filter((relation) => relation.type !== 'many_to_many')
}

function entityIndexes(
  entity: Entity,
  paths: ReadonlyMap<string, string>,
  relations: readonly IncomingRelation[],
): readonly Index[] {
  const unique = uniqueIndexings(entity, paths, relations).map((each) => makeIndex(entity, each))
  const taken = new Set([
    JSON.stringify([entity.key.field]),
    ...unique.map((index) => JSON.stringify(index.columns)),
  ])
  const plain = plainIndexings(entity, paths, relations)
    .filter(({ columns }) => !taken.has(JSON.stringify(columns)))
    .map((each) => makeIndex(entity, each))
  return [...new Map([...plain, ...unique].reverse().map((index) => [index.name, index])).values()].reverse()
}

/** The index's name tells the language and the fields, and so whether the column beneath is as it shall be. */
function searchIndexes(entity: Entity): readonly Index[] {
  const fields = searchedFields(entity).map((field) => field.name)
  if (fields.length === 0) return []
  const name = nameIndex('search', entity.table, [entity.searchLanguage, ...fields])
  const place: Place = { kind: 'entity', name: entity.name, path: 'search_language' }
  return [{ name, kind: 'search', columns: [searchColumn], place }]
}

function uniqueIndexings(
  entity: Entity,
  paths: ReadonlyMap<string, string>,
  relations: readonly IncomingRelation[],
): readonly Indexing[] {
  const fields = entity.fields.filter((field) => field.unique && field.name !== entity.slug?.field)
  return [
    ...fields.map(({ name }) => ({ isUnique: true, columns: [name], path: `${paths.get(name)}.unique` })),
    ...(entity.slug ? [{ isUnique: true, columns: [entity.slug.field], path: 'slug' }] : []),
    ...entity.uniqueTogether.map((columns, at) => ({
      isUnique: true,
      columns,
      path: `unique_together[${at}]`,
    })),
    ...relations
      .filter((relation) => relation.type === 'one_to_one')
      .map((relation) => overTargetKey(relation, true)),
  ]
}

function plainIndexings(
  entity: Entity,
  paths: ReadonlyMap<string, string>,
  relations: readonly IncomingRelation[],
): readonly Indexing[] {
  const fields = entity.fields.filter((field) => field.indexed)
  return [
    ...fields.map(({ name }) => ({ isUnique: false, columns: [name], path: `${paths.get(name)}.indexed` })),
    ...entity.indexes.map((columns, at) => ({ isUnique: false, columns, path: `indexes[${at}]` })),
    ...relations.map((relation) => overTargetKey(relation, false)),
  ]
}

function overTargetKey(relation: IncomingRelation, isUnique: boolean): Indexing {
  return { isUnique, columns: [relation.targetKey], path: 'target_key', relation }
}

function makeIndex(entity: Entity, { isUnique, columns, path, relation }: Indexing): Index {
  const uniqueKind = entity.softDelete ? 'unique_live' : 'unique'
  const kind = isUnique ? uniqueKind : 'index'
  const place: Place = relation ? placeOf(relation, path) : { kind: 'entity', name: entity.name, path }
  return { name: nameIndex(kind, entity.table, columns), kind, columns, place }
}

function placeOf(relation: Relation, path: string): Place {
  return { kind: 'relation', name: `${relation.source}.${relation.name}`, path }
}

function directReference(entity: Entity, relation: IncomingRelation, registry: Registry): Reference {
  return makeReference(
    entity.table,
    relation.targetKey,
    entityOf(registry, relation.source),
    placeOf(relation, 'target_key'),
  )
}

function makeReference(table: string, column: string, to: Entity, place: Place): Reference {
  const name = nameReference(table, column, to.table, to.key.field)
  return { name, column, toTable: to.table, toColumn: to.key.field, leadsTo: to.name, place }
}

function userReferences(entity: Entity, paths: ReadonlyMap<string, string>): readonly Reference[] {
  const fields = entity.fields.filter((field) => field.references === 'user')
  return fields.map((field) => ({
    name: nameReference(entity.table, field.name, '_users', 'id'),
    column: field.name,
    toTable: '_users',
    toColumn: 'id',
    leadsTo: 'user',
    place: { kind: 'entity', name: entity.name, path: `${paths.get(field.name)}.references` },
  }))
}

/** The table that holds the pairs of a many_to_many relation. */
function joinTable(relation: NamedJoin, registry: Registry): Table {
  const ends = [
    { column: relation.sourceJoinKey, to: entityOf(registry, relation.source), path: 'source_join_key' },
    { column: relation.targetJoinKey, to: entityOf(registry, relation.target), path: 'target_join_key' },
  ]
  const table = relation.joinTable
  const columns = ends.map(({ column }) => column)
  const second = [relation.targetJoinKey]
  return {
    name: table,
    columns: ends.map(({ column, to, path }) => ({
      name: column,
      type: columnType(to.key),
      nullable: false,
      identity: false,
      place: placeOf(relation, path),
    })),
    key: { name: nameKey(table, columns), columns },
    indexes: [
      {
        name: nameIndex('index', table, second),
        kind: 'index',
        columns: second,
        place: placeOf(relation, 'join_table'),
      },
    ],
    references: ends.map(({ column, to, path }) => makeReference(table, column, to, placeOf(relation, path))),
    place: placeOf(relation, 'join_table'),
  }
}

/** Every table that the definitions ask for; `owner` is the entity, or the source of the relation. */
export function* allTables(
  registry: Registry,
): Generator<Readonly<{ table: Table; owner: string; relation?: string }>> {
  for (const entity of registry.entities.values())
    yield { table: entityTable(entity, registry), owner: entity.name }
  for (const relation of registry.definitions.relations)
    if (relation.type === 'many_to_many')
      yield {
        table: joinTable(relation, registry),
        owner: relation.source,
        relation: `${relation.source}.${relation.name}`,
      }
}
