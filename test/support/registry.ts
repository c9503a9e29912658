// Makes a registry of a document without any database.
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { findViews, type View } from '../../src/api/generated/view.ts'
import type { Problem } from '../../src/errors.ts'
import { checkDefinitions } from '../../src/metadata/check.ts'
import { readEntity } from '../../src/metadata/entity.ts'
import { readPermission } from '../../src/metadata/permission.ts'
import { buildRegistry } from '../../src/metadata/register.ts'
import type { Registry } from '../../src/metadata/registry.ts'
import { readRelation } from '../../src/metadata/relation.ts'
import { readRule } from '../../src/metadata/rule.ts'
import { nameSides } from '../../src/metadata/sides.ts'
import { readStateMachine } from '../../src/metadata/state-machine.ts'

type Document = Readonly<
  Partial<Record<'entities' | 'relations' | 'rules' | 'state_machines' | 'permissions', readonly unknown[]>>
>

/** The registry that a document describes; a document with problems is an error of the test. */
export function makeRegistry(document: Document): Registry {
  const {
    entities = [],
    relations = [],
    rules = [],
    state_machines: machines = [],
    permissions = [],
  } = document
  const problems: Problem[] = []
  const definitions = nameSides({
    entities: entities
      .map((entity, index) => readEntity(entity, `entities[${index}]`, problems))
      .filter((each) => each !== undefined),
    relations: relations
      .map((relation, index) => readRelation(relation, `relations[${index}]`, problems))
      .filter((each) => each !== undefined),
    rules: rules
      .map((rule, index) => readRule(rule, `rules[${index}]`, problems))
      .flatMap((rule) => (rule ? [{ ...rule, id: randomUUID() }] : [])),
    machines: machines
      .map((machine, index) => readStateMachine(machine, `state_machines[${index}]`, problems))
      .filter((each) => each !== undefined),
    permissions: permissions
      .map((permission, index) => readPermission(permission, `permissions[${index}]`, problems))
      .flatMap((permission) => (permission ? [{ ...permission, id: randomUUID() }] : [])),
  })
  const all = [...problems, ...checkDefinitions(definitions)]
  if (all.length > 0) throw new Error(JSON.stringify(all, undefined, 2))
  return buildRegistry(1, definitions)
}

/** What of an entity roles can use, administrators when none are named. */
export function viewOf(registry: Registry, entity: string, roles: readonly string[] = ['admin']): View {
  const view = findViews(registry, roles).get(entity)
  if (view === undefined) throw new Error(`${roles.join(', ')} can do nothing with ${entity}`)
  return view
}

/** An example of the project as an object. */
export async function readExample(
  name: string,
): Promise<{ entities: Record<string, unknown>[]; relations: Record<string, unknown>[] }> {
  return parse(await readFile(`examples/${name}.yaml`, 'utf8'))
}
