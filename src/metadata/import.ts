// What an import makes of the definitions there are, and where in its document a problem stands.
import { randomUUID } from 'node:crypto'
import { joinPath } from '../reader.ts'
import {
  hasIds,
  type Kind,
  kinds,
  type List,
  lists,
  mapDefinitions,
  type ReadOf,
  tellApart,
} from './definition-kinds.ts'
import type { MetadataDocument, Sections } from './document.ts'
import { listWrittenFields } from './entity.ts'
import type { DefinitionProblem, Definitions } from './registry.ts'
import { keepSides } from './sides.ts'
import type { Edit } from './store.ts'

export type Import = Readonly<{
  edit(current: Definitions): Edit
  locate(problem: Omit<DefinitionProblem, 'message'>): string
}>

/**
 * Adds or replaces what the document names. What belongs to the entities that it names becomes what it has for them.
 * With `prune` everything that it does not name goes; tables stay.
 */
export function planImport(document: MetadataDocument, prune: boolean): Import {
  const sections: Sections = document
  const places = listPlaces(sections)
  const edit = (current: Definitions): Edit => {
    const replaced = new Set([
      ...listNamed(document),
      ...(prune ? [...current.entities.map(({ name }) => name), ofNoEntity] : []),
    ])
    const definitions = mapDefinitions((list) => {
      const added = completeAll(kinds[list], sections[list], current[list])
      // Problems tell what has no name by the id that it has just been given.
      for (const [index, item] of added.entries()) places.set(placeOf(kinds[list], item), index)
      return mergeList(kinds[list], current[list], added, { prune, replaced })
    })
    const relations = mergeRelations(current, document, definitions)
    return { definitions: { ...definitions, relations }, replaced: [...replaced] }
  }
  return { edit, locate: locateIn(document, places) }
}

/** Stands for the entity of webhooks that have none. */
const ofNoEntity = ''

/** The entities that the document speaks of. */
function listNamed(document: MetadataDocument): ReadonlySet<string> {
  const owned = lists
    .filter((list) => kinds[list].isOwned)
    .flatMap((list): readonly object[] => document[list])
  return new Set([
    ...document.entities.map(({ name }) => name),
    ...owned.map((item) => String((item as Readonly<{ entity?: unknown }>).entity)),
  ])
}

type Merged<Read, Stored> = Pick<
  Kind<Read, Stored>,
  'kind' | 'key' | 'complete' | 'write' | 'nameOf' | 'isOwned' | 'likeness'
>

/** Makes definitions of a document stored ones. What is stored keeps its id; each id is given once. */
function completeAll<Read extends object, Stored extends object>(
  kind: Merged<Read, Stored>,
  added: readonly Read[],
  current: readonly Stored[],
): readonly Stored[] {
  if (!hasIds(kind)) return added.map((item) => kind.complete(item, {}))
  const free = new Map<string, string[]>()
  const listKeys = (item: Stored): readonly string[] => {
    const likeness = kind.likeness?.(item as unknown as Read)
    const content = `content ${JSON.stringify(kind.write(item).definition)}`
    return likeness === undefined ? [content] : [content, `like ${likeness}`]
  }
  for (const item of current)
    for (const key of listKeys(item)) free.set(key, [...(free.get(key) ?? []), String(kind.write(item).id)])
  const used = new Set<string>()
  return added.map((item) => {
    const fresh = kind.complete(item, { id: randomUUID() })
    const id = listKeys(fresh)
      .flatMap((key) => free.get(key) ?? [])
      .find((each) => !used.has(each))
    if (id === undefined) return fresh
    used.add(id)
    return kind.complete(item, { id })
  })
}

type Scope = Readonly<{ prune: boolean; replaced: ReadonlySet<string> }>

/** Keeps the order of what there is, and puts what is new behind it; what belongs to an entity that is named comes anew. */
function mergeList<Read, Stored extends object>(
  kind: Merged<Read, Stored>,
  current: readonly Stored[],
  added: readonly Stored[],
  { prune, replaced }: Scope,
): readonly Stored[] {
  const entityOf = (item: Stored): string => String((item as Readonly<{ entity?: unknown }>).entity)
  const kept = kind.isOwned ? current.filter((item) => !replaced.has(entityOf(item))) : prune ? [] : current
  if (hasIds(kind)) return [...kept, ...added]
  const names = new Set([...kept, ...added].map((item) => kind.nameOf(item)))
  const merged = new Map(
    current.filter((item) => names.has(kind.nameOf(item))).map((item) => [kind.nameOf(item), item] as const),
  )
  for (const item of added) merged.set(kind.nameOf(item), item)
  return [...merged.values()]
}

/** Relations that are new have no sides yet; the others keep theirs. */
function mergeRelations(
  current: Definitions,
  document: MetadataDocument,
  merged: Definitions,
): Edit['definitions']['relations'] {
  const { nameOf } = kinds.relations
  const old = new Map(current.relations.map((relation) => [nameOf(relation), relation]))
  const read = new Map(
    document.relations.map((relation) => [tellApart(kinds.relations, relation), relation] as const),
  )
  return merged.relations.map((relation) => {
    const name = nameOf(relation)
    const found = read.get(name)
    return found === undefined ? relation : keepSides(old.get(name), found)
  })
}

function placeOf<Stored>(kind: Pick<Kind<never, Stored>, 'kind' | 'nameOf'>, item: Stored): string {
  return `${kind.kind} ${kind.nameOf(item)}`
}

/** The index of each definition in its list, by kind and name; what has no name is not there yet. */
function listPlaces(sections: Sections): Map<string, number> {
  return new Map(lists.flatMap((list) => listNames(list, sections[list])))
}

function listNames<K extends List>(
  list: K,
  items: readonly ReadOf[K][],
): readonly (readonly [string, number])[] {
  return items.flatMap((item, index) => {
    const name = tellApart(kinds[list], item)
    return name === undefined ? [] : [[`${kinds[list].kind} ${name}`, index] as const]
  })
}

function locateIn(document: MetadataDocument, places: ReadonlyMap<string, number>): Import['locate'] {
  return ({ kind, name, path }) => {
    const list = lists.find((each) => kinds[each].kind === kind) ?? 'entities'
    const index = places.get(`${kind} ${name}`)
    const owner = joinPath(kinds[list].section, index ?? name)
    const place = kind === 'entity' && index !== undefined ? relocateField(document, index, path) : path
    return place === '' ? owner : joinPath(owner, place)
  }
}

/** A document may list the key among the fields, where the written form does not. */
function relocateField({ entities, listedFields }: MetadataDocument, index: number, path: string): string {
  const entity = entities[index]
  const [, at, rest] = /^fields\[(\d+)\](.*)$/.exec(path) ?? []
  if (entity === undefined || at === undefined) return path
  const name = listWrittenFields(entity)[Number(at)]
  const listed = listedFields.get(entity.name)?.indexOf(name) ?? -1
  return listed < 0 ? path : `${joinPath('fields', listed)}${rest}`
}
