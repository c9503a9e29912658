// A field of an entity: its type, how a definition of one is read, and how it is written back without its defaults.

import { findNameProblem } from '../database/identifiers.ts'
import type { Problem } from '../errors.ts'
import {
  addProblem,
  describe,
  joinPath,
  pick,
  readChoice,
  readContentTypes,
  readFlag,
  readObject,
  readText,
  readTexts,
  readWhole,
  type Source,
} from '../reader.ts'
import { type FieldType, fieldTypes, readValue, type Value } from './value.ts'

/** One field, every default filled in. `nullable` false means NOT NULL in PostgreSQL and `!` in the API. */
export type Field = Readonly<{
  name: string
  type: FieldType
  description: string
  required: boolean
  nullable: boolean
  /** The definition itself says `nullable: true`, which a state machine respects. */
  isNullableStated?: true
  unique: boolean
  indexed: boolean
  hidden: boolean
  secret: boolean
  searchable: boolean
  default?: Value
  enum?: readonly string[]
  /** Digits after the point of a decimal. */
  precision?: number
  auto?: 'create' | 'update'
  /** Types that a file field takes, such as `image/*`. */
  accept?: readonly string[]
  /** The largest file, in bytes. */
  maxSize?: number
  references?: 'user'
}>

const keys = [
  'name',
  'type',
  'description',
  'required',
  'nullable',
  'unique',
  'indexed',
  'hidden',
  'secret',
  'searchable',
  'default',
  'enum',
  'precision',
  'auto',
  'accept',
  'max_size',
  'references',
] as const

const mostDepth = 100
/** PostgreSQL has these in every table. */
const systemColumns = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid']

/** Says why a column cannot have the name, although a definition can; undefined when it can. */
function findColumnProblem(name: string): string | undefined {
  if (name === 'deleted_at') return 'is reserved: the system keeps the time of deletion there'
  if (systemColumns.includes(name)) return `is reserved: PostgreSQL has a ${name} of its own in every table`
  return undefined
}

/** Reads one field of a definition; adds to `problems` and returns the best reading there is. */
export function readField(value: unknown, path: string, problems: Problem[]): Field | undefined {
  const source = readObject(value, path, problems, keys)
  const name = readName(source)
  const type = readChoice(source, 'type', [...fieldTypes, 'integer'] as const)
  if (type === undefined && pick(source, 'type') === undefined)
    addProblem(source, 'type', `is missing; it must be one of ${fieldTypes.join(', ')}`)
  if (name === undefined || type === undefined) return undefined
  const field = fillField(source, name, type === 'integer' ? 'int' : type)
  checkField(field, source)
  return field
}

/** Reads the name of a column that need not be listed among the fields; undefined when there is none. */
export function readColumnName(source: Source, key: string): string | undefined {
  const name = pick(source, key) === undefined ? undefined : readName(source, key)
  const problem = name === undefined ? undefined : findColumnProblem(name)
  return problem === undefined ? name : addProblem(source, key, problem)
}

/** Reads the key `name` as a name in the metadata language. */
export function readName(source: Source, key = 'name'): string | undefined {
  const name = readText(source, key)
  if (name === undefined) {
    if (pick(source, key) === undefined) addProblem(source, key, 'is missing')
    return undefined
  }
  const problem = findNameProblem(name)
  return problem === undefined ? name : addProblem(source, key, problem)
}

/** Reads a table's name under a key, or takes the usual one; PostgreSQL keeps names that begin with pg_ for itself. */
export function readTableName(source: Source, key: string, usual: string): string {
  const found = readText(source, key)
  const table = found ?? usual
  const problem = table.startsWith('pg_')
    ? `cannot begin with pg_, which PostgreSQL keeps for itself; found ${describe(table)}`
    : found && findNameProblem(found)
  if (problem) addProblem(source, key, problem)
  return table
}

function fillField(source: Source, name: string, type: FieldType): Field {
  const required = readFlag(source, 'required') ?? false
  const auto = readChoice(source, 'auto', ['create', 'update'] as const)
  const initial = sortKeys(pick(source, 'default'))
  const nullable = readFlag(source, 'nullable')
  return {
    name,
    type,
    description: readText(source, 'description') ?? '',
    required,
    nullable: nullable ?? (!required && initial === undefined && auto === undefined),
    ...present('isNullableStated', nullable || undefined),
    unique: readFlag(source, 'unique') ?? false,
    indexed: readFlag(source, 'indexed') ?? false,
    hidden: readFlag(source, 'hidden') ?? false,
    secret: readFlag(source, 'secret') ?? false,
    searchable: readFlag(source, 'searchable') ?? false,
    ...present('default', initial as Value | undefined),
    ...present('enum', readTexts(source, 'enum')),
    ...present('precision', readWhole(source, 'precision', 0, 18)),
    ...present('auto', auto),
    ...present('accept', readContentTypes(source, 'accept')),
    ...present('maxSize', readWhole(source, 'max_size', 1, Number.MAX_SAFE_INTEGER)),
    ...present('references', readChoice(source, 'references', ['user'] as const)),
  }
}

