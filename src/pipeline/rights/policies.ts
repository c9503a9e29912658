// What the policies of a viewer's roles say of a record: as SQL for rows in tables, and in memory for rows at hand.
import type { Viewer } from '../../auth/viewer.ts'
import { quoteName } from '../../database/identifiers.ts'
import { ExpressionError } from '../../metadata/expression/error.ts'
import type { Environment } from '../../metadata/expression/expression.ts'
import type { SqlColumn, SqlTarget } from '../../metadata/expression/sql-value.ts'
import type { PermissionAction } from '../../metadata/permission.ts'
import type { Hop, Policy } from '../../metadata/policy.ts'
import type { RegistryEntity } from '../../metadata/registry.ts'
import { allOf, bind, column, sqlType, type Values } from '../statement.ts'
import { describeUser } from '../user.ts'

/** Whose roles policies are for: a viewer, or somebody with these roles. */
export type Roles = Pick<Viewer, 'roles'>

/** The policies of an action that the roles have. */
export function matchPolicies(
  { roles }: Roles,
  entity: RegistryEntity,
  action: PermissionAction,
): readonly Policy[] {
  return entity.policies[action].filter((policy) => policy.roles.some((role) => roles.includes(role)))
}

/** Whether a policy is for a field; its key and version are readable with the record. */
export function listsField({ fields }: Policy, field: string): boolean {
  return fields === undefined || fields.has(field)
}

/** The condition under which one of the policies holds for the row `alias`; without policies nothing holds. */
export function writePolicies(
  policies: readonly Policy[],
  viewer: Viewer,
  entity: RegistryEntity,
  alias: string,
  values: Values,
): string {
  const drafts = policies.map((policy) => writePolicy(policy, viewer, entity, alias))
  if (drafts.some(({ sql }) => sql === 'true')) return 'true'
  const conditions = drafts.map((draft) => bindDraft(draft, values))
  return conditions.length === 0 ? 'false' : `(${conditions.join(' or ')})`
}

function writePolicy(
  { clauses, hops }: Policy,
  viewer: Viewer,
  entity: RegistryEntity,
  alias: string,
): Draft {
  const given: Given[] = []
  const target: SqlTarget = {
    column: (path) => placeColumn(path, hops, entity, alias),
    bind: (value, type) => `${mark}${given.push({ value, type }) - 1}${mark}`,
    environment: { user: describeUser(viewer), now: new Date().toISOString() },
  }
  return { sql: allOf(clauses.map((clause) => clause.write(target))), given }
}

/** A condition with marks where values go. */
type Draft = Readonly<{ sql: string; given: readonly Given[] }>
type Given = Readonly<{ value: unknown; type: string }>

/** Stands in no name and no text of SQL that is written here. */
const mark = '\u0001'

/** Binds the values that the condition came to need; PostgreSQL refuses those that stand nowhere. */
function bindDraft({ sql, given }: Draft, values: Values): string {
  const parts = sql.split(mark)
  return parts
    .map((part, index) => {
      const value = index % 2 === 1 ? given[Number(part)] : undefined
      return value ? bind(values, value.value, value.type) : part
    })
    .join('')
}

function placeColumn(
  path: readonly string[],
  hops: ReadonlyMap<string, Hop>,
  entity: RegistryEntity,
  alias: string,
): SqlColumn {
  const name = path.at(-1) ?? ''
  const hop = hops.get(path.slice(0, -1).join('.'))
  if (hop === undefined || path.length === 1)
    return { sql: column(alias, name), pgType: sqlType(entity.fieldsByName.get(name)?.type ?? 'text') }
  return {
    sql: writeHop(path, hops, entity, alias, 1),
    pgType: sqlType(hop.fields.get(name)?.type ?? 'text'),
  }
}

/** A sub-select for each relation on the way; who may follow it is the policy's author to decide, dead rows are not there. */
function writeHop(
  path: readonly string[],
  hops: ReadonlyMap<string, Hop>,
  entity: RegistryEntity,
  alias: string,
  depth: number,
): string {
  const hop = hops.get(path.slice(0, depth).join('.'))
  if (hop === undefined) throw new Error(`The path ${path.join('.')} leads nowhere`)
  const inner = `${alias}_h${depth}`
  const value =
    depth === path.length - 1
      ? column(inner, path.at(-1) ?? '')
      : writeHop(path, hops, entity, inner, depth + 1)
  const live = hop.softDelete ? ` and ${column(inner, 'deleted_at')} is null` : ''
  return `(select ${value} from ${quoteName(hop.table)} ${inner} where ${column(inner, hop.end.remoteColumn)} = ${column(alias, hop.end.localColumn)}${live})`
}

/** Whether a policy holds for a row at hand; what cannot be worked out does not hold. */
export function holdsFor({ clauses }: Policy, environment: Environment): boolean {
  try {
    return clauses.every((clause) => clause.holds(environment))
  } catch (error) {
    if (error instanceof ExpressionError) return false
    throw error
  }
}
