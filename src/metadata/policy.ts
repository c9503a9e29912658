// What a permission comes to: compiled once per registry, asked with every read and write. SQL and memory give one answer.
import type { Environment } from './expression/expression.ts'
import type { SqlTarget } from './expression/sql-value.ts'
import type { Field } from './field.ts'
import type { PermissionAction } from './permission.ts'
import type { RelationEnd } from './relation-end.ts'

/** One condition of a policy, or its expression. */
export type Clause = Readonly<{
  /** As an expression, for those who ask why. */
  text: string
  holds(environment: Environment): boolean
  /** Why there is no answer for a row at hand, which counts as no; undefined when there is one. */
  findProblem(environment: Environment): string | undefined
  /** SQL that is true for the same rows; false or null for all others. */
  write(target: SqlTarget): string
}>

/** A relation to one that clauses look through: `path` is how expressions reach the record behind it. */
export type Hop = Readonly<{
  path: readonly string[]
  end: RelationEnd
  /** The entity behind it. */
  table: string
  softDelete: boolean
  fields: ReadonlyMap<string, Field>
}>

export type Policy = Readonly<{
  id: string
  action: PermissionAction
  /** Lower case. */
  roles: readonly string[]
  /** The fields that it is for; absent means all. */
  fields?: ReadonlySet<string>
  /** All of them hold, or the policy does not. */
  clauses: readonly Clause[]
  /** Hops by their path joined with dots, shorter ones first. */
  hops: ReadonlyMap<string, Hop>
}>

/** The policies of an entity, in order of definition. */
export type Policies = Readonly<Record<PermissionAction, readonly Policy[]>>

/** Nobody but administrators may do anything. */
export const noPolicies: Policies = Object.freeze({ read: [], create: [], update: [], delete: [] })
