// What kinds of values expressions know, and which kind each field of an entity has.
import type { Field } from '../field.ts'
import type { FieldType } from '../value.ts'

/** The kind of a value. `any` is known only when it is looked at: JSON, attributes of users. A `day` is a date or a timestamp. */
export type Type =
  | Readonly<{
      kind: 'any' | 'nil' | 'boolean' | 'decimal' | 'string' | 'timestamp' | 'date' | 'day' | 'time'
    }>
  | Readonly<{ kind: 'list'; of: Type }>
  | Readonly<{ kind: 'record'; name: string; fields: ReadonlyMap<string, Type> }>

/** The names that an expression may begin with (`record`, `user`, ...), and what they stand for. */
export type Scope = ReadonlyMap<string, Type>

/** Numbers of all types are exact decimals here; files and JSON are looked at when they are used. */
const kinds: Readonly<Record<FieldType, Exclude<Type['kind'], 'list' | 'record' | 'nil'>>> = {
  string: 'string',
  text: 'string',
  int: 'decimal',
  bigint: 'decimal',
  float: 'decimal',
  decimal: 'decimal',
  boolean: 'boolean',
  uuid: 'string',
  timestamp: 'timestamp',
  date: 'date',
  time: 'time',
  json: 'any',
  file: 'any',
}

/** The record of an entity, with its fields; any of them may be nil. */
export function recordType(name: string, fields: readonly Field[]): Type {
  return {
    kind: 'record',
    name,
    fields: new Map(fields.map((field) => [field.name, { kind: kinds[field.type] }])),
  }
}
