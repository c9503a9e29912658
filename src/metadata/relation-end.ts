// A relation as its two entities see it: what each side is called, and which columns lead over.
import type { Key } from './entity.ts'
import type { Relation } from './relation.ts'
import type { FieldType } from './value.ts'

/** The names that a relation has in the API, on its source and on its target; settled when it is first saved. */
export type Sides = Readonly<{ source: string; target: string }>
export type NamedRelation = Relation & Readonly<{ sides: Sides }>

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

/** The ends of every entity, in the order of the relations; `keys` are the keys of the entities. */
export function buildEnds(
  keys: ReadonlyMap<string, Key>,
  relations: readonly NamedRelation[],
): ReadonlyMap<string, readonly RelationEnd[]> {
  const ends = new Map<string, RelationEnd[]>([...keys.keys()].map((name) => [name, []]))
  for (const relation of relations) {
    ends.get(relation.source)?.push(buildSourceEnd(relation, keys))
    ends.get(relation.target)?.push(buildTargetEnd(relation, keys))
  }
  return ends
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
