// The names in a permission's clauses: the record with those behind its relations to one, who asks, and the time.
import { recordType, type Scope, type Type } from '../expression/type.ts'
import type { RegistryEntity } from '../registry.ts'

/** An entity of the registry before it has its policies. */
export type Subject = Omit<RegistryEntity, 'behaviour' | 'policies' | 'webhooks'>
export type Subjects = ReadonlyMap<string, Subject>

/** The records of all entities; those behind relations to one are among their fields, round in circles too. */
export function buildRecords(subjects: Subjects): ReadonlyMap<string, Type> {
  const fields = new Map<string, Map<string, Type>>()
  const records = new Map<string, Type>()
  for (const { name, fields: own } of subjects.values()) {
    const record = recordType(name, own)
    const all = new Map(record.kind === 'record' ? record.fields : [])
    fields.set(name, all)
    records.set(name, { kind: 'record', name, fields: all })
  }
  for (const { name, ends } of subjects.values())
    for (const end of ends) {
      const other = records.get(end.other)
      if (!end.isList && other) fields.get(name)?.set(end.name, other)
    }
  return records
}

/** The scope of the clauses of an entity's policies. */
export function buildScope(record: Type): Scope {
  return new Map<string, Type>([
    ['record', record],
    ['user', user],
    ['now', { kind: 'timestamp' }],
  ])
}

const user: Type = {
  kind: 'record',
  name: 'user',
  fields: new Map<string, Type>([
    ['id', { kind: 'string' }],
    ['email', { kind: 'string' }],
    ['roles', { kind: 'list', of: { kind: 'string' } }],
    ['attributes', { kind: 'any' }],
  ]),
}
