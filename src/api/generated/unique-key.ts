// The keys that name one record at most: how they look in the API, and how one that was given is read.
import { type GraphQLInputFieldConfig, GraphQLInputObjectType, GraphQLNonNull } from 'graphql'
import type { Entity } from '../../metadata/entity.ts'
import type { Field } from '../../metadata/field.ts'
import type { Value } from '../../metadata/value.ts'
import type { Filter } from '../../pipeline/reads/filter.ts'
import { isObject, joinPath } from '../../reader.ts'
import type { LeafTypes } from './given-fields.ts'
import { leafOf } from './leaf-types.ts'
import { camelCase } from './names.ts'
import { readOneOf } from './orders.ts'
import type { Shape } from './shape.ts'
import { readFieldValue } from './values.ts'

/** A unique key as it was given: what its fields must be, by their names in the language. */
export type UniqueKey = ReadonlyMap<Field, Value>

/** Makes the input: the entity's own key, each unique field, and each unique_together as an object. */
export function buildUniqueKey(
  take: (suffix: string) => string,
  shape: Shape,
  leafTypes: LeafTypes,
): GraphQLInputObjectType {
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

/** Reads a unique key; BAD_USER_INPUT for values of a wrong form. */
export function readUniqueKey({ columns, entity }: Shape, key: unknown): UniqueKey {
  const given = readOneOf(key, 'key')
  const field = columns.get(given.key)
  if (field && isUnique(entity, field))
    return new Map([[field, readFieldValue(field, given.value, joinPath('key', given.key))]])
  const names = entity.uniqueTogether.find((each) => groupName(each) === given.key) ?? []
  const values = isObject(given.value) ? given.value : {}
  return new Map(
    [...columns]
      .filter(([, each]) => names.includes(each.name))
      .map(([apiName, each]) => [
        each,
        readFieldValue(each, values[apiName], joinPath(`key.${given.key}`, apiName)),
      ]),
  )
}

/** The condition that finds the record. */
export function filterByKey(key: UniqueKey): Filter {
  const parts = [...key].map(([field, value]) => ({ kind: 'compare', field, operator: 'eq', value }) as const)
  const [only] = parts
  return parts.length === 1 && only ? only : { kind: 'all', parts }
}
