// Which related rows a rule looks at: how the list is read and written. Whether the names exist is checked elsewhere.
import { describe, isObject, joinPath, pick, readList, readObject, type Source } from '../reader.ts'
import { readName } from './field.ts'
import type { Value } from './value.ts'

/** One relation whose live rows a rule sees as `related.<relation>`; each field of `filter` has one of its values. */
export type RelatedLoad = Readonly<{ relation: string; filter: Readonly<Record<string, readonly Value[]>> }>

/** Reads `related_load`; nothing is an empty list. */
export function readRelatedLoads(source: Source): readonly RelatedLoad[] {
  return readList(source, 'related_load', (item, path) => readLoad(item, path, source)) ?? []
}

function readLoad(value: unknown, path: string, { problems }: Source): RelatedLoad | undefined {
  const source = readObject(value, path, problems, ['relation', 'filter'])
  const relation = readName(source, 'relation')
  const filter = readFilter(source)
  return relation === undefined ? undefined : { relation, filter }
}

function readFilter(source: Source): Readonly<Record<string, readonly Value[]>> {
  const value = pick(source, 'filter')
  if (value === undefined) return {}
  const path = joinPath(source.path, 'filter')
  if (!isObject(value)) {
    source.problems.push({
      path,
      message: `must be an object of fields and values, found ${describe(value)}`,
    })
    return {}
  }
  // One order, since the database keeps none.
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(
    entries.map(([name, found]) => [name, readValues(found, joinPath(path, name), source)]),
  )
}

/** One value stands for a list of one. What the values must be, the field decides when the app is checked. */
function readValues(found: unknown, path: string, { problems }: Source): readonly Value[] {
  const values = Array.isArray(found) ? found : [found ?? null]
  if (values.length === 0)
    problems.push({ path, message: 'must be a value or a list of values, found an empty list' })
  return values as readonly Value[]
}

/** Writes the list in the form that documents and the tables hold; absent when it is empty. */
export function writeRelatedLoads(loads: readonly RelatedLoad[]): Record<string, unknown> {
  return loads.length === 0 ? {} : { related_load: loads.map(writeLoad) }
}

function writeLoad({ relation, filter }: RelatedLoad): Record<string, unknown> {
  const entries = Object.entries(filter).map(([name, values]) => [
    name,
    values.length === 1 ? values[0] : values,
  ])
  return entries.length === 0 ? { relation } : { relation, filter: Object.fromEntries(entries) }
}
