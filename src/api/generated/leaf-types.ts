// Which GraphQL type a field of an entity has, and the enums that fields bring along.
import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  type GraphQLScalarType,
  GraphQLString,
} from 'graphql'
import type { Field } from '../../metadata/field.ts'
import type { RegistryEntity } from '../../metadata/registry.ts'
import type { FieldType } from '../../metadata/value.ts'
import { scalars } from '../fixed/scalars.ts'
import { type Allocator, enumNames, pascalCase } from './names.ts'

export type LeafType = GraphQLScalarType | GraphQLEnumType

const leafTypes: Readonly<Record<FieldType, GraphQLScalarType>> = {
  string: GraphQLString,
  text: GraphQLString,
  int: GraphQLInt,
  bigint: scalars.BigInt,
  float: GraphQLFloat,
  decimal: scalars.Decimal,
  boolean: GraphQLBoolean,
  uuid: GraphQLID,
  timestamp: scalars.DateTime,
  date: scalars.Date,
  time: scalars.Time,
  json: scalars.JSON,
  file: GraphQLID,
}

/** Whether the field holds the entity's own key or another's: those are IDs whatever their type. */
export function isKey(entity: RegistryEntity, field: Field): boolean {
  return (
    field.name === entity.key.field ||
    entity.ends.some((end) => !end.isList && end.localColumn === field.name && end.side === 'target')
  )
}

/** The leaf type of each field of the entity; enums are made here, once per entity. */
export function buildLeafTypes(entity: RegistryEntity, names: Allocator): ReadonlyMap<string, LeafType> {
  return new Map(entity.fields.map((field) => [field.name, buildLeafType(entity, field, names)]))
}

function buildLeafType(entity: RegistryEntity, field: Field, names: Allocator): LeafType {
  if (isKey(entity, field)) return GraphQLID
  const values = field.enum && enumNames(field.enum)
  if (values === undefined) return leafTypes[field.type]
  return new GraphQLEnumType({
    name: names.take(`${pascalCase(entity.name)}${pascalCase(field.name)}Enum`),
    description: `Values of ${field.name} on ${entity.name}`,
    values: Object.fromEntries(
      [...values].map(([value, name]) => [
        name,
        { value, description: `Stored as ${JSON.stringify(value)}` },
      ]),
    ),
  })
}

/** The type made for a field. */
export function leafOf(leafTypes: ReadonlyMap<string, LeafType>, field: string): LeafType {
  const leaf = leafTypes.get(field)
  if (leaf === undefined) throw new Error(`No GraphQL type was made for the field ${field}`)
  return leaf
}
