// Patterns of texts, on a linear engine: what it takes is bounded by the size of the pattern times the length of the text.
import { RE2JS } from 're2js'
import { type Budget, spend } from './budget.ts'

const mostLength = 500
/** Repetitions are written out inside: `a{100}` is a hundred parts. */
const mostParts = 3_000
/** Parts times characters. */
const workOfStep = 1_000

/** Compiles a pattern; throws an error that says why when it is none, or too large. */
export function readPattern(pattern: string): RE2JS {
  if (pattern.length > mostLength)
    throw new Error(`it has ${pattern.length} characters; at most ${mostLength} are allowed`)
  const compiled = RE2JS.compile(pattern)
  const parts = compiled.programSize()
  if (parts > mostParts)
    throw new Error(
      `it comes to ${parts} parts when its repetitions are written out; at most ${mostParts} are allowed`,
    )
  return compiled
}

/** Whether the pattern is found anywhere in the text; throws ExpressionError when that would take too much. */
export function findsPattern(pattern: RE2JS, text: string, budget: Budget = { steps: 0 }): boolean {
  spend(budget, Math.floor((pattern.programSize() * text.length) / workOfStep))
  return pattern.matcher(text).find()
}
