// All definitions of one app in their normal form, relations known from both ends; made once, then never changed.
import type { Entity, Key } from './entity.ts'
import type { Field } from './field.ts'
import type { Relation } from './relation.ts'
import type { FieldType } from './value.ts'

/** The names that a relation has in the API, on its source and on its target; settled when it is first saved. */
export type Sides = Readonly<{ source: string; target: string }>
export type NamedRelation = Relation & Readonly<{ sides: Sides }>

/** What an app's metadata tables hold, in order of creation. */
export type Definitions = Readonly<{ entities: readonly Entity[]; relations: readonly NamedRelation[] }>

export type DefinitionKind = 'entity' | 'relation'
/** A problem of one definition: `name` is the entity's, or `source.name` of a relation; `path` reaches into it. */
export type DefinitionProblem = Readonly<{
  kind: DefinitionKind
  name: string
  path: string
  message: string
}>
/** A stored definition that could not be read or did not fit; the app serves without it. */
export type Quarantined = Readonly<{ kind: DefinitionKind; name: string; messages: readonly string[] }>

/** One end of a relation, seen from the entity that has it as a field. */
export type RelationEnd = Readonly<{
  name: string
  relation: NamedRelation
  side: 'source' | 'target'
  /** The entity that the field leads to. */
  other: string
  isList: boolean
  /** The column of this entity's table that leads over, and the column it is compared with. */
  localColumn: string
  remoteColumn: string
  /** The type of the values in `localColumn`. */
  parentType: FieldType
  /** The join table of a many_to_many: `localKey` holds this entity's key, `remoteKey` the other's. */
  join?: Readonly<{ table: string; localKey: string; remoteKey: string }>
}>

/** An entity with all that other definitions say of it. */
export type RegistryEntity = Entity &
  Readonly<{ fieldsByName: ReadonlyMap<string, Field>; keyField: Field; ends: readonly RelationEnd[] }>

export type Registry = Readonly<{
  revision: number
  definitions: Definitions
  entities: ReadonlyMap<string, RegistryEntity>
  quarantined: readonly Quarantined[]
}>

/** Makes the registry of definitions that have passed the checks. */
export function buildRegistry(
  revision: number,
  definitions: Definitions,
  quarantined: readonly Quarantined[] = [],
): Registry {
  const keys = new Map(definitions.entities.map((entity) => [entity.name, entity.key]))
  const ends = new Map<string, RelationEnd[]>(definitions.entities.map((entity) => [entity.name, []]))
  for (const relation of definitions.relations) {
    ends.get(relation.source)?.push(buildSourceEnd(relation, keys))
    ends.get(relation.target)?.push(buildTargetEnd(relation, keys))
  }
  const entities = new Map(
    definitions.entities.map((entity) => [entity.name, registerEntity(entity, ends.get(entity.name) ?? [])]),
  )
  return Object.freeze({ revision, definitions, entities, quarantined })
}

function registerEntity(entity: Entity, ends: readonly RelationEnd[]): RegistryEntity {
  const fieldsByName = new Map(entity.fields.map((field) => [field.name, field]))
  const keyField = fieldsByName.get(entity.key.field)
  if (keyField === undefined)
    throw new Error(`The entity ${entity.name} has no field for its key ${entity.key.field}`)
  return Object.freeze({ ...entity, fieldsByName, keyField, ends: Object.freeze(ends) })
}

function buildSourceEnd(relation: NamedRelation, keys: ReadonlyMap<string, Key>): RelationEnd {
  const key = keyOf(keys, relation.source)
  const common = {
    name: relation.sides.source,
    relation,
    side: 'source',
    other: relation.target,
    localColumn: key.field,
    parentType: key.type,
  } as const
  if (relation.type !== 'many_to_many')
    return Object.freeze({
      ...common,
      isList: relation.type === 'one_to_many',
      remoteColumn: relation.targetKey,
    })
  const join = {
    table: relation.joinTable,
    localKey: relation.sourceJoinKey,
    remoteKey: relation.targetJoinKey,
  }
  return Object.freeze({ ...common, isList: true, remoteColumn: keyOf(keys, relation.target).field, join })
}

function buildTargetEnd(relation: NamedRelation, keys: ReadonlyMap<string, Key>): RelationEnd {
  const remote = keyOf(keys, relation.source)
  const common = {
    name: relation.sides.target,
    relation,
    side: 'target',
    other: relation.source,
    remoteColumn: remote.field,
  } as const
  if (relation.type !== 'many_to_many')
    return Object.freeze({
      ...common,
      isList: false,
      localColumn: relation.targetKey,
      parentType: remote.type,
    })
  const local = keyOf(keys, relation.target)
  const join = {
    table: relation.joinTable,
    localKey: relation.targetJoinKey,
    remoteKey: relation.sourceJoinKey,
  }
  return Object.freeze({ ...common, isList: true, localColumn: local.field, parentType: local.type, join })
}

function keyOf(keys: ReadonlyMap<string, Key>, entity: string): Key {
  const key = keys.get(entity)
  if (key === undefined) throw new Error(`No entity ${entity} is defined`)
  return key
}

/** The entity of that name; to be asked only for names that the checks have passed. */
export function entityOf(registry: Registry, name: string): RegistryEntity {
  const entity = registry.entities.get(name)
  if (entity === undefined) throw new Error(`The registry has no entity ${name}`)
  return entity
}
