// The only place where names of the language become names of GraphQL, and where clashes between them are found.

import type { Entity } from '../../metadata/entity.ts'
import type { Field } from '../../metadata/field.ts'
import type {
  DefinitionProblem,
  Definitions,
  Registry,
  RegistryEntity,
  RelationEnd,
} from '../../metadata/registry.ts'
import { describe } from '../../reader.ts'

/** `leave_request` becomes `LeaveRequest`. */
export function pascalCase(name: string): string {
  return name.replace(/(^|_)([a-z0-9])/g, (_, _gap, letter: string) => letter.toUpperCase())
}

/** `leave_request` becomes `leaveRequest`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** The field of the API for a field of the entity: the key is always `id`. */
export function fieldName(entity: Entity, field: Field): string {
  return field.name === entity.key.field ? 'id' : camelCase(field.name)
}

export function endName(end: RelationEnd): string {
  return camelCase(end.name)
}

/** The root field for the list: the plural, or `newsList` where the plural equals the singular. */
export function listName(entity: Entity): string {
  const list = camelCase(entity.plural)
  return list === camelCase(entity.name) ? `${list}List` : list
}

/** The root fields that write records of an entity, each made of a verb and the name of the one or of the list. */
export function mutationNames(entity: Entity) {
  const one = pascalCase(entity.name)
  const list = capitalize(listName(entity))
  return {
    create: `create${one}`,
    update: `update${one}`,
    upsert: `upsert${one}`,
    delete: `delete${one}`,
    restore: `restore${one}`,
    transition: `transition${one}`,
    createMany: `create${list}`,
    updateMany: `update${list}`,
    deleteMany: `delete${list}`,
  } as const
}

function capitalize(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`
}

/** The GraphQL names of an enum's values, by value; undefined when a value cannot be a name or two would clash. */
export function enumNames(values: readonly string[]): ReadonlyMap<string, string> | undefined {
  const names = new Map(values.map((value) => [value, value.toUpperCase()]))
  const areNames = [...names.values()].every((name) => /^[A-Z][A-Z0-9_]*$/.test(name))
  return areNames && new Set(names.values()).size === values.length ? names : undefined
}

/** Names that belong to the fixed parts of the schema: types and root fields. */
export type FixedNames = Readonly<{ types: ReadonlySet<string>; roots: ReadonlySet<string> }>

/** Names within an entity's type and inputs that the system uses; those of connections are what limits count by. */
const reservedFields = new Set([
  ...['id', 'nodeId', 'and', 'or', 'not', 'delete', 'create', 'mode', 'transitions', 'history', 'deletedAt'],
  ...['node', 'nodes', 'edges', 'pageInfo', 'totalCount', 'aggregate'],
])

/** Hands out names; one that is taken gives way with a trailing underscore. */
export type Allocator = Readonly<{ take(name: string): string }>

export function createAllocator(taken: Iterable<string>): Allocator {
  const names = new Set(taken)
  return {
    take(wanted) {
      let name = wanted
      while (names.has(name)) name += '_'
      names.add(name)
      return name
    },
  }
}

/** The names that entities have by right, before any helper gets one. */
export function entityTypeNames(registry: Registry): readonly string[] {
  return [...registry.entities.values()].map((entity) => pascalCase(entity.name))
}

export function entityRootNames(registry: Registry): readonly string[] {
  return [...registry.entities.values()].flatMap((entity) => [camelCase(entity.name), listName(entity)])
}

/** Names every clash that the API would have; metadata with such a problem is not saved. */
export function checkNames(registry: Registry, fixed: FixedNames): readonly DefinitionProblem[] {
  return [
    ...checkEntityNames(registry.definitions, fixed),
    ...[...registry.entities.values()].flatMap(checkFieldNames),
  ]
}

/** A name that an entity makes; `path` is that part of its definition which it comes from. */
type Claim = Readonly<{ path: 'name' | 'plural'; api: string; what: 'type' | 'root field' | 'mutation' }>

function checkEntityNames(definitions: Definitions, fixed: FixedNames): readonly DefinitionProblem[] {
  const owners = { type: new Map(), 'root field': new Map(), mutation: new Map<string, string>() }
  const problems: DefinitionProblem[] = []
  for (const entity of definitions.entities) {
    const refused = new Set<string>()
    for (const claim of listClaims(entity)) {
      const taken = owners[claim.what]
      const reserved = claim.what === 'type' ? fixed.types : fixed.roots
      const owner = reserved.has(claim.api) ? 'the API itself' : taken.get(claim.api)
      if (owner === undefined) taken.set(claim.api, `the entity ${entity.name}`)
      // Mutations are made of the names before them, so a clash of those is told once.
      else if (claim.what !== 'mutation' || !refused.has(claim.path))
        problems.push(entityProblem(entity, claim, owner))
      if (owner !== undefined) refused.add(claim.path)
    }
  }
  return problems
}

function listClaims(entity: Entity): readonly Claim[] {
  const { createMany, updateMany, deleteMany, ...single } = mutationNames(entity)
  const claim = (path: Claim['path'], what: Claim['what'], api: string): Claim => ({ path, what, api })
  return [
    claim('name', 'type', pascalCase(entity.name)),
    claim('name', 'root field', camelCase(entity.name)),
    claim('plural', 'root field', listName(entity)),
    ...Object.values(single).map((api) => claim('name', 'mutation', api)),
    ...[createMany, updateMany, deleteMany].map((api) => claim('plural', 'mutation', api)),
  ]
}

function entityProblem(entity: Entity, { path, api, what }: Claim, owner: string): DefinitionProblem {
  const way = path === 'plural' ? 'set another plural' : `choose another name, such as ${entity.name}_record`
  return {
    kind: 'entity',
    name: entity.name,
    path,
    message: `makes the ${what} ${describe(api)}, which belongs to ${owner}; ${way}`,
  }
}

function checkFieldNames(entity: RegistryEntity): readonly DefinitionProblem[] {
  const taken = new Map<string, string>()
  const problems: DefinitionProblem[] = []
  const written = entity.fields.filter((field) => field.name !== entity.key.field)
  written.forEach((field, index) => {
    const api = fieldName(entity, field)
    const owner = reservedFields.has(api) ? 'the API itself' : taken.get(api)
    const message = `makes the field ${describe(api)}, which belongs to ${owner}; choose another name`
    if (owner) problems.push({ kind: 'entity', name: entity.name, path: `fields[${index}].name`, message })
    else taken.set(api, `the field ${field.name}`)
  })
  for (const end of entity.ends) {
    const api = endName(end)
    const owner = reservedFields.has(api) ? 'the API itself' : taken.get(api)
    if (owner) problems.push(endProblem(end, entity, api, owner))
    else taken.set(api, `the relation ${end.relation.source}.${end.relation.name}`)
  }
  return problems
}

function endProblem(end: RelationEnd, entity: Entity, api: string, owner: string): DefinitionProblem {
  const { relation, side } = end
  const message = `makes the field ${describe(api)} on ${entity.name}, which belongs to ${owner}; choose another name`
  return {
    kind: 'relation',
    name: `${relation.source}.${relation.name}`,
    path: side === 'source' ? 'name' : 'inverse',
    message,
  }
}
