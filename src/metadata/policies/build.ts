// Builds what permissions come to, for every entity that has any, and names every problem on the way.
import { describe, joinPath, suggest } from '../../reader.ts'
import type { Report } from '../behaviour/basis.ts'
import type { Scope, Type } from '../expression/type.ts'
import { namePermission, type StoredPermission } from '../permission.ts'
import { noPolicies, type Policies, type Policy } from '../policy.ts'
import type { DefinitionProblem, Definitions } from '../registry.ts'
import { checkAnonymous } from './anonymous.ts'
import { type BuiltClause, buildClause } from './clause.ts'
import { readQuestion } from './condition.ts'
import { checkFields } from './fields.ts'
import { listHops } from './hops.ts'
import { type Asked, refuseContradictions, refuseNever } from './never.ts'
import { buildRecords, buildScope, type Subject, type Subjects } from './scope.ts'

export type BuiltPolicies = Readonly<{
  policies: ReadonlyMap<string, Policies>
  problems: readonly DefinitionProblem[]
}>
/** What the policies of an entity are built on. */
type Basis = Readonly<{
  subject: Subject
  subjects: Subjects
  scope: Scope
  /** The fields that active rules compute. */
  computed: ReadonlySet<string>
}>
type Given = Pick<Definitions, 'permissions' | 'rules'>

/** Builds all of it once; when there are problems, what was built is not to be used. */
export function buildPolicies(given: Given, subjects: Subjects): BuiltPolicies {
  const problems: DefinitionProblem[] = []
  const policies = new Map<string, Policies>()
  const findBasis = prepareBases(given, subjects)
  for (const permission of given.permissions) {
    const { entity, action } = permission
    const report = (path: string, message: string): undefined => {
      problems.push({ kind: 'permission', name: namePermission(permission), path, message })
      return undefined
    }
    const basis = findBasis(entity)
    if (basis === undefined) {
      report('entity', `names no entity: ${describe(entity)}${suggest(entity, subjects.keys())}`)
      continue
    }
    const own = policies.get(entity) ?? noPolicies
    const policy = buildPolicy(basis, permission, report)
    policies.set(entity, { ...own, [action]: [...own[action], policy] })
  }
  return { policies, problems }
}

/** Each basis is made when the first permission of its entity comes. */
function prepareBases({ rules }: Given, subjects: Subjects): (entity: string) => Basis | undefined {
  const bases = new Map<string, Basis>()
  let records: ReadonlyMap<string, Type> | undefined
  return (entity) => {
    const subject = subjects.get(entity)
    if (subject === undefined || bases.has(entity)) return bases.get(entity)
    records ??= buildRecords(subjects)
    const fields = rules.flatMap((rule) =>
      rule.entity === entity && rule.type === 'computed' && rule.active ? [rule.definition.field] : [],
    )
    const scope = buildScope(records.get(entity) ?? { kind: 'any' })
    bases.set(entity, { subject, subjects, scope, computed: new Set(fields) })
    return bases.get(entity)
  }
}

function buildPolicy(basis: Basis, permission: StoredPermission, report: Report): Policy {
  const { id, action, roles, fields } = permission
  const { subject, subjects, computed } = basis
  checkFields(subject, computed, permission, report)
  const built = [...buildConditions(basis, permission, report), ...buildExpression(basis, permission, report)]
  const reads = built.flatMap((each) => each.reads)
  checkAnonymous(permission, reads, report)
  return {
    id,
    action,
    roles,
    ...(fields ? { fields: new Set(fields) } : {}),
    clauses: built.map(({ clause }) => clause),
    hops: new Map(reads.flatMap((path) => listHops(subject, subjects, path))),
  }
}

function buildConditions(
  { subject, scope }: Basis,
  { conditions }: StoredPermission,
  report: Report,
): readonly BuiltClause[] {
  const asked: Asked[] = []
  const built = conditions.flatMap((condition, index) => {
    const place = joinPath('conditions', index)
    const reportHere: Report = (path, message) => report(path === '' ? place : joinPath(place, path), message)
    const question = readQuestion(subject, condition, reportHere)
    const clause = question && buildClause(scope, question, reportHere)
    if (question === undefined || clause === undefined) return []
    const { field, operand } = question
    const { constants } = operand ?? {}
    asked.push({ field, condition, place, clause: clause.clause, ...(constants ? { constants } : {}) })
    return [clause]
  })
  refuseContradictions(asked, report)
  return built
}

function buildExpression(
  { scope }: Basis,
  { expression: text }: StoredPermission,
  report: Report,
): readonly BuiltClause[] {
  if (text === undefined) return []
  const built = buildClause(scope, { text, source: text }, (_, message) => report('expression', message))
  if (built === undefined) return []
  refuseNever(text, scope, report)
  return [built]
}
