// Writes the part of the language that policies use as SQL; it is true for exactly the rows for which memory says true.
import { ExpressionError } from './error.ts'
import { makeClosure } from './evaluate.ts'
import { checkText, type Environment } from './expression.ts'
import { measureCost } from './sql-cost.ts'
import { prepareFixed } from './sql-fixed.ts'
import { findUnwritable } from './sql-limits.ts'
import { writeTruth } from './sql-truth.ts'
import type { SqlTarget, Writer } from './sql-value.ts'
import type { Typed } from './syntax.ts'
import type { Scope } from './type.ts'
import { isOpen, nameType } from './type-rules.ts'
import { isTrue } from './values.ts'

/** A condition that can be asked of any row, in SQL and in memory, with one answer; when what no row decides cannot be worked out, that is no. */
export type SqlExpression = Readonly<{
  /** SQL that is true, false or null, which counts as false. */
  write(target: SqlTarget): string
  holds(environment: Environment): boolean
  /** Why there is no answer in memory, which counts as no; undefined when there is one. */
  findProblem(environment: Environment): string | undefined
}>

/** Checks and compiles a text that says yes or no; what only memory can work out is a problem. */
export function compileToSql(
  text: string,
  scope: Scope,
): Readonly<{ sql: SqlExpression } | { problem: string }> {
  const checked = checkText(text, scope)
  if ('problem' in checked) return checked
  const { typed } = checked
  if (typed.type.kind !== 'boolean' && !isOpen(typed.type))
    return { problem: `must be true or false, but it is ${nameType(typed.type)}` }
  const problem = findUnwritable(typed)
  return problem === undefined ? { sql: build(typed) } : { problem }
}

function build(typed: Typed): SqlExpression {
  const prepare = prepareFixed(typed, measureCost(typed))
  const run = makeClosure(typed)
  const decide = (environment: Environment): boolean => {
    prepare(environment)
    return isTrue(run({ environment, element: null, budget: { steps: 0 } }))
  }
  return {
    write: ({ column, bind, environment }) =>
      answer('false', () => {
        const fixed = prepare(environment)
        const writer: Writer = { column, bind, fixed, truth: (part) => writeTruth(part, writer) }
        return writeTruth(typed, writer)
      }),
    holds: (environment) => answer(false, () => decide(environment)),
    findProblem: (environment) => findProblem(() => decide(environment)),
  }
}

/** What cannot be worked out denies. */
function answer<T>(denial: T, ask: () => T): T {
  try {
    return ask()
  } catch (error) {
    if (error instanceof ExpressionError) return denial
    throw error
  }
}

function findProblem(ask: () => unknown): string | undefined {
  try {
    ask()
    return undefined
  } catch (error) {
    if (error instanceof ExpressionError) return error.message
    throw error
  }
}
