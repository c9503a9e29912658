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
import { type Kind, kinds, type List, lists, type ReadOf, tellApart } from './definition-kinds.ts'
import { sortOwned } from './order.ts'
import type { DefinitionOf, Definitions } from './registry.ts'
import { stateInverses } from './sides.ts'

/** Rows by the name of their entity or join table, as they stand in a document. */
export type SampleRows = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>
/** The definitions of a document, list by list, as they were read. */
export type Sections = { readonly [K in List]: readonly ReadOf[K][] }
export type MetadataDocument = Sections &
  Readonly<{
    sampleData: SampleRows
    /** The names of the fields of each entity, as the document lists them. */
    listedFields: ReadonlyMap<string, readonly unknown[]>
  }>
export type DocumentFormat = 'yaml' | 'json'

const ignoredKeys = ['exported_at', 'ui_configs'] as const
const sections = lists.map((list) => kinds[list].section)
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
  const found = mapSections((list) => readSection(source, kinds[list]))
  for (const list of lists) problems.push(...findTwice(list, found))
  const sampleData = readSampleData(source)
  if (problems.length > 0) throw failAll('VALIDATION_FAILED', problems)
  return { ...found, sampleData, listedFields: listFields(pick(source, 'entities')) }
}

function mapSections(read: <K extends List>(list: K) => readonly ReadOf[K][]): Sections {
  return Object.fromEntries(lists.map((list) => [list, read(list)])) as Sections
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

/** Where a definition stands a second time; what has no name stands for itself. */
function findTwice(list: List, found: Sections): readonly Problem[] {
  const { section } = kinds[list]
  const first = new Map<string, number>()
  return found[list].flatMap((item, index) => {
    const name = tellApart(kinds[list], item)
    if (name === undefined) return []
    const place = first.get(name)
    if (place === undefined) {
      first.set(name, index)
      return []
    }
    const message = `is defined twice: ${name} stands at ${section}[${place}] too`
    return [{ path: joinPath(section, index), message }]
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
export function writeDocument(given: Definitions, format: DocumentFormat, sampleData?: SampleRows): string {
  const definitions = stateInverses(given)
  const written = lists.map(
    (list) => [kinds[list].section, writeSection(kinds[list], definitions, definitions[list])] as const,
  )
  const document = {
    version: 1,
    ...Object.fromEntries(written.filter(([section, items]) => items.length > 0 || isAlways(section))),
    ...(sampleData && Object.keys(sampleData).length > 0 ? { sample_data: sampleData } : {}),
  }
  return format === 'json'
    ? `${JSON.stringify(document, undefined, 2)}\n`
    : stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })
}

/** An empty app still shows what a document is made of. */
function isAlways(section: string): boolean {
  return section === 'entities' || section === 'relations'
}

function writeSection<K extends List>(
  kind: Pick<Kind<never, DefinitionOf[K]>, 'write' | 'isOwned'>,
  { entities }: Definitions,
  items: readonly DefinitionOf[K][],
): readonly unknown[] {
  const sorted = kind.isOwned ? sortOwned(entities, items) : items
  return sorted.map((item) => kind.write(item).definition)
}
