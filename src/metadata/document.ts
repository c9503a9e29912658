// Documents: a whole app's definitions as YAML or JSON, read with every problem at once and written in one fixed form.
import { parseDocument, stringify } from 'yaml'
import { fail, failAll, type Problem } from '../errors.ts'
import {
  addProblem,
  describe,
  isObject,
  joinPath,
  pick,
  readList,
  readObject,
  type Source,
} from '../reader.ts'
import { type DefinitionRow, type Kind, kinds } from './definition-kinds.ts'
import type { Entity } from './entity.ts'
import { sortMachines, sortPermissions, sortRules, sortWebhooks } from './order.ts'
import type { Permission } from './permission.ts'
import type { Definitions } from './registry.ts'
import type { Relation } from './relation.ts'
import type { Rule } from './rule.ts'
import { nameMachine, type StateMachine } from './state-machine.ts'
import type { Webhook } from './webhook.ts'
import type { Workflow } from './workflow.ts'

/** Rows by the name of their entity or join table, as they stand in a document. */
export type SampleRows = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>
export type MetadataDocument = Readonly<{
  entities: readonly Entity[]
  relations: readonly Relation[]
  rules: readonly Rule[]
  machines: readonly StateMachine[]
  workflows: readonly Workflow[]
  permissions: readonly Permission[]
  webhooks: readonly Webhook[]
  sampleData: SampleRows
  /** The names of the fields of each entity, as the document lists them. */
  listedFields: ReadonlyMap<string, readonly unknown[]>
}>
export type DocumentFormat = 'yaml' | 'json'

const ignoredKeys = ['exported_at', 'ui_configs'] as const
const sections = Object.values(kinds).map(({ section }) => section)
const keys = ['version', ...sections, 'sample_data', ...ignoredKeys]
/** Aliases could make a small text as large as one likes. */
const mostAliases = 100

/** Parses YAML or JSON; a syntax error, like a tag that means nothing here, is BAD_USER_INPUT with its line. */
export function parseText(text: string): unknown {
  const parsed = parseDocument(text, { uniqueKeys: true, prettyErrors: true })
  const [error] = [...parsed.errors, ...parsed.warnings]
  if (error) throw fail('BAD_USER_INPUT', `The document is neither YAML nor JSON: ${error.message}`)
  try {
    return parsed.toJS({ maxAliasCount: mostAliases })
  } catch (cause) {
    throw fail(
      'BAD_USER_INPUT',
      `The document cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    )
  }
}

/** Reads a document; all its problems are thrown at once. */
export function readDocument(value: unknown): MetadataDocument {
  const problems: Problem[] = []
  const source = readObject(value, '', problems, keys)
  const version = pick(source, 'version')
  if (version !== undefined && version !== 1)
    addProblem(source, 'version', `must be 1, found ${describe(version)}`)
  const entities = readSection(source, kinds.entities)
  const relations = readSection(source, kinds.relations)
  const rules = readSection(source, kinds.rules)
  const machines = readSection(source, kinds.machines)
  const workflows = readSection(source, kinds.workflows)
  const permissions = readSection(source, kinds.permissions)
  const webhooks = readSection(source, kinds.webhooks)
  const checkTwice = (key: string, names: readonly (string | undefined)[]) =>
    problems.push(...findTwice(key, names))
  checkTwice(
    'entities',
    entities.map(({ name }) => name),
  )
  checkTwice(
    'relations',
    relations.map(({ source: from, name }) => `${from}.${name}`),
  )
  checkTwice(
    'rules',
    rules.map(({ entity, name }) => name && `${entity}.${name}`),
  )
  checkTwice('state_machines', machines.map(nameMachine))
  checkTwice(
    'workflows',
    workflows.map(({ name }) => name),
  )
  const sampleData = readSampleData(source)
  if (problems.length > 0) throw failAll('VALIDATION_FAILED', problems)
  const listedFields = listFields(pick(source, 'entities'))
  return {
    entities,
    relations,
    rules,
    machines,
    workflows,
    permissions,
    webhooks,
    sampleData,
    listedFields,
  }
}

function readSection<Read>(
  source: Source,
  kind: Pick<Kind<Read, never>, 'section' | 'read'>,
): readonly Read[] {
  return readList(source, kind.section, (item, path) => kind.read(item, path, source.problems)) ?? []
}

function listFields(entities: unknown): ReadonlyMap<string, readonly unknown[]> {
  const found = (Array.isArray(entities) ? entities : []).filter(isObject)
  return new Map(
    found.map(({ name, fields }) => [
      String(name),
      (Array.isArray(fields) ? fields : []).map((field) => (isObject(field) ? field.name : undefined)),
    ]),
  )
}

/** Where a name stands a second time; what has no name stands for itself. */
function findTwice(key: string, names: readonly (string | undefined)[]): readonly Problem[] {
  return names.flatMap((name, index) => {
    const first = names.indexOf(name)
    if (name === undefined || first === index) return []
    const message = `is defined twice: ${name} stands at ${key}[${first}] too`
    return [{ path: joinPath(key, index), message }]
  })
}

function readSampleData(source: Source): SampleRows {
  const value = pick(source, 'sample_data')
  if (value === undefined) return {}
  if (!isObject(value)) {
    addProblem(source, 'sample_data', `must be an object of lists of rows, found ${describe(value)}`)
    return {}
  }
  for (const [name, rows] of Object.entries(value))
    if (!Array.isArray(rows) || !rows.every(isObject))
      addProblem(source, joinPath('sample_data', name), 'must be a list of objects')
  return value as SampleRows
}

/** Writes definitions, and rows where given, as a text that is the same for the same content. */
export function writeDocument(
  definitions: Definitions,
  format: DocumentFormat,
  sampleData?: SampleRows,
): string {
  const [rules, machines] = [sortRules(definitions), sortMachines(definitions)]
  const [permissions, webhooks] = [sortPermissions(definitions), sortWebhooks(definitions)]
  const { workflows } = definitions
  const document = {
    version: 1,
    entities: writeSection(kinds.entities, definitions.entities),
    relations: writeSection(kinds.relations, definitions.relations),
    ...(rules.length > 0 ? { rules: writeSection(kinds.rules, rules) } : {}),
    ...(machines.length > 0 ? { state_machines: writeSection(kinds.machines, machines) } : {}),
    ...(workflows.length > 0 ? { workflows: writeSection(kinds.workflows, workflows) } : {}),
    ...(permissions.length > 0 ? { permissions: writeSection(kinds.permissions, permissions) } : {}),
    ...(webhooks.length > 0 ? { webhooks: writeSection(kinds.webhooks, webhooks) } : {}),
    ...(sampleData && Object.keys(sampleData).length > 0 ? { sample_data: sampleData } : {}),
  }
  return format === 'json'
    ? `${JSON.stringify(document, undefined, 2)}\n`
    : stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })
}

function writeSection<Stored>(
  kind: Readonly<{ write(item: Stored): DefinitionRow }>,
  items: readonly Stored[],
): readonly unknown[] {
  return items.map((item) => kind.write(item).definition)
}
