// What is wrong with the text of an expression; never leaves this folder.

/** Thrown while a text is read and checked; `at` is the place in the text, counted from 1. */
export class ExpressionProblem extends Error {
  constructor(
    readonly at: number,
    message: string,
  ) {
    super(message)
  }
}
