// Builds what permissions come to, for every entity that has any, and names every problem on the way.
import { describe, joinPath, suggest } from '../../reader.ts'
import { compileExpression } from '../expression/expression.ts'
import { compileToSql } from '../expression/to-sql.ts'
import type { Scope } from '../expression/type.ts'
import { isTrue } from '../expression/values.ts'
import { namePermission, type Permission, type StoredPermission } from '../permission.ts'
import { type Clause, type Hop, noPolicies, type Policies, type Policy } from '../policy.ts'
import type { DefinitionProblem } from '../registry.ts'
import { renderCondition } from './condition.ts'
import { buildRecords, buildScope, type Subject, type Subjects } from './scope.ts'

export type BuiltPolicies = Readonly<{
  policies: ReadonlyMap<string, Policies>
  problems: readonly DefinitionProblem[]
}>
type Report = (path: string, message: string) => undefined
type Basis = Readonly<{ subject: Subject; subjects: Subjects; scope: Scope; report: Report }>

/** Builds all of it once; when there are problems, what was built is not to be used. */
export function buildPolicies(permissions: readonly StoredPermission[], subjects: Subjects): BuiltPolicies {
  const problems: DefinitionProblem[] = []
  const records = permissions.length === 0 ? new Map() : buildRecords(subjects)
  const policies = new Map<string, Policies>()
  for (const permission of permissions) {
    const { entity, action } = permission
    const report = (path: string, message: string): undefined => {
      problems.push({ kind: 'permission', name: namePermission(permission), path, message })
      return undefined
    }
    const subject = subjects.get(entity)
    if (subject === undefined) {
      report('entity', `names no entity: ${describe(entity)}${suggest(entity, subjects.keys())}`)
      continue
    }
    const scope = buildScope(records.get(entity) ?? { kind: 'any' })
    const policy = buildPolicy({ subject, subjects, scope, report }, permission)
    const own = policies.get(entity) ?? noPolicies
    policies.set(entity, { ...own, [action]: [...own[action], policy] })
  }
  return { policies, problems }
}

/** One policy by itself; also for one that nobody has saved yet. */
function buildPolicy(basis: Basis, permission: StoredPermission): Policy {
  const { id, action, roles, fields } = permission
  checkFields(basis, permission)
  const texts = [...renderConditions(basis, permission), ...renderExpression(permission)]
  const built = texts.flatMap(({ text, path }) => buildClause(basis, text, path))
  const clauses = built.map(({ clause }) => clause)
  const hops = new Map(built.flatMap(({ reads }) => reads.flatMap((path) => listHops(basis, path))))
  return { id, action, roles, ...(fields ? { fields: new Set(fields) } : {}), clauses, hops }
}

type Text = Readonly<{ text: string; path: string }>

function renderExpression({ expression }: Permission): readonly Text[] {
  return expression === undefined ? [] : [{ text: expression, path: 'expression' }]
}

function renderConditions({ subject, report }: Basis, { conditions }: Permission): readonly Text[] {
  return conditions.flatMap((condition, index) => {
    const path = joinPath('conditions', index)
    const field = subject.fieldsByName.get(condition.field)
    if (field === undefined) {
      report(joinPath(path, 'field'), tellUnknown(subject, condition.field))
      return []
    }
    const rendered = renderCondition(condition, field)
    if ('text' in rendered) return [{ text: rendered.text, path }]
    report(joinPath(path, 'value'), rendered.problem)
    return []
  })
}

function tellUnknown(subject: Subject, name: string): string {
  return `names no field of ${subject.name}: ${describe(name)}${suggest(name, subject.fieldsByName.keys())}`
}

function checkFields({ subject, report }: Basis, { fields = [] }: Permission): void {
  fields.forEach((name, index) => {
    if (!subject.fieldsByName.has(name)) report(joinPath('fields', index), tellUnknown(subject, name))
  })
}

type Built = Readonly<{ clause: Clause; reads: readonly (readonly string[])[] }>

function buildClause({ scope, report }: Basis, text: string, path: string): readonly Built[] {
  const memory = compileExpression(text, scope)
  const sql = compileToSql(text, scope)
  if ('problem' in memory) report(path, memory.problem)
  else if ('problem' in sql) report(path, sql.problem)
  else {
    const { evaluate, reads } = memory.expression
    const holds: Clause['holds'] = (environment) => isTrue(evaluate(environment))
    return [{ clause: { text, holds, write: sql.sql.write }, reads }]
  }
  return []
}

/** The relations that a path goes through, by where they stand in it. */
function listHops(
  { subject, subjects }: Basis,
  [root, ...names]: readonly string[],
): readonly [string, Hop][] {
  const hops: [string, Hop][] = []
  if (root !== 'record') return hops
  let current: Subject | undefined = subject
  for (const [index, name] of names.entries()) {
    const end: Hop['end'] | undefined = current?.ends.find((each) => each.name === name && !each.isList)
    const other: Subject | undefined = end && subjects.get(end.other)
    if (end === undefined || other === undefined || current?.fieldsByName.has(name)) break
    const path = names.slice(0, index + 1)
    const { table, softDelete, fieldsByName: fields } = other
    hops.push([path.join('.'), { path, end, table, softDelete, fields }])
    current = other
  }
  return hops
}
