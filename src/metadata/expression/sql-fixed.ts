// The parts of a condition that are the same for every row: they are worked out beforehand, all of them, in memory.
import { type Budget, spendOn } from './budget.ts'
import { ExpressionError } from './error.ts'
import { makeClosure } from './evaluate.ts'
import { countDigits, isDecimal } from './number.ts'
import { listParts } from './reads.ts'
import type { Typed } from './syntax.ts'

/** What the parts that no row decides come to. */
export type Fixed = ReadonlyMap<Typed, unknown>
type Environment = Readonly<Record<string, unknown>>

/** As much as a value of a row may have. */
const mostDigits = 1_000
const mostText = 1_000_000

/** Whether the part reads nothing of the record. */
export function isFixed(part: Typed): boolean {
  return part.kind === 'name' ? part.path?.[0] !== 'record' : listParts(part).every(isFixed)
}

/** Prepares the largest of these parts; throws ExpressionError when one of them has no answer, or they take too much beside `steps`. */
export function prepareFixed(whole: Typed, steps: number): (environment: Environment) => Fixed {
  const closures = listFixed(whole).map((part) => [part, makeClosure(part)] as const)
  return (environment) => {
    const budget: Budget = { steps }
    const state = { environment, element: null, budget }
    return new Map(closures.map(([part, run]) => [part, checkSize(run(state), budget)]))
  }
}

function listFixed(part: Typed): readonly Typed[] {
  return isFixed(part) ? [part] : listParts(part).flatMap(listFixed)
}

function checkSize(value: unknown, budget: Budget): unknown {
  spendOn(budget, value)
  if (isDecimal(value) && countDigits(value) > mostDigits)
    throw new ExpressionError(`makes a number of more than ${mostDigits} digits`)
  if (typeof value === 'string' && value.length > mostText)
    throw new ExpressionError(`makes a text of more than ${mostText} characters`)
  return value
}
