// What no single definition can see: whether all definitions of an app fit together.
import { describe, suggest } from '../reader.ts'
import type { Entity } from './entity.ts'
import type { Field } from './field.ts'
import type { DefinitionProblem, Definitions } from './registry.ts'
import type { DirectRelation } from './relation.ts'
import type { NamedRelation } from './relation-end.ts'

/** Names every problem between definitions; an empty list means that a registry can be built of them. */
export function checkDefinitions(definitions: Definitions): readonly DefinitionProblem[] {
  const entities = new Map(definitions.entities.map((entity) => [entity.name, entity]))
  return [
    ...checkTables(definitions),
    ...definitions.relations.flatMap((relation) => checkRelation(relation, entities)),
    ...checkTargetKeys(definitions.relations),
    ...checkSides(definitions),
  ]
}

function problemOfEntity(entity: Entity, path: string, message: string): DefinitionProblem {
  return { kind: 'entity', name: entity.name, path, message }
}

function problemOf(relation: NamedRelation, path: string, message: string): DefinitionProblem {
  return { kind: 'relation', name: `${relation.source}.${relation.name}`, path, message }
}

/** Table names are shared by entities and join tables. */
function checkTables(definitions: Definitions): readonly DefinitionProblem[] {
  const owners = new Map<string, string>()
  const problems: DefinitionProblem[] = []
  for (const entity of definitions.entities) {
    const owner = owners.get(entity.table)
    if (owner)
      problems.push(
        problemOfEntity(
          entity,
          'table',
          `is taken by ${owner}: ${describe(entity.table)}; name another table`,
        ),
      )
    else owners.set(entity.table, `the entity ${entity.name}`)
  }
  for (const relation of definitions.relations) {
    if (relation.type !== 'many_to_many') continue
    const owner = owners.get(relation.joinTable)
    if (owner)
      problems.push(
        problemOf(
          relation,
          'join_table',
          `is taken by ${owner}: ${describe(relation.joinTable)}; name another`,
        ),
      )
    else owners.set(relation.joinTable, `the relation ${relation.source}.${relation.name}`)
  }
  return problems
}

function checkRelation(
  relation: NamedRelation,
  entities: ReadonlyMap<string, Entity>,
): readonly DefinitionProblem[] {
  const source = entities.get(relation.source)
  const target = entities.get(relation.target)
  const missing = (['source', 'target'] as const)
    .filter((side) => !entities.has(relation[side]))
    .map((side) =>
      problemOf(
        relation,
        side,
        `names no entity: ${describe(relation[side])}${suggest(relation[side], entities.keys())}`,
      ),
    )
  if (source === undefined || target === undefined) return missing
  const keyProblems =
    relation.sourceKey === undefined || relation.sourceKey === source.key.field
      ? []
      : [
          problemOf(
            relation,
            'source_key',
            `must be the key of ${source.name}, ${source.key.field}; found ${describe(relation.sourceKey)}`,
          ),
        ]
  const rest =
    relation.type === 'many_to_many' ? checkJoin(relation) : checkTargetKey(relation, source, target)
  return [...keyProblems, ...rest]
}

function checkJoin(relation: NamedRelation & { type: 'many_to_many' }): readonly DefinitionProblem[] {
  if (relation.sourceJoinKey !== relation.targetJoinKey) return []
  return [
    problemOf(
      relation,
      'target_join_key',
      `must differ from source_join_key, found ${describe(relation.targetJoinKey)} for both`,
    ),
  ]
}

function checkTargetKey(
  relation: NamedRelation & DirectRelation,
  source: Entity,
  target: Entity,
): readonly DefinitionProblem[] {
  const field = target.fields.find((each) => each.name === relation.targetKey)
  if (field === undefined) {
    const names = target.fields.map((each) => each.name)
    const way =
      suggest(relation.targetKey, names) ||
      `; add a field { name: ${relation.targetKey}, type: ${source.key.type} } to ${target.name}`
    return [
      problemOf(
        relation,
        'target_key',
        `names no field of ${target.name}: ${describe(relation.targetKey)}${way}`,
      ),
    ]
  }
  return findKeyProblems(relation, source, target, field).map(([path, message]) =>
    problemOf(relation, path, message),
  )
}

function findKeyProblems(
  relation: DirectRelation,
  source: Entity,
  target: Entity,
  field: Field,
): readonly (readonly [string, string])[] {
  const problems: (readonly [string, string])[] = []
  const isSameType = field.type === source.key.type || (source.key.type === 'string' && field.type === 'text')
  if (!isSameType)
    problems.push([
      'target_key',
      `must be of type ${source.key.type}, as the key of ${source.name} is; ${target.name}.${field.name} is ${field.type}`,
    ])
  if (field.auto !== undefined || field.references !== undefined || field.enum !== undefined)
    problems.push([
      'target_key',
      `must be a plain field; ${target.name}.${field.name} has auto, enum or references`,
    ])
  const frees = relation.onDelete === 'set_null' || relation.onDelete === 'detach'
  if (frees && !field.nullable)
    problems.push([
      'on_delete',
      `cannot be ${relation.onDelete}, because ${target.name}.${field.name} is not nullable; choose cascade or restrict`,
    ])
  if (relation.ownership === 'none' && !field.nullable)
    problems.push([
      'ownership',
      `cannot be none, because ${target.name}.${field.name} is not nullable and could not be cleared; choose source`,
    ])
  return problems
}

function checkTargetKeys(relations: readonly NamedRelation[]): readonly DefinitionProblem[] {
  const owners = new Map<string, NamedRelation>()
  const problems: DefinitionProblem[] = []
  for (const relation of relations) {
    if (relation.type === 'many_to_many') continue
    const place = `${relation.target}.${relation.targetKey}`
    const owner = owners.get(place)
    if (owner)
      problems.push(
        problemOf(relation, 'target_key', `is taken by the relation ${owner.source}.${owner.name}: ${place}`),
      )
    else owners.set(place, relation)
  }
  return problems
}

/** A side saved earlier can meet a field that came later; both are named. */
function checkSides(definitions: Definitions): readonly DefinitionProblem[] {
  const taken = new Map<string, string>()
  for (const entity of definitions.entities)
    for (const field of entity.fields)
      taken.set(`${entity.name}.${field.name}`, `the field ${entity.name}.${field.name}`)
  const problems: DefinitionProblem[] = []
  for (const relation of definitions.relations)
    for (const [key, place] of [
      ['name', `${relation.source}.${relation.sides.source}`],
      ['inverse', `${relation.target}.${relation.sides.target}`],
    ] as const) {
      const owner = taken.get(place)
      if (owner)
        problems.push(problemOf(relation, key, `stands in the API as ${place}, which is taken by ${owner}`))
      else taken.set(place, `the relation ${relation.source}.${relation.name}`)
    }
  return problems
}
