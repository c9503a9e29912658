// The Pothos builder, and for each entity the names of its types, so that types can point at each other.
import SchemaBuilder from '@pothos/core'
import type { EntityDefinition } from '../definitions.ts'
import type { Leaves } from './leaves.ts'

export type Row = Readonly<Record<string, unknown>>
type Text = Readonly<{ Input: string; Output: string }>
export type ApiTypes = Readonly<{
  Scalars: Readonly<{ ID: Text; Decimal: Text; DateTime: Text; Date: Text }>
}>
export type Api = ReturnType<typeof createApi>
export type EntityTypes = ReturnType<typeof nameTypes>
/** What is needed to add types for one entity. */
export type Part = Readonly<{
  api: Api
  leaves: Leaves
  entity: EntityDefinition
  findTypes(name: string): EntityTypes
}>

export function createApi() {
  return new SchemaBuilder<ApiTypes>({})
}

export function nameTypes(api: Api, { name }: EntityDefinition) {
  const typeName = pascalCase(name)
  return {
    object: api.objectRef<Row>(typeName),
    edge: api.objectRef<Row>(`${typeName}Edge`),
    connection: api.objectRef<Row>(`${typeName}Connection`),
    filter: api.inputRef<Row>(`${typeName}Filter`),
    orderBy: api.inputRef<Row>(`${typeName}OrderBy`),
    createInput: api.inputRef<Row>(`${typeName}CreateInput`),
    updateInput: api.inputRef<Row>(`${typeName}UpdateInput`),
    uniqueKey: api.inputRef<Row>(`${typeName}UniqueKey`),
  }
}

export function pascalCase(name: string): string {
  const word = camelCase(name)
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`
}

export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
