// The entrance to the expression language: a text is checked against what it may name and made into a closure, once.
import { check } from './check.ts'
import { makeClosure } from './evaluate.ts'
import { parse } from './parse.ts'
import { ExpressionProblem } from './problem.ts'
import { listReads } from './reads.ts'
import type { Typed } from './syntax.ts'
import type { Scope, Type } from './type.ts'

/** What the names of the scope stand for in one evaluation: rows as the database gives them, decimals and times as text. */
export type Environment = Readonly<Record<string, unknown>>

/** A text that passed the check. */
export type Expression = Readonly<{
  text: string
  type: Type
  /** Every path that it reads from the scope, such as `['record', 'total']`, `['related', 'items', 'price']`, `['now']`. */
  reads: readonly (readonly string[])[]
  /** Its value; throws ExpressionError when the budget is used up or a value has no answer, such as a division by zero. */
  evaluate(environment: Environment): unknown
}>

export type Compiled = Readonly<{ expression: Expression } | { problem: string }>

/** Checks and compiles a text; the problem says where it stands, what was found and what would be right. */
export function compileExpression(text: string, scope: Scope): Compiled {
  const checked = checkText(text, scope)
  if ('problem' in checked) return checked
  const run = makeClosure(checked.typed)
  const expression: Expression = {
    text,
    type: checked.typed.type,
    reads: listReads(checked.typed),
    evaluate: (environment) => run({ environment, element: null, budget: { steps: 0 } }),
  }
  return { expression }
}

/** Reads and checks a text; a problem names its place, counted in characters from 1. */
export function checkText(text: string, scope: Scope): Readonly<{ typed: Typed } | { problem: string }> {
  try {
    return { typed: check(parse(text), { scope }) }
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error
    return { problem: `at character ${error.at}: ${error.message}` }
  }
}
