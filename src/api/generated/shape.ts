// What each field of an entity's GraphQL type needs of a row; rows carry their columns under the names of the API.
import { type Limits, usualLimits } from '../../config/limits.ts'
import type { Field } from '../../metadata/field.ts'
import type { RegistryEntity, RelationEnd } from '../../metadata/registry.ts'
import { createAllocator, endName, fieldName, pascalCase } from './names.ts'
import type { View } from './view.ts'

/** A field of the type: a column as it is, a relation reached by a column, or what is made of the key. */
export type ShapeField =
  | Readonly<{ kind: 'column'; field: Field }>
  | Readonly<{ kind: 'relation'; end: RelationEnd; alias: string; column: string }>
  | Readonly<{ kind: 'nodeId' }>
  | Readonly<{ kind: 'version' }>
  | Readonly<{ kind: 'deletedAt' }>
  | Readonly<{ kind: 'history' }>
  | Readonly<{ kind: 'transitions' }>

/** An entity with the names that its type has in the API. */
export type Shape = Readonly<{
  /** The whole entity, whoever asks; the pipeline decides what of it may be touched. */
  entity: RegistryEntity
  /** What of the entity the API has for the roles at hand; all below but `given` has no more than that. */
  view: View
  /** How much may be asked for. */
  limits: Limits
  typeName: string
  fields: ReadonlyMap<string, ShapeField>
  /** Every readable field of the entity by its name in the API, hidden ones left out. */
  columns: ReadonlyMap<string, Field>
  /** The same for all fields that are not hidden: what inputs that came past their types mean. */
  given: ReadonlyMap<string, Field>
  /** Every relation whose rows inputs may nest, by its name in the API. */
  nested: ReadonlyMap<string, RelationEnd>
  /** Every relation to many by the name that its count has among the sort keys. */
  counts: ReadonlyMap<string, RelationEnd>
  /** The shape of the entity that a relation leads to. */
  shapeBehind(end: RelationEnd): Shape
}>

/** Makes the shape of an entity; `findShape` is asked for others only once all entities have theirs. */
export function buildShape(
  entity: RegistryEntity,
  view: View,
  findShape: (entity: string) => Shape,
  limits = usualLimits,
): Shape {
  const given = new Map(entity.fields.filter(isShown).map((field) => [fieldName(entity, field), field]))
  const fields = listFields(entity, given)
  return {
    entity,
    view,
    limits,
    typeName: pascalCase(entity.name),
    fields: keep(fields, (field) => isInView(view, field)),
    columns: keep(given, ({ name }) => view.read?.has(name) === true),
    given,
    nested: new Map([...view.nested.keys()].map((end) => [endName(end), end])),
    counts: keep(nameCounts(entity, fields.keys()), (end) => view.ends.has(end)),
    shapeBehind: (end) => findShape(end.other),
  }
}

/** All fields that the type has for those who see everything, so that names do not depend on who asks. */
function listFields(entity: RegistryEntity, columns: ReadonlyMap<string, Field>): Map<string, ShapeField> {
  const fields = new Map<string, ShapeField>([['nodeId', { kind: 'nodeId' }]])
  for (const [name, field] of columns) fields.set(name, { kind: 'column', field })
  fields.set('_version', { kind: 'version' })
  if (entity.softDelete) fields.set('deletedAt', { kind: 'deletedAt' })
  for (const end of entity.ends) fields.set(endName(end), buildRelation(entity, end))
  fields.set('history', { kind: 'history' })
  if (entity.behaviour.machine?.transitions.length) fields.set('transitions', { kind: 'transitions' })
  return fields
}

function isInView({ read, ends, canDelete, targets }: View, field: ShapeField): boolean {
  if (read === undefined) return false
  switch (field.kind) {
    case 'column':
      return read.has(field.field.name)
    case 'relation':
      return ends.has(field.end)
    case 'deletedAt':
      return canDelete
    case 'transitions':
      return targets.length > 0
    default:
      return true
  }
}

function keep<T>(named: ReadonlyMap<string, T>, isKept: (item: T) => boolean): ReadonlyMap<string, T> {
  return new Map([...named].filter(([, item]) => isKept(item)))
}

function nameCounts(entity: RegistryEntity, taken: Iterable<string>): ReadonlyMap<string, RelationEnd> {
  const names = createAllocator(taken)
  const lists = entity.ends.filter((end) => end.isList)
  return new Map(lists.map((end) => [names.take(`${endName(end)}Count`), end]))
}

function isShown(field: Field): boolean {
  return !field.hidden && !field.secret
}

function buildRelation(entity: RegistryEntity, end: RelationEnd): ShapeField {
  const field = entity.fieldsByName.get(end.localColumn)
  if (field === undefined)
    throw new Error(`${entity.name} has no field ${end.localColumn} for its relation ${end.name}`)
  return { kind: 'relation', end, alias: fieldName(entity, field), column: field.name }
}

/** Adds the column that a field of the type needs. */
export function addColumn(shape: Shape, apiName: string, columns: Map<string, string>): void {
  const field = shape.fields.get(apiName)
  if (field === undefined) return
  if (field.kind === 'column') columns.set(apiName, field.field.name)
  else if (field.kind === 'relation') columns.set(field.alias, field.column)
  else if (field.kind === 'version') columns.set('_version', '_version')
  else if (field.kind === 'deletedAt') columns.set('deletedAt', 'deleted_at')
  else columns.set('id', shape.entity.key.field)
}
