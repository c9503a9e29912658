// What one evaluation may cost at most; an expression that would cost more ends with an error.
import { ExpressionError } from './error.ts'

const mostSteps = 10_000
const mostText = 1_000_000
const mostItems = 10_000

/** What an evaluation has before it: the names it may use, the element it is at, and the steps it took. */
export type State = {
  readonly environment: Readonly<Record<string, unknown>>
  readonly element: unknown
  readonly budget: Budget
}
export type Budget = { steps: number }

/** Counts one step, or as many as there are items to go through. */
export function spend(budget: Budget, steps = 1): void {
  budget.steps += steps
  if (budget.steps > mostSteps) throw new ExpressionError(`takes more than ${mostSteps} steps`)
}

export function limitText(text: string): string {
  if (text.length > mostText) throw new ExpressionError(`makes a text of more than ${mostText} characters`)
  return text
}

export function limitList<T>(items: readonly T[]): readonly T[] {
  if (items.length > mostItems) throw new ExpressionError(`makes a list of more than ${mostItems} items`)
  return items
}
