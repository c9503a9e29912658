// The one error of the expression language at run time.

/** A value that has no answer, or an evaluation that takes too much: `division by zero`, `takes more than 10000 steps`. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError'
}
