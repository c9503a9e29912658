// Places in conditions of permissions: `{{user.id}}` and its like stand for something of whoever asks, or for the time.
import { describe, suggest } from '../reader.ts'

/** The path of a place: `['user', 'attributes', 'department']`. */
export type Place = readonly string[]

const known = ['user.id', 'user.email', 'user.roles', 'now']

/** The place that a value such as `{{user.id}}` is; undefined for any other value. */
export function findPlace(value: unknown): Place | undefined {
  const found = typeof value === 'string' ? /^\{\{\s*(\w+(?:\.\w+)*)\s*\}\}$/.exec(value) : null
  return found?.[1]?.split('.')
}

/** Why a value can stand in no condition although it is a text; undefined when it can, or is none. */
export function findPlaceProblem(value: unknown): string | undefined {
  if (typeof value !== 'string' || !value.includes('{{')) return undefined
  const place = findPlace(value)
  if (place === undefined)
    return `must be a place by itself, such as "{{user.id}}", or a text without "{{"; found ${describe(value)}`
  const name = place.join('.')
  if (known.includes(name) || isAttribute(place)) return undefined
  const all = [...known, 'user.attributes.<name>']
  return `is no place that is known: ${describe(value)}${suggest(name, all)}; known are ${all.join(', ')}`
}

/** Whether the place is an attribute of the user, or something inside one. */
export function isAttribute([root, part, ...names]: Place): boolean {
  return root === 'user' && part === 'attributes' && names.length > 0
}
