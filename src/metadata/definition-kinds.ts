// The kinds of definitions, an entry each: what one is called, where it is kept, how it is read and written. A new kind starts here.
import type { Problem } from '../errors.ts'
import { isObject, joinPath } from '../reader.ts'
import { type Entity, readEntity, writeEntity } from './entity.ts'
import { namePermission, type Permission, readPermission, writePermission } from './permission.ts'
import type { DefinitionKind, DefinitionOf, DefinitionProblem, Definitions } from './registry.ts'
import { type Relation, readRelation, writeRelation } from './relation.ts'
import { nameRule, type Rule, readRule, writeRule } from './rule.ts'
import { nameMachine, readStateMachine, type StateMachine, writeStateMachine } from './state-machine.ts'
import { nameWebhook, readWebhook, type Webhook, writeWebhook } from './webhook.ts'
import { listEntities, readWorkflow, type Workflow, writeWorkflow } from './workflow.ts'

/** The names of the lists in Definitions. */
export type List = keyof DefinitionOf

/** A row of a metadata table: its columns, and the definition as it is written. */
export type DefinitionRow = Readonly<Record<string, unknown>>

/** What a definition is when it is read, before it has what only a stored one has. */
export type ReadOf = Readonly<{
  entities: Entity
  relations: Relation
  rules: Rule
  machines: StateMachine
  workflows: Workflow
  permissions: Permission
  webhooks: Webhook
}>

/** One kind; `Read` is what a definition is when it is read, `Stored` what Definitions hold. */
export type Kind<Read, Stored> = Readonly<{
  kind: DefinitionKind
  /** Where documents list it. */
  section: string
  table: string
  /** The columns of the table that tell rows apart, and what others there are beside the definition. */
  key: readonly string[]
  columns: readonly string[]
  read(value: unknown, path: string, problems: Problem[]): Read | undefined
  /** Adds what the row says beside the definition. */
  complete(read: Read, row: DefinitionRow): Stored
  write(item: Stored): DefinitionRow
  /** What problems call it, and what they call a row that does not read. */
  nameOf(item: Stored): string
  nameRow(row: DefinitionRow): string
  /** The entities that it cannot be without, by the key under which it names them. */
  leansOn(item: Stored): readonly (readonly [path: string, entity: string])[]
  /** Those of one group keep their order, whatever it is changed to; without this the order is that of creation. */
  groupOf?(item: Stored): string
  /** Those of an entity can be replaced as a whole; the column `entity` names it. */
  isOwned?: true
  /** Where only an id tells rows apart: what makes one that changed the same still; what says the same always is. */
  likeness?(item: Read): string | undefined
}>

