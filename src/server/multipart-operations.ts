// The operations and the map of a form with files: what stands where, by the multipart request specification.
import { fail } from '../errors.ts'
import type { Incoming } from '../files/incoming.ts'
import { isObject } from '../reader.ts'

/** Which places each file goes to, by its name in the form. */
export type FileMap = ReadonlyMap<string, readonly string[]>

/** Reads one of the two texts, which must be a JSON object. */
export function readJson(name: string, text: string): Record<string, unknown> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw refuse(`has ${name} that are no JSON`)
  }
  if (isObject(json)) return json
  throw refuse(`has ${name} that are no JSON object; requests in a batch are not taken`)
}

/** Reads the map; no more files than allowed, no more than 100 places for one. */
export function readMap(json: Record<string, unknown>, maxFiles: number): FileMap {
  const entries = Object.entries(json)
  if (entries.length > maxFiles) throw fail('LIMIT_EXCEEDED', `A request may have at most ${maxFiles} files`)
  return new Map(
    entries.map(([name, paths]) => {
      if (Array.isArray(paths) && paths.length <= 100 && paths.every((path) => typeof path === 'string'))
        return [name, paths]
      throw refuse(`has a map in which ${JSON.stringify(name)} is no list of paths`)
    }),
  )
}

/** What came: without operations or a map there is nothing to place. */
type Placing = Readonly<{
  operations?: unknown
  map?: FileMap
  files: ReadonlyMap<string, Promise<Incoming>>
}>

/** The operation, with each file where the map says. */
export async function placeFiles({ operations, map, files }: Placing): Promise<Record<string, unknown>> {
  if (!isObject(operations)) throw refuse('has no operations')
  if (map === undefined) throw refuse('has no map')
  for (const [name, paths] of map) {
    const file = await files.get(name)
    if (file === undefined) throw refuse(`lacks the file ${JSON.stringify(name)}`)
    for (const path of paths) placeFile(operations, path, file)
  }
  return operations
}

/** Only a null that the operation itself has can be replaced: nothing inherited is ever touched. */
function placeFile(operations: Record<string, unknown>, path: string, file: Incoming): void {
  const steps = path.split('.')
  const last = steps.pop() ?? ''
  let place: unknown = operations
  for (const step of steps)
    place =
      typeof place === 'object' && place !== null && Object.hasOwn(place, step)
        ? Reflect.get(place, step)
        : null
  if (
    typeof place !== 'object' ||
    place === null ||
    !Object.hasOwn(place, last) ||
    Reflect.get(place, last) !== null
  )
    throw refuse(`has a map to ${JSON.stringify(path)}, where the operations have no null`)
  Reflect.set(place, last, file)
}

/** The error for a body that is not as the specification says. */
export function refuse(problem: string): Error {
  return fail(
    'BAD_USER_INPUT',
    `The multipart body ${problem}; see the GraphQL multipart request specification`,
  )
}
