// Which places can stand beside which fields.
import type { Field } from '../field.ts'
import type { Place } from '../place.ts'
import type { FieldType } from '../value.ts'

/** What the known places are; attributes of users may be anything. */
const places: ReadonlyMap<string, Readonly<{ noun: string; suits: readonly FieldType[] }>> = new Map([
  ['user.id', { noun: 'the id of a user', suits: ['uuid', 'string', 'text'] }],
  ['user.email', { noun: 'a text', suits: ['string', 'text'] }],
  ['user.roles', { noun: 'a list; it goes with in and not_in', suits: [] }],
  ['now', { noun: 'a moment', suits: ['timestamp', 'date'] }],
])

/** Whether what the place stands for can be compared, as one value, with the field. */
export function placeSuits(place: Place, { type }: Field): boolean {
  return places.get(place.join('.'))?.suits.includes(type) ?? true
}

/** Why a place does not go with a field. */
export function tellPlace(place: Place, { name, type }: Field): string {
  const path = place.join('.')
  return `{{${path}}} is ${places.get(path)?.noun ?? 'something else'}; ${name} is of type ${type}`
}
