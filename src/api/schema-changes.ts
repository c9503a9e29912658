// How the data API of one registry differs from that of another, and what each difference means for those who use it.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { CriticalityLevel, diff } from '@graphql-inspector/core'
import type { GraphQLSchema } from 'graphql'
import { filterDefinitions } from '../metadata/definition-kinds.ts'
import { draftRegistry } from '../metadata/register.ts'
import type { Definitions, Registry } from '../metadata/registry.ts'

export type Criticality = 'breaking' | 'dangerous' | 'safe'
/** One difference; `path` is such as `Invoice.total`. */
export type SchemaChange = Readonly<{ criticality: Criticality; path: string | undefined; message: string }>
export type BuildSchema = (registry: Registry) => Promise<GraphQLSchema>

const criticalities: Readonly<Record<CriticalityLevel, Criticality>> = {
  [CriticalityLevel.Breaking]: 'breaking',
  [CriticalityLevel.Dangerous]: 'dangerous',
  [CriticalityLevel.NonBreaking]: 'safe',
}
const order: readonly Criticality[] = ['breaking', 'dangerous', 'safe']
/** How many entities are compared at once: schemas are compared in one go, which must not hold up other requests. */
const portion = 4

/**
 * All differences, those that break clients first. Entities that stay are compared with those around them, a few at a
 * time; one that comes or goes and has nothing to do with those is told as a whole.
 */
export async function compareApis(
  before: Registry,
  after: Registry,
  build: BuildSchema,
): Promise<readonly SchemaChange[]> {
  const [old, next] = [before.definitions, after.definitions]
  const changed = findChanged(old, next)
  const seen = new Set(changed)
  const found = new Map<string, SchemaChange>()
  for (let start = 0; start < changed.length; start += portion) {
    const names = new Set(changed.slice(start, start + portion))
    const near = new Set([...names, ...findNear(old, names), ...findNear(next, names)])
    for (const name of near) seen.add(name)
    const cut = (given: Registry): Registry => cutOut(given, names, near)
    const changes = await compareSchemas(await build(cut(before)), await build(cut(after)))
    for (const change of changes) found.set(JSON.stringify(change), change)
    await nextTurn()
  }
  const all = [...found.values(), ...tellWhole(old, next, seen)]
  return all.toSorted((one, other) => order.indexOf(one.criticality) - order.indexOf(other.criticality))
}

async function compareSchemas(before: GraphQLSchema, after: GraphQLSchema): Promise<readonly SchemaChange[]> {
  return (await diff(before, after)).map(({ criticality, path, message }) => ({
    criticality: criticalities[criticality.level],
    path,
    message,
  }))
}

/** The entities of both that differ, or whose relations, rules or states do. */
function findChanged(before: Definitions, after: Definitions): readonly string[] {
  const [old, next] = [describeAll(before), describeAll(after)]
  return [...next.keys()].filter((name) => old.has(name) && old.get(name) !== next.get(name))
}

function describeAll({ entities, relations, rules, machines }: Definitions): ReadonlyMap<string, string> {
  const parts = new Map(entities.map((entity): [string, string[]] => [entity.name, [JSON.stringify(entity)]]))
  for (const relation of relations)
    for (const name of new Set([relation.source, relation.target]))
      parts.get(name)?.push(JSON.stringify(relation))
  for (const each of [...rules, ...machines]) parts.get(each.entity)?.push(JSON.stringify(each))
  return new Map([...parts].map(([name, texts]) => [name, texts.join('\n')]))
}

function findNear({ relations }: Definitions, names: ReadonlySet<string>): readonly string[] {
  return relations.flatMap(({ source, target }) =>
    names.has(source) || names.has(target) ? [source, target] : [],
  )
}

/** The registry of some entities and those around them, which come without rules and states. */
function cutOut(
  { revision, definitions }: Registry,
  names: ReadonlySet<string>,
  near: ReadonlySet<string>,
): Registry {
  const rest = filterDefinitions(definitions, ({ kind, name, leansOn }) => {
    if (kind === 'entity') return near.has(name)
    const among = kind === 'relation' ? near : names
    return (
      (kind === 'relation' || kind === 'rule' || kind === 'machine') &&
      leansOn.every(([, each]) => among.has(each))
    )
  })
  return draftRegistry(revision, rest).registry
}

function tellWhole(
  before: Definitions,
  after: Definitions,
  seen: ReadonlySet<string>,
): readonly SchemaChange[] {
  const list = (from: Definitions, to: Definitions): readonly string[] => {
    const known = new Set([...to.entities.map(({ name }) => name), ...seen])
    return from.entities.map(({ name }) => name).filter((name) => !known.has(name))
  }
  const tell = (criticality: Criticality, what: string) => (name: string) => ({
    criticality,
    path: undefined,
    message: `The entity ${name} ${what}, with all its types and fields`,
  })
  return [
    ...list(before, after).map(tell('breaking', 'goes')),
    ...list(after, before).map(tell('safe', 'comes')),
  ]
}
