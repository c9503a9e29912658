// One registry with the schemas built from it, swapped as one value.
import type { GraphQLSchema } from 'graphql'
import type { Registry } from '../metadata/registry.ts'

/** Finds the schema for some roles: at once when it is there, else as a promise that all who wait for it share. */
export type FindSchema = (roles: readonly string[]) => GraphQLSchema | Promise<GraphQLSchema>

/** What a request keeps to its end. Roles that see the same share one schema object. */
export type Edition = Readonly<{
  revision: number
  registry: Registry
  /** The data API for a caller with these roles. */
  findSchema: FindSchema
}>
