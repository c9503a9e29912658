// The inputs of an entity's mutations and its unique keys, and how they are read.
import { type GraphQLInputFieldConfig, GraphQLInputObjectType, GraphQLNonNull } from 'graphql'
import type { Entity } from '../../metadata/entity.ts'
import type { Field } from '../../metadata/field.ts'
import type { Filter } from '../../pipeline/filter.ts'
import { isObject, joinPath } from '../../reader.ts'
import { type LeafType, leafOf } from './leaf-types.ts'
import { camelCase } from './names.ts'
import { readOneOf } from './orders.ts'
import type { Shape } from './shape.ts'
import { fromId, readFieldValue } from './values.ts'

type TakeName = (suffix: string) => string
type LeafTypes = ReadonlyMap<string, LeafType>

/** Whether a client may give the field when a record is made; when it is changed, the key may not be given either. */
function isGiven(entity: Entity, field: Field): boolean {
  if (field.name === entity.key.field) return !entity.key.generated
  return field.auto === undefined && field.name !== entity.slug?.field
}

function buildInput(
  name: string,
  description: string,
  fields: Record<string, GraphQLInputFieldConfig>,
): GraphQLInputObjectType | undefined {
  return Object.keys(fields).length === 0
    ? undefined
    : new GraphQLInputObjectType({ name, description, fields })
}

function describeField(entity: Entity, field: Field): string {
  const usual = field.default === undefined ? '' : ` (when absent: ${JSON.stringify(field.default)})`
  return `${field.description || `The ${field.name} of the ${entity.name}`}${usual}`
}

/** Required fields without a default have `!`; undefined when there is nothing to give. */
export function buildCreateInput(
  take: TakeName,
  { entity, columns }: Shape,
  leafTypes: LeafTypes,
): GraphQLInputObjectType | undefined {
  const fields: Record<string, GraphQLInputFieldConfig> = {}
  for (const [apiName, field] of columns) {
    if (!isGiven(entity, field)) continue
    const leaf = leafOf(leafTypes, field.name)
    const isNeeded = field.required && field.default === undefined
    fields[apiName] = {
      type: isNeeded ? new GraphQLNonNull(leaf) : leaf,
      description: describeField(entity, field),
    }
  }
  return buildInput(take('CreateInput'), `What a new ${entity.name} is made of`, fields)
}

export function buildUpdateInput(
  take: TakeName,
  { entity, columns }: Shape,
  leafTypes: LeafTypes,
): GraphQLInputObjectType | undefined {
  const fields: Record<string, GraphQLInputFieldConfig> = {}
  for (const [apiName, field] of columns) {
    if (!isGiven(entity, field) || field.name === entity.key.field) continue
    fields[apiName] = {
      type: leafOf(leafTypes, field.name),
      description: `${field.description || `The ${field.name} of the ${entity.name}`}; absent means unchanged`,
    }
  }
  return buildInput(take('UpdateInput'), `What of a ${entity.name} changes`, fields)
}

/** Turns an input of the API into values by the names of the language; unset fields stay away. */
export function readInput({ columns }: Shape, input: unknown): Readonly<Record<string, unknown>> {
  const given: Record<string, unknown> = {}
  if (!isObject(input)) return given
  for (const [apiName, value] of Object.entries(input)) {
    const field = columns.get(apiName)
    if (field && value !== undefined) given[field.name] = fromId(field, value)
  }
  return given
}

/** The keys that find one record at most: its own, each unique field, and each unique_together as an object. */
export function buildUniqueKey(take: TakeName, shape: Shape, leafTypes: LeafTypes): GraphQLInputObjectType {
  const { entity } = shape
  const fields: Record<string, GraphQLInputFieldConfig> = {}
  for (const [apiName, field] of shape.columns)
    if (isUnique(entity, field))
      fields[apiName] = { type: leafOf(leafTypes, field.name), description: `By ${field.name}` }
  for (const names of entity.uniqueTogether) {
    const apiName = groupName(names)
    const parts = [...shape.columns].filter(([, field]) => names.includes(field.name))
    if (parts.length !== names.length || apiName in fields) continue
    const type = new GraphQLInputObjectType({
      name: take(`${apiName.charAt(0).toUpperCase()}${apiName.slice(1)}Key`),
      description: `The ${names.join(', ')} of one ${entity.name}`,
      fields: Object.fromEntries(
        parts.map(([part, field]) => [
          part,
          { type: new GraphQLNonNull(leafOf(leafTypes, field.name)), description: `The ${field.name}` },
        ]),
      ),
    })
    fields[apiName] = { type, description: `By ${names.join(', ')} together` }
  }
  return new GraphQLInputObjectType({
    name: take('UniqueKey'),
    description: `One way to name one ${entity.name}`,
    isOneOf: true,
    fields,
  })
}

function isUnique(entity: Entity, field: Field): boolean {
  return field.unique || field.name === entity.key.field || field.name === entity.slug?.field
}

function groupName(names: readonly string[]): string {
  return camelCase(names.join('_'))
}

/** Reads a unique key as the condition that finds the record. */
export function readUniqueKey(shape: Shape, key: unknown): Filter {
  const given = readOneOf(key, 'key')
  const field = shape.columns.get(given.key)
  if (field && isUnique(shape.entity, field)) return equals(field, given.value, joinPath('key', given.key))
  const names = shape.entity.uniqueTogether.find((each) => groupName(each) === given.key) ?? []
  const values = isObject(given.value) ? given.value : {}
  const parts = [...shape.columns].filter(([, each]) => names.includes(each.name))
  return {
    kind: 'all',
    parts: parts.map(([apiName, each]) =>
      equals(each, values[apiName], joinPath(`key.${given.key}`, apiName)),
    ),
  }
}

function equals(field: Field, value: unknown, path: string): Filter {
  return { kind: 'compare', field, operator: 'eq', value: readFieldValue(field, value, path) }
}
