// What the rules of one entity are built on: the entity, the others it may name, and the names in its expressions.
import type { Load } from '../behaviour.ts'
import { recordType, type Scope, type Type } from '../expression/type.ts'
import type { Field } from '../field.ts'
import type { RegistryEntity } from '../registry.ts'

/** An entity of the registry before it has its behaviour. */
export type Subject = Omit<RegistryEntity, 'behaviour' | 'policies' | 'webhooks'>

/** What all entities have in common while they are built. */
export type Ground = Readonly<{
  subjects: ReadonlyMap<string, Subject>
  /** For each entity, the fields that its active rules compute. */
  computed: ReadonlyMap<string, ReadonlySet<string>>
  /** The record of an entity as expressions know it. */
  recordOf(entity: string): Type
}>

export type Basis = Ground & Readonly<{ subject: Subject; scope: Scope }>

/** What one expression is compiled in; the subject is absent where there is no record. */
export type Outlook = Pick<Ground, 'recordOf'> & Readonly<{ scope: Scope; subject?: Subject }>

/** Notes a problem of the definition at hand. */
export type Report = (path: string, message: string) => undefined

/** Who causes something, as expressions see one. */
export const userType: Type = {
  kind: 'record',
  name: 'user',
  fields: new Map<string, Type>([
    ['id', { kind: 'string' }],
    ['email', { kind: 'string' }],
    ['roles', { kind: 'list', of: { kind: 'string' } }],
    ['attributes', { kind: 'any' }],
  ]),
}

/** Every record is made once, when it is first asked for. */
export function buildGround(subjects: Ground['subjects'], computed: Ground['computed']): Ground {
  const records = new Map<string, Type>()
  const recordOf = (entity: string): Type => {
    const record = records.get(entity) ?? recordType(entity, subjects.get(entity)?.fields ?? [])
    records.set(entity, record)
    return record
  }
  return { subjects, computed, recordOf }
}

export function buildBasis(ground: Ground, subject: Subject): Basis {
  const record = ground.recordOf(subject.name)
  const scope = new Map<string, Type>([
    ['record', record],
    ['old', record],
    ['changes', record],
    ['user', userType],
    ['action', { kind: 'string' }],
    ['entity', { kind: 'string' }],
    ['now', { kind: 'timestamp' }],
    ['related', { kind: 'record', name: 'related', fields: new Map() }],
  ])
  return { ...ground, subject, scope }
}

/** The names of the scope, where `related` holds what was loaded. */
export function scopeWith({ scope, recordOf }: Outlook, loads: readonly Load[]): Scope {
  if (loads.length === 0) return scope
  const fields = loads.map(({ name, end }): [string, Type] => {
    const record = recordOf(end.other)
    return [name, end.isList ? { kind: 'list', of: record } : record]
  })
  return new Map([...scope, ['related', { kind: 'record', name: 'related', fields: new Map(fields) }]])
}

/** Why nobody but the system sets the field of an entity; undefined when somebody may. */
export function findMaker(
  { computed }: Pick<Ground, 'computed'>,
  subject: Subject,
  field: Field,
): string | undefined {
  if (field.auto !== undefined) return `is set by the system (auto: ${field.auto})`
  if (field.name === subject.slug?.field) return `is the slug, made from ${subject.slug.source}`
  if (computed.get(subject.name)?.has(field.name)) return 'is computed by a rule'
  return undefined
}