export const kinds: { readonly [K in List]: Kind<ReadOf[K], DefinitionOf[K]> } = {
  entities: {
    kind: 'entity',
    section: 'entities',
    table: '_entities',
    key: ['name'],
    columns: [],
    read: readEntity,
    complete: (entity) => entity,
    write: (entity) => ({ name: entity.name, definition: writeEntity(entity) }),
    nameOf: ({ name }) => name,
    nameRow: (row) => String(row.name),
    leansOn: () => [],
  },
  relations: {
    kind: 'relation',
    section: 'relations',
    table: '_relations',
    key: ['source', 'name'],
    columns: ['source_side', 'target_side'],
    read: readRelation,
    complete: (relation, row) => ({
      ...relation,
      sides: { source: String(row.source_side), target: String(row.target_side) },
    }),
    write: (relation) => ({
      source: relation.source,
      name: relation.name,
      source_side: relation.sides.source,
      target_side: relation.sides.target,
      definition: writeRelation(relation),
    }),
    nameOf: ({ source, name }) => `${source}.${name}`,
    nameRow: (row) => `${row.source}.${row.name}`,
    leansOn: ({ source, target }) => [
      ['source', source],
      ['target', target],
    ],
  },
  rules: {
    kind: 'rule',
    section: 'rules',
    table: '_rules',
    key: ['id'],
    columns: ['entity'],
    read: readRule,
    complete: (rule, row) => ({ ...rule, id: String(row.id) }),
    write: (rule) => ({ id: rule.id, entity: rule.entity, definition: writeRule(rule) }),
    nameOf: nameRule,
    nameRow: ({ id, entity, definition }) =>
      `${entity}.${isObject(definition) && typeof definition.name === 'string' ? definition.name : id}`,
    leansOn: ({ entity }) => [['entity', entity]],
    groupOf: ({ entity, priority }) => `${entity} ${priority}`,
    isOwned: true,
    likeness: ({ entity, name }) => name && `${entity}.${name}`,
  },
  machines: {
    kind: 'machine',
    section: 'state_machines',
    table: '_state_machines',
    key: ['entity', 'field'],
    columns: [],
    read: readStateMachine,
    complete: (machine) => machine,
    write: (machine) => ({
      entity: machine.entity,
      field: machine.field,
      definition: writeStateMachine(machine),
    }),
    nameOf: nameMachine,
    nameRow: (row) => `${row.entity}.${row.field}`,
    leansOn: ({ entity }) => [['entity', entity]],
    isOwned: true,
  },
  workflows: {
    kind: 'workflow',
    section: 'workflows',
    table: '_workflows',
    key: ['name'],
    columns: [],
    read: readWorkflow,
    complete: (workflow) => workflow,
    write: (workflow) => ({ name: workflow.name, definition: writeWorkflow(workflow) }),
    nameOf: ({ name }) => name,
    nameRow: (row) => String(row.name),
    leansOn: listEntities,
  },
  permissions: {
    kind: 'permission',
    section: 'permissions',
    table: '_permissions',
    key: ['id'],
    columns: ['entity'],
    read: readPermission,
    complete: (permission, row) => ({ ...permission, id: String(row.id) }),
    write: (permission) => ({
      id: permission.id,
      entity: permission.entity,
      definition: writePermission(permission),
    }),
    nameOf: namePermission,
    nameRow: ({ id, entity }) => `${entity}.${id}`,
    leansOn: ({ entity }) => [['entity', entity]],
    groupOf: ({ entity }) => entity,
    isOwned: true,
  },
  webhooks: {
    kind: 'webhook',
    section: 'webhooks',
    table: '_webhooks',
    key: ['id'],
    columns: ['entity'],
    read: readWebhook,
    complete: (webhook, row) => ({ ...webhook, id: String(row.id) }),
    write: (webhook) => ({ id: webhook.id, entity: webhook.entity, definition: writeWebhook(webhook) }),
    nameOf: nameWebhook,
    nameRow: ({ id, entity }) => `${entity || 'event'}.${id}`,
    leansOn: ({ entity, event }) => (event === undefined ? [['entity', entity]] : []),
    groupOf: ({ entity }) => entity,
    isOwned: true,
    likeness: ({ entity, event = '', hook, method, url }) => `${entity}${event} ${hook} ${method} ${url}`,
  },
}

/** Whether only an id tells definitions of the kind apart, so that a document cannot. */
export function hasIds({ key }: Pick<Kind<never, never>, 'key'>): boolean {
  return key.includes('id')
}

/** What tells a definition from the others of its kind in a document; undefined when it stands for itself. */
export function tellApart(kind: Pick<Kind<never, never>, 'key'>, item: object): string | undefined {
  const read = item as Readonly<Record<string, unknown>>
  if (!hasIds(kind)) return kind.key.map((column) => String(read[column])).join('.')
  return typeof read.name === 'string' ? `${read.entity}.${read.name}` : undefined
}

/** The lists in the order in which their definitions lean on each other. */
export const lists = Object.keys(kinds) as readonly List[]

/** Makes the list of each kind. */
export function mapDefinitions(
  makeList: <K extends List>(list: K) => readonly DefinitionOf[K][],
): Definitions {
  return Object.fromEntries(lists.map((list) => [list, makeList(list)])) as Definitions
}

/** The definitions that `isKept` holds for, told by kind, name and the entities they lean on. */
export function filterDefinitions(definitions: Definitions, isKept: (item: Told) => boolean): Definitions {
  return mapDefinitions((list) => filterList(kinds[list], definitions[list], isKept))
}

/** The definitions without those that an entity owns. */
export function removeOwned(definitions: Definitions, entity: string): Definitions {
  const owned = new Set(lists.filter((list) => kinds[list].isOwned).map((list) => kinds[list].kind))
  return filterDefinitions(
    definitions,
    ({ kind, leansOn }) => !owned.has(kind) || leansOn.every(([, name]) => name !== entity),
  )
}

/** A definition whatever its kind. */
export type Told = Readonly<{
  kind: DefinitionKind
  name: string
  leansOn: readonly (readonly [path: string, entity: string])[]
}>

function filterList<Stored>(
  kind: Pick<Kind<never, Stored>, 'kind' | 'nameOf' | 'leansOn'>,
  items: readonly Stored[],
  isKept: (item: Told) => boolean,
): readonly Stored[] {
  return items.filter((item) =>
    isKept({ kind: kind.kind, name: kind.nameOf(item), leansOn: kind.leansOn(item) }),
  )
}

/** Where a problem stands when nobody knows better: `rules.invoice.number_length.definition.value`. */
export function nameProblem({ kind, name, path }: Omit<DefinitionProblem, 'message'>): string {
  const { section } = Object.values(kinds).find((each) => each.kind === kind) ?? kinds.entities
  const owner = joinPath(section, name)
  return path === '' ? owner : joinPath(owner, path)
}