/** One order of keys for the same JSON value, since the database keeps none; deeper ones are refused anyway. */
export function sortKeys(value: unknown, depth = 0): unknown {
  if (depth > mostDepth || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => sortKeys(item, depth + 1))
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item, depth + 1)]))
}

/** An object with the key only when there is a value: absent and undefined are kept apart by the types. */
export function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V })
}

function checkField(field: Field, source: Source): void {
  const problem = findColumnProblem(field.name)
  if (problem !== undefined) addProblem(source, 'name', problem)
  const isText = field.type === 'string' || field.type === 'text'
  const claims: readonly (readonly [boolean, string, string])[] = [
    [field.required && field.nullable, 'nullable', 'cannot be true on a required field; drop one of the two'],
    [
      field.precision !== undefined && field.type !== 'decimal',
      'precision',
      `is for decimal fields, not for ${field.type}`,
    ],
    [
      field.auto !== undefined && !['timestamp', 'date', 'time'].includes(field.type),
      'auto',
      `is for timestamp, date and time fields, not for ${field.type}`,
    ],
    [
      field.auto !== undefined && field.default !== undefined,
      'default',
      'cannot stand beside auto; the system sets the value',
    ],
    [
      field.auto !== undefined && field.required,
      'required',
      'cannot stand beside auto; the system sets the value',
    ],
    [
      (field.hidden || field.secret) && field.required && field.default === undefined,
      'default',
      'is missing; a field that is hidden or secret, and required, needs one',
    ],
    [field.searchable && !isText, 'searchable', `is for string and text fields, not for ${field.type}`],
    [
      field.references !== undefined && field.type !== 'uuid',
      'references',
      `is for uuid fields, not for ${field.type}`,
    ],
    [
      field.accept !== undefined && field.type !== 'file',
      'accept',
      `is for file fields, not for ${field.type}`,
    ],
    [
      field.maxSize !== undefined && field.type !== 'file',
      'max_size',
      `is for file fields, not for ${field.type}`,
    ],
    [
      field.unique && (field.type === 'json' || field.type === 'file'),
      'unique',
      `is not for ${field.type} fields`,
    ],
    [
      field.indexed && (field.type === 'json' || field.type === 'file'),
      'indexed',
      `is not for ${field.type} fields`,
    ],
    [field.enum !== undefined && !isText, 'enum', `is for string and text fields, not for ${field.type}`],
    [field.type === 'file' && field.default !== undefined, 'default', 'is not for file fields'],
  ]
  for (const [isBroken, key, message] of claims) if (isBroken) addProblem(source, key, message)
  checkEnum(field, source)
  checkDefault(field, source)
}

function checkEnum(field: Field, source: Source): void {
  const values = field.enum
  if (values === undefined) return
  if (values.length === 0) addProblem(source, 'enum', 'must list at least one value')
  values.forEach((value, index) => {
    const reading = readValue({ type: 'string' }, value)
    if ('problem' in reading || value === '')
      addProblem(source, joinPath('enum', index), 'must be text that is not empty and has no NUL')
    if (values.indexOf(value) !== index)
      addProblem(source, joinPath('enum', index), `is listed twice: ${describe(value)}`)
  })
}

function checkDefault(field: Field, source: Source): void {
  if (field.default === undefined) return
  const reading = readValue(field, field.default)
  if ('problem' in reading)
    addProblem(source, 'default', `${reading.problem}, because the field is of type ${field.type}`)
  else if (field.enum !== undefined && !field.enum.includes(String(field.default)))
    addProblem(
      source,
      'default',
      `must be one of the enum's values (${field.enum.join(', ')}), found ${describe(field.default)}`,
    )
}

/** Writes a field in the form that documents and the tables hold: snake_case, without what defaults say. */
export function writeField(field: Field): Record<string, unknown> {
  const defaultNullable = !field.required && field.default === undefined && field.auto === undefined
  const flags = (['required', 'unique', 'indexed', 'hidden', 'secret', 'searchable'] as const).filter(
    (key) => field[key],
  )
  return {
    name: field.name,
    type: field.type,
    ...(field.description === '' ? {} : { description: field.description }),
    ...Object.fromEntries(flags.map((key) => [key, true])),
    ...(field.nullable === defaultNullable && !field.isNullableStated ? {} : { nullable: field.nullable }),
    ...present('default', field.default),
    ...present('enum', field.enum),
    ...present('precision', field.precision),
    ...present('auto', field.auto),
    ...present('accept', field.accept),
    ...present('max_size', field.maxSize),
    ...present('references', field.references),
  }
}
