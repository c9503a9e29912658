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
import { type Entity, listWrittenFields, readEntity, writeEntity } from './entity.ts'
import type { Definitions, NamedRelation } from './registry.ts'
import { type Relation, readRelation, writeRelation } from './relation.ts'
import { keepSides } from './sides.ts'
import type { Edit } from './store.ts'

/** Rows by the name of their entity or join table, as they stand in a document. */
export type SampleRows = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>
export type MetadataDocument = Readonly<{
  entities: readonly Entity[]
  relations: readonly Relation[]
  sampleData: SampleRows
  /** The names of the fields of each entity, as the document lists them. */
  listedFields: ReadonlyMap<string, readonly unknown[]>
}>
export type DocumentFormat = 'yaml' | 'json'

const laterKinds = ['rules', 'state_machines', 'workflows', 'permissions', 'webhooks'] as const
const ignoredKeys = ['exported_at', 'ui_configs'] as const
const keys = ['version', 'entities', 'relations', 'sample_data', ...laterKinds, ...ignoredKeys]
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
  for (const kind of laterKinds) refuseLater(source, kind)
  const entities = readList(source, 'entities', (item, path) => readEntity(item, path, problems)) ?? []
  const relations = readList(source, 'relations', (item, path) => readRelation(item, path, problems)) ?? []
  checkTwice(
    entities.map(({ name }) => name),
    'entities',
    problems,
  )
  checkTwice(
    relations.map(({ source: from, name }) => `${from}.${name}`),
    'relations',
    problems,
  )
  const sampleData = readSampleData(source)
  if (problems.length > 0) throw failAll('VALIDATION_FAILED', problems)
  return { entities, relations, sampleData, listedFields: listFields(pick(source, 'entities')) }
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

function refuseLater(source: Source, kind: string): void {
  const value = pick(source, kind)
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return
  addProblem(source, kind, 'are not supported by this version; remove them')
}

function checkTwice(names: readonly string[], key: string, problems: Problem[]): void {
  names.forEach((name, index) => {
    const first = names.indexOf(name)
    if (first !== index)
      problems.push({
        path: joinPath(key, index),
        message: `is defined twice: ${name} stands at ${key}[${first}] too`,
      })
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

/** Adds or replaces what the document names; with `prune` what it does not name goes, its tables stay. */
export function importEdit(document: MetadataDocument, prune: boolean): (current: Definitions) => Edit {
  return (current) => ({
    definitions: {
      entities: mergeNamed(current.entities, document.entities, ({ name }) => name, prune),
      relations: mergeNamed(
        current.relations,
        document.relations.map((relation) => keepSides(findOld(relation, current), relation)),
        ({ source, name }) => `${source}.${name}`,
        prune,
      ),
    },
  })
}

function findOld(relation: Relation, current: Definitions): NamedRelation | undefined {
  return current.relations.find(({ source, name }) => source === relation.source && name === relation.name)
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

/** Where a problem of a definition stands in the document that brought it. */
export function locateIn(
  document: MetadataDocument,
): (problem: Readonly<{ kind: string; name: string; path: string }>) => string {
  return ({ kind, name, path }) => {
    const isEntity = kind === 'entity'
    const index = isEntity
      ? document.entities.findIndex((entity) => entity.name === name)
      : document.relations.findIndex((relation) => `${relation.source}.${relation.name}` === name)
    const owner = joinPath(isEntity ? 'entities' : 'relations', index < 0 ? name : index)
    const place = isEntity ? relocateField(document, index, path) : path
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

/** Writes definitions, and rows where given, as a text that is the same for the same content. */
export function writeDocument(
  definitions: Definitions,
  format: DocumentFormat,
  sampleData?: SampleRows,
): string {
  const document = {
    version: 1,
    entities: definitions.entities.map(writeEntity),
    relations: definitions.relations.map(writeRelation),
    ...(sampleData && Object.keys(sampleData).length > 0 ? { sample_data: sampleData } : {}),
  }
  return format === 'json'
    ? `${JSON.stringify(document, undefined, 2)}\n`
    : stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })
}
