// Explains what a caller may do with a record, and why: each policy and each clause of it with its answer. For administrators.
import { isAdmin, type Viewer } from '../auth/viewer.ts'
import { type Row, run, type Sql } from '../database/connect.ts'
import { quoteName } from '../database/identifiers.ts'
import type { Environment } from '../metadata/expression/expression.ts'
import type { PermissionAction } from '../metadata/permission.ts'
import type { Clause, Policy } from '../metadata/policy.ts'
import type { Registry, RegistryEntity } from '../metadata/registry.ts'
import type { Value } from '../metadata/value.ts'
import { holdsFor, listsField, matchPolicies } from './rights/policies.ts'
import { describeRows } from './stages/hops.ts'
import { wholeColumns } from './stages/lock.ts'
import { isSystems } from './stages/values.ts'
import { bind, column, selectList, sqlType, statement, type Values } from './statement.ts'

/** Who wants to do what; without `key` nothing is said of a record. */
export type AccessQuestion = Readonly<{
  sql: Sql
  registry: Registry
  entity: RegistryEntity
  action: PermissionAction
  viewer: Viewer
  key?: Value
}>

/** `holds` is absent where there is no record to ask about; `problem` says why there is no answer. */
export type ExplainedClause = Readonly<{ text: string; holds?: boolean; problem?: string }>
export type ExplainedPolicy = Readonly<{
  policy: Policy
  /** Whether the caller has one of its roles. */
  isMatched: boolean
  holds?: boolean
  clauses: readonly ExplainedClause[]
}>

/** What is said of one record. */
export type Verdict = Readonly<{
  isFound: boolean
  isDeleted: boolean
  isVisible: boolean
  isAllowed: boolean
}>
export type Explanation = Readonly<{
  /** Absent when no record was named. */
  verdict?: Verdict
  /** The fields that the action may be about, of this record or of any. */
  fields: readonly string[]
  /** The policies of the caller's roles as one expression. */
  filter: string
  policies: readonly ExplainedPolicy[]
}>

/** Explains; looks at the record whoever asks, in memory, as writes do. */
export async function explainAccess(question: AccessQuestion): Promise<Explanation> {
  const { entity, action, viewer, key } = question
  const matched = matchPolicies(viewer, entity, action)
  const filter = isAdmin(viewer) ? 'true' : writeFilter(matched)
  const row = key === undefined ? undefined : await findRow(question, key)
  const environment = row && (await describeRow(question, row))
  const policies = entity.policies[action].map((policy) =>
    explainPolicy(policy, matched.includes(policy), environment),
  )
  const holding = environment ? matched.filter((policy) => holdsFor(policy, environment)) : matched
  if (key === undefined) return { fields: listFields(question, holding), filter, policies }
  const verdict = judge(question, row, environment)
  return { verdict, fields: verdict.isAllowed ? listFields(question, holding) : [], filter, policies }
}

/** The record, deleted or not. */
async function findRow({ sql, entity }: AccessQuestion, key: Value): Promise<Row | undefined> {
  const values: Values = []
  const columns = new Map([
    ...wholeColumns(entity),
    ...(entity.softDelete ? [['deleted_at', 'deleted_at'] as const] : []),
  ])
  const isIt = `${column('t', entity.key.field)} = ${bind(values, key, sqlType(entity.keyField.type))}`
  const text = `select ${selectList('t', columns)} from ${quoteName(entity.table)} t where ${isIt}`
  const [row] = await run(sql, statement(text, values))
  return row
}

async function describeRow(question: AccessQuestion, row: Row): Promise<Environment | undefined> {
  const { sql, registry, viewer, entity } = question
  const readNow = async (): Promise<string> => new Date().toISOString()
  const all = Object.values(entity.policies).flat()
  const [environment] = await describeRows({ sql, registry, viewer, readNow }, all, [row])
  return environment
}

function explainPolicy(
  policy: Policy,
  isMatched: boolean,
  environment: Environment | undefined,
): ExplainedPolicy {
  const clauses = policy.clauses.map((clause) => explainClause(clause, environment))
  const holds = environment ? { holds: clauses.every((clause) => clause.holds) } : {}
  return { policy, isMatched, ...holds, clauses }
}

function explainClause(clause: Clause, environment: Environment | undefined): ExplainedClause {
  const { text } = clause
  if (environment === undefined) return { text }
  const problem = clause.findProblem(environment)
  return { text, holds: clause.holds(environment), ...(problem === undefined ? {} : { problem }) }
}

/** Deleted records are for those who may delete them; the only thing to be done with one is to restore it. */
function judge(
  { entity, action, viewer }: AccessQuestion,
  row: Row | undefined,
  environment: Environment | undefined,
): Verdict {
  if (row === undefined || environment === undefined)
    return { isFound: false, isDeleted: false, isVisible: false, isAllowed: false }
  const may = (wanted: PermissionAction): boolean =>
    isAdmin(viewer) || matchPolicies(viewer, entity, wanted).some((policy) => holdsFor(policy, environment))
  const isDeleted = row.deleted_at != null
  const isVisible = may('read') && (!isDeleted || may('delete'))
  const isReached = action === 'create' || (isVisible && !(isDeleted && action === 'update'))
  return { isFound: true, isDeleted, isVisible, isAllowed: isReached && may(action) }
}

function listFields({ entity, action, viewer }: AccessQuestion, policies: readonly Policy[]) {
  if (action === 'delete') return []
  return entity.fields
    .filter((field) => !field.hidden && !field.secret)
    .filter((field) => action === 'read' || !isSystems(entity, field))
    .filter(({ name }) => action !== 'update' || name !== entity.key.field)
    .map(({ name }) => name)
    .filter((name) => isAdmin(viewer) || isOpen(entity, action, policies, name))
}

/** The key can be read with the record. */
function isOpen(
  { key }: RegistryEntity,
  action: PermissionAction,
  policies: readonly Policy[],
  name: string,
): boolean {
  if (action === 'read' && name === key.field) return policies.length > 0
  return policies.some((policy) => listsField(policy, name))
}

function writeFilter(policies: readonly Policy[]): string {
  const parts = policies.map(({ clauses }) => clauses.map(({ text }) => text))
  if (parts.length === 0) return 'false'
  if (parts.some((texts) => texts.length === 0)) return 'true'
  return joinTexts(
    parts.map((texts) => joinTexts(texts, 'and')),
    'or',
  )
}

function joinTexts(texts: readonly string[], word: 'and' | 'or'): string {
  return texts.length === 1 ? (texts[0] ?? '') : texts.map((text) => `(${text})`).join(` ${word} `)
}
