// The column that holds a field: its type, default and what rows without a value get.
import { quoteText } from '../../database/identifiers.ts'
import { type Entity, listWrittenFields } from '../entity.ts'
import type { Field } from '../field.ts'
import type { DefinitionProblem, RegistryEntity } from '../registry.ts'
import { nameMachine } from '../state-machine.ts'
import { type FieldType, readValue, type Value } from '../value.ts'

/** Where in the definitions something stands. */
export type Place = Omit<DefinitionProblem, 'message'>

/**
 * A column as it shall be. `type` is spelled as PostgreSQL's format_type does; `default` and `fill` are SQL.
 * `fill` is what rows that have no value get when the column is not nullable; `generated` is what PostgreSQL computes.
 */
export type Column = Readonly<{
  name: string
  type: string
  nullable: boolean
  identity: boolean
  default?: string
  fill?: string
  generated?: string
  field?: Field
  /** The only values that a state machine allows, and where it says so. */
  states?: Readonly<{ values: readonly string[]; place: Place }>
  place: Place
}>

const types: Readonly<Record<FieldType, string>> = {
  string: 'text',
  text: 'text',
  int: 'integer',
  bigint: 'bigint',
  float: 'double precision',
  decimal: 'numeric',
  boolean: 'boolean',
  uuid: 'uuid',
  timestamp: 'timestamp(3) with time zone',
  date: 'date',
  time: 'time without time zone',
  json: 'jsonb',
  file: 'jsonb',
}

/** PostgreSQL's type for a field's column, as format_type spells it. */
export function columnType(field: Readonly<{ type: FieldType; precision?: number }>): string {
  return field.precision === undefined ? types[field.type] : `numeric(18,${field.precision})`
}

/** The columns of an entity's table: its fields, the row's version, and what a soft deletion leaves. */
export function entityColumns(entity: RegistryEntity): readonly Column[] {
  const paths = fieldPaths(entity)
  const fields = entity.fields.map((field) => {
    const place: Place = { kind: 'entity', name: entity.name, path: paths.get(field.name) ?? field.name }
    if (field.name === entity.key.field) return keyColumn(entity, place)
    return { ...fieldColumn(field, place), ...listStates(entity, field) }
  })
  return [...fields, ...systemColumns(entity)]
}

/** Where each field stands in the written definition: `fields[2]`, `primary_key` or `slug`. */
function fieldPaths(entity: Entity): ReadonlyMap<string, string> {
  const paths = new Map(listWrittenFields(entity).map((name, index) => [name, `fields[${index}]`]))
  if (entity.slug && !paths.has(entity.slug.field)) paths.set(entity.slug.field, 'slug')
  return paths.set(entity.key.field, 'primary_key')
}

function keyColumn({ key }: Entity, place: Place): Column {
  const common = { name: key.field, type: types[key.type], nullable: false, place }
  if (key.generated && key.type === 'uuid')
    return { ...common, identity: false, default: 'gen_random_uuid()' }
  return { ...common, identity: key.generated }
}

function fieldColumn(field: Field, place: Place): Column {
  const type = columnType(field)
  const common = { name: field.name, type, nullable: field.nullable, identity: false, field, place }
  const initial = writeDefault(field, type)
  if (initial !== undefined) return { ...common, default: initial, fill: initial }
  return field.auto === undefined ? common : { ...common, fill: `now()::${type}` }
}

function listStates(entity: RegistryEntity, field: Field): Pick<Column, 'states'> {
  const { machine } = entity.behaviour
  if (machine?.field.name !== field.name) return {}
  const name = nameMachine({ entity: entity.name, field: field.name })
  return { states: { values: machine.states, place: { kind: 'machine', name, path: 'definition' } } }
}

/** A field's default as a typed literal. */
function writeDefault(field: Field, type: string): string | undefined {
  if (field.default === undefined) return undefined
  const reading = readValue(field, field.default)
  if ('problem' in reading) throw new Error(`The default of ${field.name} ${reading.problem}`)
  return `${quoteText(writeText(field.type, reading.value))}::${type}`
}

function writeText(type: FieldType, value: Value): string {
  return typeof value === 'string' && type !== 'json' ? value : JSON.stringify(value)
}

function systemColumns(entity: Entity): readonly Column[] {
  const place: Place = { kind: 'entity', name: entity.name, path: 'soft_delete' }
  const common = { identity: false, place }
  const version = { ...common, name: '_version', type: 'integer', nullable: false, default: '1', fill: '1' }
  const dead = [
    { ...common, name: 'deleted_at', type: types.timestamp, nullable: true },
    { ...common, name: '_deletion', type: 'uuid', nullable: true },
  ]
  return entity.softDelete ? [version, ...dead] : [version]
}
