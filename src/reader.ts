// Reads outside values (`unknown`) into typed ones and names every problem with its path; knows no definition.
import { distance } from 'fastest-levenshtein'
import type { Problem } from './errors.ts'

/** An object under reading: its known keys, where it stands, and the list that problems are added to. */
export type Source = Readonly<{ value: Readonly<Record<string, unknown>>; path: string; problems: Problem[] }>

/** Joins a path: `fields`, `[2]` and `default` make `fields[2].default`. */
export function joinPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`
  return path === '' ? key : `${path}.${key}`
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Describes a value for a message, shortened: `"draft"`, `[1,2]`, `nothing`. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = writeShort(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** Values that lead back to themselves, or go too deep, have no JSON text. */
function writeShort(value: unknown): string {
  try {
    return typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? String(value))
  } catch {
    return 'a value without an end'
  }
}

/** Says ` (did you mean "total"?)` when a candidate is near, else nothing. */
export function suggest(found: string, candidates: Iterable<string>): string {
  let best: string | undefined
  let bestDistance = Math.floor(found.length * 0.4) + 1
  for (const candidate of candidates) {
    const far = distance(found, candidate)
    if (far < bestDistance) [best, bestDistance] = [candidate, far]
  }
  return best === undefined ? '' : ` (did you mean ${JSON.stringify(best)}?)`
}

export function addProblem(source: Source, key: string, message: string): undefined {
  source.problems.push({ path: key === '' ? source.path : joinPath(source.path, key), message })
  return undefined
}

/** Takes an object whose keys are all among `keys`; anything else is a problem, and an empty object stands for it. */
export function readObject(
  value: unknown,
  path: string,
  problems: Problem[],
  keys: readonly string[],
): Source {
  const source = { value: isObject(value) ? value : {}, path, problems }
  if (!isObject(value)) addProblem(source, '', `must be an object, found ${describe(value)}`)
  for (const key of Object.keys(source.value))
    if (!keys.includes(key))
      addProblem(source, key, `is not known here${suggest(key, keys)}; known are ${keys.join(', ')}`)
  return source
}

/** The value under a key, own properties only; null counts as absent. */
export function pick(source: Source, key: string): unknown {
  return Object.hasOwn(source.value, key) ? (source.value[key] ?? undefined) : undefined
}

export function readText(source: Source, key: string): string | undefined {
  const value = pick(source, key)
  if (value === undefined) return undefined
  const problem = findTextProblem(value)
  return problem === undefined ? String(value) : addProblem(source, key, problem)
}

/** Whether PostgreSQL can hold the text: it has neither NUL nor half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

function findTextProblem(value: unknown): string | undefined {
  if (typeof value !== 'string') return `must be text, found ${describe(value)}`
  return isStorable(value) ? undefined : 'must be text without NUL and without half surrogate pairs'
}

export function readFlag(source: Source, key: string): boolean | undefined {
  const value = pick(source, key)
  if (value === undefined || typeof value === 'boolean') return value
  return addProblem(source, key, `must be true or false, found ${describe(value)}`)
}

export function readWhole(source: Source, key: string, least: number, most: number): number | undefined {
  const value = pick(source, key)
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  return addProblem(source, key, `must be a whole number from ${least} to ${most}, found ${describe(value)}`)
}

export function readChoice<T extends string>(
  source: Source,
  key: string,
  choices: readonly T[],
): T | undefined {
  const value = pick(source, key)
  if (value === undefined) return undefined
  const choice = choices.find((each) => each === value)
  if (choice !== undefined) return choice
  const near = typeof value === 'string' ? suggest(value, choices) : ''
  return addProblem(source, key, `must be one of ${choices.join(', ')}; found ${describe(value)}${near}`)
}

/** Reads each item of a list with `readItem(item, path)`; an absent list is undefined. */
export function readList<T>(
  source: Source,
  key: string,
  readItem: (item: unknown, path: string) => T | undefined,
): readonly T[] | undefined {
  const value = pick(source, key)
  if (value === undefined) return undefined
  if (!Array.isArray(value)) return addProblem(source, key, `must be a list, found ${describe(value)}`)
  const path = joinPath(source.path, key)
  return value
    .map((item, index) => readItem(item, joinPath(path, index)))
    .filter((item) => item !== undefined)
}

/** Reads a list of texts. */
export function readTexts(source: Source, key: string): readonly string[] | undefined {
  return readList(source, key, (item, path) => {
    const problem = findTextProblem(item)
    if (problem === undefined) return String(item)
    source.problems.push({ path, message: problem })
    return undefined
  })
}

/** Reads a list of types of content, such as `image/png` or `image/*`. */
export function readContentTypes(source: Source, key: string): readonly string[] | undefined {
  return readList(source, key, (item, path) => {
    if (typeof item === 'string' && /^[a-z]+\/(\*|[a-z0-9][a-z0-9.+-]*)$/.test(item)) return item
    const message = `must be a type such as image/png or image/*, found ${describe(item)}`
    source.problems.push({ path, message })
    return undefined
  })
}
