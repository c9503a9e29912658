// Clauses that definitions of several kinds share: whether one is active, expressions, and keys that only some variants have.
import type { Problem } from '../errors.ts'
import { addProblem, pick, readFlag, readObject, readText, type Source } from '../reader.ts'

const mostExpression = 10_000

/** Whether a definition is in force; older documents say `enabled`. */
export function readActive(source: Source): boolean {
  const [active, enabled] = [readFlag(source, 'active'), readFlag(source, 'enabled')]
  if (active !== undefined && enabled !== undefined && active !== enabled)
    addProblem(source, 'enabled', 'is another word for active, and says the opposite; drop one of the two')
  return active ?? enabled ?? true
}

/** Reads the text of an expression that must be there; what it says is checked with the whole app. */
export function readExpression(source: Source, key: string): string | undefined {
  const text = readText(source, key)
  if (pick(source, key) === undefined) return addProblem(source, key, 'is missing')
  if (text?.trim() === '') return addProblem(source, key, 'must be an expression, found empty text')
  if (text !== undefined && text.length > mostExpression)
    return addProblem(source, key, `must have at most ${mostExpression} characters, found ${text.length}`)
  return text
}

/** The variants that an object may be, by their type, and what several of them are called. */
type Variants<T extends string> = Readonly<{
  keysOf: Readonly<Record<T, readonly string[]>>
  type: T
  noun: string
}>

/** Takes an object of one of several variants; a key of another variant is told as such. */
export function readVariant<T extends string>(
  value: unknown,
  path: string,
  problems: Problem[],
  { keysOf, type, noun }: Variants<T>,
): Source {
  const all = [...new Set(Object.values<readonly string[]>(keysOf).flat())]
  const source = readObject(value, path, problems, all)
  const own = keysOf[type]
  for (const key of all)
    if (!own.includes(key) && pick(source, key) !== undefined)
      addProblem(source, key, `is not for ${type} ${noun}; those have ${own.join(', ')}`)
  return source
}
