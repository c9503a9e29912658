// Reads values that clients gave for fields of an entity; what a GraphQL type cannot tell is told here.
import { fail } from '../../errors.ts'
import type { Field } from '../../metadata/field.ts'
import { readValue, type Value } from '../../metadata/value.ts'

/** Reads a value for a field, or refuses it as BAD_USER_INPUT at the path. */
export function readFieldValue(field: Field, input: unknown, path: string): Value {
  const reading = readValue(field, fromId(field, input))
  if ('value' in reading) return reading.value
  throw fail('BAD_USER_INPUT', `${path} ${reading.problem}`, [{ path, message: reading.problem }])
}

/** Reads a key; one of the wrong form belongs to no record, so it is undefined. */
export function readKey(field: Field, id: unknown): Value | undefined {
  const reading = readValue(field, fromId(field, id))
  return 'value' in reading ? reading.value : undefined
}

/** IDs come as text; whole-number keys are numbers in the language. */
export function fromId(field: Field, input: unknown): unknown {
  return field.type === 'int' && typeof input === 'string' && /^-?\d{1,10}$/.test(input)
    ? Number(input)
    : input
}
