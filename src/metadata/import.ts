// What an import makes of the definitions there are, and where in its document a problem stands.
import { randomUUID } from 'node:crypto'
import { joinPath } from '../reader.ts'
import { kinds, lists } from './definition-kinds.ts'
import type { MetadataDocument } from './document.ts'
import { listWrittenFields } from './entity.ts'
import { namePermission, type Permission, writePermission } from './permission.ts'
import type { DefinitionProblem, Definitions } from './registry.ts'
import type { Relation } from './relation.ts'
import type { NamedRelation } from './relation-end.ts'
import { nameRule, type Rule, writeRule } from './rule.ts'
import { keepSides } from './sides.ts'
import { nameMachine } from './state-machine.ts'
import type { Edit } from './store.ts'
import { nameWebhook, type Webhook, writeWebhook } from './webhook.ts'

export type Import = Readonly<{
  edit(current: Definitions): Edit
  locate(problem: Omit<DefinitionProblem, 'message'>): string
}>

/**
 * Adds or replaces what the document names, workflows by their names. Rules, machines, permissions and webhooks of the
 * entities that it names become those that it has.
 * With `prune` everything that it does not name goes; tables stay.
 */
export function planImport(document: MetadataDocument, prune: boolean): Import {
  const places = listPlaces(document)
  const edit = (current: Definitions): Edit => {
    const replaced = new Set([
      ...listNamed(document),
      ...(prune ? [...current.entities.map(({ name }) => name), ofNoEntity] : []),
    ])
    const isKept = ({ entity }: Readonly<{ entity: string }>) => !replaced.has(entity)
    const rules = document.rules.map(chooseIds(current.rules, listRuleKeys))
    const permissions = document.permissions.map(chooseIds(current.permissions, listPermissionKeys))
    const webhooks = document.webhooks.map(chooseIds(current.webhooks, listWebhookKeys))
    // Problems tell a rule without a name by the id that it has just been given.
    for (const [index, rule] of rules.entries()) places.set(`rule ${nameRule(rule)}`, index)
    for (const [index, each] of permissions.entries()) places.set(`permission ${namePermission(each)}`, index)
    for (const [index, each] of webhooks.entries()) places.set(`webhook ${nameWebhook(each)}`, index)
    const known = new Set(document.machines.map(nameMachine))
    return {
      definitions: {
        entities: mergeNamed(current.entities, document.entities, ({ name }) => name, prune),
        relations: mergeRelations(current.relations, document.relations, prune),
        rules: [...current.rules.filter(isKept), ...rules],
        machines: mergeNamed(
          current.machines.filter((machine) => isKept(machine) || known.has(nameMachine(machine))),
          document.machines,
          nameMachine,
          prune,
        ),
        workflows: mergeNamed(current.workflows, document.workflows, ({ name }) => name, prune),
        permissions: [...current.permissions.filter(isKept), ...permissions],
        webhooks: [...current.webhooks.filter(isKept), ...webhooks],
      },
      replaced: [...replaced],
    }
  }
  return { edit, locate: locateIn(document, places) }
}

/** Stands for the entity of webhooks that have none. */
const ofNoEntity = ''

/** The entities that the document speaks of. */
function listNamed(document: MetadataDocument): ReadonlySet<string> {
  const { entities, rules, machines, permissions, webhooks } = document
  return new Set([
    ...entities.map(({ name }) => name),
    ...[...rules, ...machines, ...permissions, ...webhooks].map(({ entity }) => entity),
  ])
}

/** What is stored keeps its id when the document says the same, or has the same name; each id is given once. */
function chooseIds<T extends object>(
  current: readonly (T & Readonly<{ id: string }>)[],
  listKeys: (item: T) => readonly string[],
): (item: T) => T & Readonly<{ id: string }> {
  type Stored = (typeof current)[number]
  const free = new Map<string, Stored[]>()
  for (const item of current)
    for (const key of listKeys(item)) free.set(key, [...(free.get(key) ?? []), item])
  const used = new Set<Stored>()
  return (item) => {
    const old = listKeys(item)
      .flatMap((key) => free.get(key) ?? [])
      .find((each) => !used.has(each))
    if (old !== undefined) used.add(old)
    return { ...item, id: old?.id ?? randomUUID() }
  }
}

function listRuleKeys(rule: Rule): readonly string[] {
  const content = `content ${JSON.stringify(writeRule(rule))}`
  return rule.name === undefined ? [content] : [content, `name ${rule.entity}.${rule.name}`]
}

function listPermissionKeys(permission: Permission): readonly string[] {
  return [JSON.stringify(writePermission(permission))]
}

/** A webhook that still calls the same address at the same time is the same one, and keeps its secret. */
function listWebhookKeys(webhook: Webhook): readonly string[] {
  const { entity, event = '', hook, method, url } = webhook
  return [
    `content ${JSON.stringify(writeWebhook(webhook))}`,
    `call ${entity}${event} ${hook} ${method} ${url}`,
  ]
}

function mergeRelations(
  current: readonly NamedRelation[],
  added: readonly Relation[],
  prune: boolean,
): Edit['definitions']['relations'] {
  const nameOf = ({ source, name }: Relation): string => `${source}.${name}`
  const old = new Map(current.map((relation) => [nameOf(relation), relation]))
  const settled = added.map((relation) => keepSides(old.get(nameOf(relation)), relation))
  return mergeNamed<Edit['definitions']['relations'][number]>(current, settled, nameOf, prune)
}

function mergeNamed<T>(
  current: readonly T[],
  added: readonly T[],
  nameOf: (item: T) => string,
  prune: boolean,
): readonly T[] {
  const merged = new Map<string, T>()
  const names = new Set(added.map(nameOf))
  for (const item of current) if (!prune || names.has(nameOf(item))) merged.set(nameOf(item), item)
  for (const item of added) merged.set(nameOf(item), item)
  return [...merged.values()]
}

/** The index of each definition in its list, by kind and name; rules without a name are not there yet. */
function listPlaces({
  entities,
  relations,
  rules,
  machines,
  workflows,
}: MetadataDocument): Map<string, number> {
  const named = [
    ...entities.map(({ name }, index) => [`entity ${name}`, index] as const),
    ...relations.map(({ source, name }, index) => [`relation ${source}.${name}`, index] as const),
    ...rules.map(({ entity, name }, index) => [`rule ${entity}.${name}`, index] as const),
    ...machines.map((machine, index) => [`machine ${nameMachine(machine)}`, index] as const),
    ...workflows.map(({ name }, index) => [`workflow ${name}`, index] as const),
  ]
  return new Map(named)
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
