// Reads what a caller gave for the fields of a record, by type, and compares values as PostgreSQL would.
import { isDeepStrictEqual } from 'node:util'
import type { Row } from '../../database/connect.ts'
import type { Problem } from '../../errors.ts'
import type { Field } from '../../metadata/field.ts'
import type { RegistryEntity } from '../../metadata/registry.ts'
import { readValue, type Value } from '../../metadata/value.ts'
import { describe, joinPath, suggest } from '../../reader.ts'
import type { Input } from '../plan.ts'
import type { WriteContext } from '../write-context.ts'

/** Values to put into columns, by field name. */
export type Changes = Map<string, Value>

/** Where an input stands, and of which entity's record it is. */
type Given = Readonly<{ entity: RegistryEntity; path: string; input: Input; isNew: boolean }>

/** Reads the values of one record; adds a problem for each of a wrong form, for unknown names and for what the system sets. */
export function readInput(context: WriteContext, given: Given, problems: Problem[]): Changes {
  const { entity, path, input, isNew } = given
  const changes: Changes = new Map()
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue
    const field = entity.fieldsByName.get(name)
    const problem = field
      ? (refuseKey(entity, field, isNew) ?? readField(entity, field, value, changes))
      : refuseName(entity, name)
    if (problem === undefined) continue
    const called = field ? context.nameField(entity, field) : name
    problems.push({ path: joinPath(path, called), field: called, message: problem })
  }
  return changes
}

function refuseName(entity: RegistryEntity, name: string): string {
  return `is not a field of ${entity.name}${suggest(name, entity.fieldsByName.keys())}`
}

function refuseKey(entity: RegistryEntity, field: Field, isNew: boolean): string | undefined {
  return !isNew && field.name === entity.key.field ? 'is the key, which stays as it is' : undefined
}

function readField(
  entity: RegistryEntity,
  field: Field,
  value: unknown,
  changes: Changes,
): string | undefined {
  if (isSystems(entity, field) || field.hidden) return 'is set by the system; leave it out'
  const reading = value === null ? { value } : readValue(field, value)
  if ('problem' in reading) return reading.problem
  changes.set(field.name, reading.value)
  return undefined
}

/** Whether nobody but the system sets the field. */
export function isSystems(entity: RegistryEntity, field: Field): boolean {
  return (
    field.auto !== undefined ||
    field.name === entity.slug?.field ||
    (field.name === entity.key.field && entity.key.generated) ||
    entity.behaviour.computed.some((computed) => computed.field.name === field.name)
  )
}

/** Whether two values of a field are the same to PostgreSQL: `1.5` and `1.50`, `13:30` and `13:30:00`. */
export function isSame(field: Field, one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (one == null || other == null) return (one ?? null) === (other ?? null)
  if (field.type === 'decimal') return trimDecimal(String(one)) === trimDecimal(String(other))
  if (field.type === 'time') return trimTime(String(one)) === trimTime(String(other))
  if (field.type === 'bigint') return String(one) === String(other)
  return isDeepStrictEqual(one, other)
}

function trimDecimal(text: string): string {
  const trimmed = text.includes('.') ? text.replace(/\.?0+$/, '') : text
  return trimmed === '-0' ? '0' : trimmed
}

function trimTime(text: string): string {
  return text.length === 5 ? `${text}:00` : text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** The fields in which two rows of an entity differ. */
export function findChanged(entity: RegistryEntity, old: Row, row: Row): readonly Field[] {
  return entity.fields.filter((field) => !isSame(field, old[field.name], row[field.name]))
}

/** A value as the text that PostgreSQL casts back to the field's type. */
export function writeText(field: Field, value: unknown): string | null {
  if (value === null || value === undefined) return null
  return field.type === 'json' || field.type === 'file' ? JSON.stringify(value) : String(value)
}

/** What a problem says of a value that was found. */
export function tellFound(value: unknown): string {
  return `found ${describe(value)}`
}
