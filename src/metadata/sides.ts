// Settles what a relation is called on both of its entities, giving way to names that are taken.
import pluralize from 'pluralize'
import type { Entity } from './entity.ts'
import type { Definitions } from './registry.ts'
import type { Relation } from './relation.ts'
import type { NamedRelation, Sides } from './relation-end.ts'

type Unnamed = Relation & Readonly<{ sides?: Sides }>

/** Definitions whose new relations have no sides yet. */
export type UnnamedDefinitions = Omit<Definitions, 'relations'> & Readonly<{ relations: readonly Unnamed[] }>

/** Gives each relation without sides its two names; saved ones keep theirs, so that an API name never moves. */
export function nameSides(
  given: Partial<UnnamedDefinitions> & Pick<UnnamedDefinitions, 'entities' | 'relations'>,
): Definitions {
  const taken = new Map(
    given.entities.map((entity) => [entity.name, new Set(entity.fields.map((field) => field.name))]),
  )
  for (const { source, target, sides } of given.relations) {
    if (sides === undefined) continue
    taken.get(source)?.add(sides.source)
    taken.get(target)?.add(sides.target)
  }
  return {
    rules: [],
    machines: [],
    workflows: [],
    permissions: [],
    webhooks: [],
    ...given,
    relations: given.relations.map((relation) => nameRelation(relation, given.entities, taken)),
  }
}

/**
 * States the name on the target wherever it is another one than an app would choose that has these definitions from the
 * start: a name stays when what it gave way to is gone.
 */
export function stateInverses(definitions: Definitions): Definitions {
  const anew = nameSides({
    ...definitions,
    relations: definitions.relations.map(({ sides: _, ...relation }) => relation),
  })
  const relations = definitions.relations.map((relation, index) =>
    relation.sides.target === anew.relations[index]?.sides.target
      ? relation
      : { ...relation, inverse: relation.sides.target },
  )
  return { ...definitions, relations }
}

/** A new definition of a relation keeps its names in the API, unless it asks for another one; to state the one there is changes nothing. */
export function keepSides(old: NamedRelation | undefined, relation: Relation): Unnamed {
  if (old === undefined || old.target !== relation.target) return relation
  if (old.inverse === relation.inverse) return { ...relation, sides: old.sides }
  if (old.inverse !== undefined || relation.inverse !== old.sides.target) return relation
  const { inverse: _, ...rest } = relation
  return { ...rest, sides: old.sides }
}

function nameRelation(
  relation: Unnamed,
  entities: readonly Entity[],
  taken: Map<string, Set<string>>,
): NamedRelation {
  if (relation.sides !== undefined) return { ...relation, sides: relation.sides }
  const source = takeName(relation.name, taken.get(relation.source))
  const target = takeName(relation.inverse ?? defaultInverse(relation, entities), taken.get(relation.target))
  return { ...relation, sides: { source, target } }
}

function defaultInverse(relation: Relation, entities: readonly Entity[]): string {
  if (relation.type === 'many_to_many')
    return entities.find((entity) => entity.name === relation.source)?.plural ?? pluralize(relation.source)
  return relation.targetKey.endsWith('_id') ? relation.targetKey.slice(0, -3) : relation.source
}

function takeName(wanted: string, taken: Set<string> | undefined): string {
  let name = wanted
  for (let count = 1; taken?.has(name); count++) name = `${wanted}_rel${count === 1 ? '' : count}`
  taken?.add(name)
  return name
}
