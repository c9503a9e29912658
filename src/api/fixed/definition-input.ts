// Between the inputs of the admin API and the metadata language: keys go from camelCase to snake_case, problems come back.
import { failAll, type Problem } from '../../errors.ts'
import { type Entity, writeEntity } from '../../metadata/entity.ts'
import type { DefinitionKind, DefinitionProblem } from '../../metadata/registry.ts'
import { isObject, joinPath } from '../../reader.ts'

/** Reads a definition: adds every problem with its path, as readEntity and readRelation do. */
export type ReadDefinition<T> = (value: unknown, path: string, problems: Problem[]) => T | undefined

/** What stands under these keys is data: its own keys are not the language's. */
const dataKeys: ReadonlySet<string> = new Set([
  'default',
  'value',
  'values',
  'payload',
  'headers',
  'retry',
  'filter',
  'context',
])

/** Reads an input as a definition; all problems are VALIDATION_FAILED, located as the client wrote the argument. */
export function readDefinitionInput<T>(input: unknown, read: ReadDefinition<T>, argument = 'input'): T {
  const problems: Problem[] = []
  const definition = read(toDefinition(input), argument, problems)
  if (definition === undefined || problems.length > 0)
    throw failAll(
      'VALIDATION_FAILED',
      problems.map((problem) => ({ ...problem, path: toInputPath(problem.path) })),
    )
  return definition
}

/** The input in the spelling of documents: `maxSize` becomes `max_size`, at every depth. */
export function toDefinition(input: unknown): unknown {
  if (Array.isArray(input)) return input.map(toDefinition)
  if (!isObject(input)) return input
  const entries = Object.entries(input).map(
    ([key, value]) => [snakeCase(key), dataKeys.has(key) ? value : toDefinition(value)] as const,
  )
  return Object.fromEntries(entries)
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** The path as the client wrote the input: `input.fields[1].max_size` is `input.fields[1].maxSize`; data keeps its keys. */
function toInputPath(path: string): string {
  const parts = path.split('.')
  const data = parts.findIndex((part) => dataKeys.has(part.replace(/\[.*/, '')))
  const isInput = (index: number) => data < 0 || index <= data
  return parts.map((part, index) => (isInput(index) ? camelCase(part) : part)).join('.')
}

function camelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** Where in its input a problem of the entity stands; undefined for other definitions' problems. */
export function locateInEntity(
  entity: Entity,
  input: Readonly<{ fields?: readonly Readonly<{ name: string }>[] | null | undefined }>,
) {
  const written = writeEntity(entity).fields
  const writtenNames: readonly unknown[] = Array.isArray(written)
    ? written.map((field: Readonly<{ name: string }>) => field.name)
    : []
  const inputNames: readonly unknown[] = (input.fields ?? []).map((field) => field.name)
  // Problems count the fields as a document has them; an input may also list the key and the slug.
  const countAsInput = (_: string, index: string): string =>
    `fields[${inputNames.indexOf(writtenNames[Number(index)])}]`
  return ({ kind, name, path }: DefinitionProblem): string | undefined =>
    kind === 'entity' && name === entity.name
      ? joinPath('input', toInputPath(path).replace(/^fields\[(\d+)\]/, countAsInput))
      : undefined
}

/** Where in its input a problem of one definition stands, told by its kind and name; undefined for others' problems. */
export function locateInInput(kind: DefinitionKind, name: string, argument = 'input') {
  return (problem: DefinitionProblem): string | undefined =>
    problem.kind === kind && problem.name === name ? joinPath(argument, toInputPath(problem.path)) : undefined
}
