// Where two written definitions differ: lists of named things are compared by name, so that an insertion is one difference.
import { isObject, joinPath } from '../reader.ts'

/** The paths at which the definitions differ, such as `fields.total.precision`; none when one of them is absent. */
export function listDifferences(before: unknown, after: unknown): readonly string[] {
  return before === undefined || after === undefined ? [] : [...compare(before, after, '')]
}

function* compare(before: unknown, after: unknown, path: string): Generator<string> {
  if (JSON.stringify(before) === JSON.stringify(after)) return
  const [old, next] = [readParts(before), readParts(after)]
  if (old === undefined || next === undefined) return yield path
  for (const key of new Set([...old.keys(), ...next.keys()]))
    yield* compare(old.get(key), next.get(key), joinPath(path, key))
  if (sameKeys(old, next) && [...old.keys()].join('\n') !== [...next.keys()].join('\n')) yield path
}

/** The parts of an object by key, of a list of named things by name; undefined for anything else. */
function readParts(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (isObject(value)) return new Map(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
  if (!Array.isArray(value) || !value.every((item) => isObject(item) && typeof item.name === 'string'))
    return undefined
  return new Map(value.map((item: Readonly<{ name: string }>) => [item.name, item]))
}

function sameKeys(one: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): boolean {
  return one.size === other.size && [...one.keys()].every((key) => other.has(key))
}
