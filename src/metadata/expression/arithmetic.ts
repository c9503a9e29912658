// Sums, products and their kin, all of them exact but for division.
import { type Budget, joinTexts, mostDigits, spend, spendOn } from './budget.ts'
import { ExpressionError } from './error.ts'
import { type Big, countDigits, isDecimal } from './number.ts'
import { refuseKind } from './values.ts'

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'

const operations: Readonly<Record<ArithmeticOperator, (left: Big, right: Big) => Big>> = {
  '+': (left, right) => left.plus(right),
  '-': (left, right) => left.minus(right),
  '*': (left, right) => left.times(right),
  '/': (left, right) => left.div(right),
  '%': (left, right) => left.mod(right),
}
/** As many products of single digits cost a step; numbers of usual length cost nothing. */
const digitsOfStep = 10_000

/** Two numbers in, one out; nil makes nil, and `+` joins two texts. */
export function calculate(
  operator: ArithmeticOperator,
  left: unknown,
  right: unknown,
  budget: Budget,
): string | Big | null {
  if (left === null || right === null) return null
  if (operator === '+' && typeof left === 'string' && typeof right === 'string')
    return append(left, right, budget)
  if (!isDecimal(left)) throw refuseKind('a number', left)
  if (!isDecimal(right)) throw refuseKind('a number', right)
  if ((operator === '/' || operator === '%') && right.c[0] === 0)
    throw new ExpressionError('division by zero')
  const work = countDigits(left) * countDigits(right)
  if (work >= digitsOfStep) spend(budget, Math.floor(work / digitsOfStep))
  return checkSize(operations[operator](left, right))
}

function append(left: string, right: string, budget: Budget): string {
  const whole = joinTexts([left, right])
  spendOn(budget, whole)
  return whole
}

function checkSize(value: Big): Big {
  if (countDigits(value) > mostDigits)
    throw new ExpressionError(`makes a number of more than ${mostDigits} digits`)
  return value
}

export function negate(value: unknown): Big | null {
  if (value === null) return null
  if (isDecimal(value)) return value.neg()
  throw refuseKind('a number', value)
}
