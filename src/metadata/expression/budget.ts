// What one evaluation may cost at most; an expression that would cost more ends with an error.
import { ExpressionError } from './error.ts'

const mostSteps = 10_000
export const mostDigits = 10_000
const mostText = 10_000_000
const mostItems = 10_000
const charactersOfStep = 10_000
const itemsOfStep = 100

/** What an evaluation has before it: the names it may use, the element it is at, and the steps it took. */
export type State = {
  readonly environment: Readonly<Record<string, unknown>>
  element: unknown
  readonly budget: Budget
}
export type Budget = { steps: number }

export function spend(budget: Budget, steps = 1): void {
  budget.steps += steps
  if (budget.steps > mostSteps) throw new ExpressionError(`takes more than ${mostSteps} steps`)
}

/** Long texts and lists cost steps by their length, because somebody is about to go through them. */
export function spendOn(budget: Budget, value: unknown): void {
  if (typeof value === 'string') {
    if (value.length >= charactersOfStep) spend(budget, Math.floor(value.length / charactersOfStep))
  } else if (Array.isArray(value) && value.length >= itemsOfStep)
    spend(budget, Math.floor(value.length / itemsOfStep))
}

export function limitList<T>(items: readonly T[]): readonly T[] {
  if (items.length > mostItems) throw new ExpressionError(`makes a list of more than ${mostItems} items`)
  return items
}

/** Joins texts unless that would be too long, which is known before any of it is made. */
export function joinTexts(texts: readonly string[], separator = ''): string {
  const length = texts.reduce((sum, text) => sum + text.length + separator.length, 0)
  if (length > mostText) throw new ExpressionError(`makes a text of more than ${mostText} characters`)
  return texts.join(separator)
}

/** Splits into no more parts than a list may have. */
export function splitText(text: string, separator: string): readonly string[] {
  return limitList(text.split(separator === '' ? /(?:)/u : separator, mostItems + 1))
}
