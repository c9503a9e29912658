// Looks up what places stand for, as values of the field that they are compared with; what cannot be one is nothing.
import type { Environment } from '../expression/expression.ts'
import { readDecimal } from '../expression/number.ts'
import { pickOwn, takeValue } from '../expression/values.ts'
import type { Field } from '../field.ts'
import type { Place } from '../place.ts'
import { readValue, type Value } from '../value.ts'

const mostItems = 1_000

/** The one value that a place stands for; undefined for nothing. */
export function findOne(field: Field, place: Place, environment: Environment): unknown {
  return take(field, findAt(environment, place))
}

/** The list that a place stands for, without items that no field of the kind could hold; undefined when it is no list. */
export function findMany(field: Field, place: Place, environment: Environment): unknown {
  const items = findAt(environment, place)
  if (!Array.isArray(items) || items.length > mostItems) return undefined
  return items.map((item) => take(field, item)).filter((item) => item !== undefined)
}

function findAt(environment: Environment, place: Place): unknown {
  return place.reduce<unknown>(pickOwn, environment)
}

function take(field: Field, found: unknown): unknown {
  if (found === null || found === undefined) return undefined
  const type = isMoment(field, found) ? 'timestamp' : field.type
  const reading = readValue({ type }, found)
  return 'value' in reading ? prepare(type, reading.value) : undefined
}

/** Dates compare with moments, such as that of asking. */
function isMoment({ type }: Field, found: unknown): boolean {
  return type === 'date' && typeof found === 'string' && found.length > 10
}

/** A value of the type in the form that expressions reckon with. */
export function prepare(type: Field['type'], value: Value): unknown {
  if (type === 'time') return takeValue(type, value)
  const isExact = type === 'int' || type === 'bigint' || type === 'decimal'
  return isExact ? readDecimal(String(value)) : value
}
