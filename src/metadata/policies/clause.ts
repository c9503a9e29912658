// Clauses: conditions and expressions compiled twice, for rows at hand and for rows in PostgreSQL; what has no answer is false.
import type { Report } from '../behaviour/basis.ts'
import { compileExpression, type Environment } from '../expression/expression.ts'
import { compileToSql } from '../expression/to-sql.ts'
import type { Scope } from '../expression/type.ts'
import type { Clause } from '../policy.ts'
import type { Operand } from './operand.ts'

/** A clause with the paths that it reads, such as `['record', 'customer', 'region']`. */
export type BuiltClause = Readonly<{ clause: Clause; reads: readonly (readonly string[])[] }>

/** What is to be compiled; `operand` stands in `source` as `value`. */
type Draft = Readonly<{ text: string; source: string; operand?: Operand }>

/** Compiles a text; undefined when it has problems. */
export function buildClause(outer: Scope, draft: Draft, report: Report): BuiltClause | undefined {
  const { text, source, operand } = draft
  const scope = operand ? new Map([...outer, ['value', operand.type] as const]) : outer
  const memory = compileExpression(source, scope)
  if ('problem' in memory) return report('', memory.problem)
  const sql = compileToSql(source, scope)
  if ('problem' in sql) return report('', sql.problem)
  const { reads } = memory.expression
  const clause: Clause = {
    text,
    holds: (environment) => {
      const whole = addOperand(environment, operand)
      return whole !== undefined && sql.sql.holds(whole)
    },
    findProblem: (environment) => {
      const whole = addOperand(environment, operand)
      return whole === undefined ? 'a place in it stands for nothing' : sql.sql.findProblem(whole)
    },
    write: (target) => {
      const environment = addOperand(target.environment, operand)
      return environment ? sql.sql.write({ ...target, environment }) : 'false'
    },
  }
  return { clause, reads }
}

/** A condition in which a place stands for nothing does not hold. */
function addOperand(environment: Environment, operand: Operand | undefined): Environment | undefined {
  if (operand === undefined) return environment
  const value = operand.find(environment)
  return value === undefined ? undefined : { ...environment, value }
}
