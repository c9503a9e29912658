// What the mutations of the admin API do to the definitions of an app; each refuses names that are taken or missing.
import { fail, failAll } from '../../errors.ts'
import { removeOwned } from '../../metadata/definition-kinds.ts'
import type { Entity } from '../../metadata/entity.ts'
import type { Definitions } from '../../metadata/registry.ts'
import type { Relation } from '../../metadata/relation.ts'
import type { NamedRelation } from '../../metadata/relation-end.ts'
import { keepSides } from '../../metadata/sides.ts'
import type { Edit } from '../../metadata/store.ts'
import { describe, suggest } from '../../reader.ts'

/** What names a relation: its source, and its name there. */
export type RelationName = Readonly<{ source: string; name: string }>

/** Adds an entity, unless there is one of that name. */
export function addEntity(current: Definitions, entity: Entity): Edit {
  if (current.entities.some(({ name }) => name === entity.name))
    throw refuseInput(
      'name',
      `is taken: the entity ${describe(entity.name)} exists already; updateEntity changes it`,
    )
  return { definitions: { ...current, entities: [...current.entities, entity] } }
}

/** Puts the new definition in the old one's place; the name stays. Columns of fields that are gone go when `dropColumns`. */
export function replaceEntity(
  current: Definitions,
  name: string,
  entity: Entity,
  dropColumns: boolean,
): Edit {
  const old = requireEntity(current, name)
  if (entity.name !== name)
    throw refuseInput(
      'name',
      `must stay ${describe(name)}, found ${describe(entity.name)}; this cannot rename`,
    )
  const definitions = {
    ...current,
    entities: current.entities.map((each) => (each.name === name ? entity : each)),
  }
  return dropColumns ? { definitions, drops: { columns: findGoneFields(old, entity) } } : { definitions }
}

function findGoneFields(old: Entity, entity: Entity): readonly Readonly<{ entity: string; field: string }>[] {
  const kept = new Set(entity.fields.map((field) => field.name))
  return old.fields
    .filter((field) => !kept.has(field.name))
    .map((field) => ({ entity: old.name, field: field.name }))
}

/** What else goes with an entity. */
export type Removal = Readonly<{ withRelations: boolean; dropTable: boolean }>

/** Removes an entity with all that it owns; relations that lean on it go with it when `withRelations`, else they refuse. */
export function removeEntity(
  current: Definitions,
  name: string,
  { withRelations, dropTable }: Removal,
): Edit {
  requireEntity(current, name)
  const leaning = current.relations.filter((relation) => leansOn(relation, name))
  if (leaning.length > 0 && !withRelations) throw refuseLeaning(name, leaning)
  const definitions = {
    ...removeOwned(current, name),
    entities: current.entities.filter((entity) => entity.name !== name),
    relations: current.relations.filter((relation) => !leansOn(relation, name)),
  }
  const edit = { definitions, replaced: [name] }
  return dropTable ? { ...edit, drops: { tables: [name], joinTables: leaning.filter(isJoin) } } : edit
}

/** Whether the relation has the entity at one of its ends. */
export function leansOn(relation: Relation, entity: string): boolean {
  return relation.source === entity || relation.target === entity
}

function refuseLeaning(name: string, leaning: readonly NamedRelation[]) {
  const names = leaning.map((relation) => `${relation.source}.${relation.name}`).join(', ')
  const message = `cannot be deleted while relations lean on it: ${names}; delete them first or set withRelations: true`
  return failAll('VALIDATION_FAILED', [{ path: 'name', message: `${describe(name)} ${message}` }])
}

function isJoin(relation: Relation): boolean {
  return relation.type === 'many_to_many'
}

function requireEntity(current: Definitions, name: string): Entity {
  const entity = current.entities.find((each) => each.name === name)
  if (entity !== undefined) return entity
  const names = current.entities.map((each) => each.name)
  throw fail('NOT_FOUND', `No entity ${describe(name)} is defined${suggest(name, names)}`)
}

/** Adds a relation, unless its source has one of that name. */
export function addRelation(current: Definitions, relation: Relation): Edit {
  const taken = describe(writeName(relation))
  if (current.relations.some((each) => isNamed(each, relation)))
    throw refuseInput('name', `is taken: the relation ${taken} exists already; updateRelation changes it`)
  return { definitions: { ...current, relations: [...current.relations, relation] } }
}

/** Puts the new definition in the old one's place; name and source stay. */
export function replaceRelation(current: Definitions, name: RelationName, relation: Relation): Edit {
  const old = requireRelation(current, name)
  for (const key of ['source', 'name'] as const) {
    const message = `must stay ${describe(name[key])}, found ${describe(relation[key])}; this cannot rename`
    if (relation[key] !== name[key]) throw refuseInput(key, message)
  }
  const renewed = keepSides(old, relation)
  const relations = current.relations.map((each) => (each === old ? renewed : each))
  return { definitions: { ...current, relations } }
}

/** Removes a relation; the join table, if it has one, goes with it when `dropTable`. */
export function removeRelation(current: Definitions, name: RelationName, dropTable: boolean): Edit {
  const old = requireRelation(current, name)
  const definitions = { ...current, relations: current.relations.filter((each) => each !== old) }
  return dropTable && isJoin(old) ? { definitions, drops: { joinTables: [name] } } : { definitions }
}

function requireRelation(current: Definitions, name: RelationName): NamedRelation {
  const relation = current.relations.find((each) => isNamed(each, name))
  if (relation !== undefined) return relation
  const wanted = writeName(name)
  const near = suggest(wanted, current.relations.map(writeName))
  throw fail('NOT_FOUND', `No relation ${describe(wanted)} is defined${near}`)
}

/** Whether this is the relation of that name. */
export function isNamed(relation: Relation, { source, name }: RelationName): boolean {
  return relation.source === source && relation.name === name
}

/** `source.name`, as problems name a relation. */
export function writeName({ source, name }: RelationName): string {
  return `${source}.${name}`
}

function refuseInput(key: string, message: string) {
  return failAll('VALIDATION_FAILED', [{ path: `input.${key}`, message }])
}
