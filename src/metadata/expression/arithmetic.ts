// Sums, products and their kin: exact as long as both sides are, floating when one of them is.
import { ExpressionError } from './error.ts'
import { type Big, isDecimal } from './number.ts'
import { isNumber, refuseKind } from './values.ts'

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'

const exact: Readonly<Record<ArithmeticOperator, (left: Big, right: Big) => Big>> = {
  '+': (left, right) => left.plus(right),
  '-': (left, right) => left.minus(right),
  '*': (left, right) => left.times(right),
  '/': (left, right) => left.div(right),
  '%': (left, right) => left.mod(right),
}
const floating: Readonly<Record<ArithmeticOperator, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
}
const mostDigits = 1_000

/** Two numbers in, one out; nil makes nil, and `+` joins two texts. */
export function calculate(operator: ArithmeticOperator, left: unknown, right: unknown): unknown {
  if (left === null || right === null) return null
  if (operator === '+' && typeof left === 'string' && typeof right === 'string') return left + right
  if (!isNumber(left)) throw refuseKind('a number', left)
  if (!isNumber(right)) throw refuseKind('a number', right)
  if ((operator === '/' || operator === '%') && Number(right) === 0)
    throw new ExpressionError('division by zero')
  return isDecimal(left) && isDecimal(right)
    ? checkSize(exact[operator](left, right))
    : checkFinite(floating[operator](Number(left), Number(right)))
}

function checkSize(value: Big): Big {
  if (Math.abs(value.e) > mostDigits || value.c.length > mostDigits)
    throw new ExpressionError(`a number has more than ${mostDigits} digits`)
  return value
}

function checkFinite(value: number): number {
  if (!Number.isFinite(value)) throw new ExpressionError('a number is too large')
  return value
}

export function negate(value: unknown): unknown {
  if (value === null) return null
  if (isDecimal(value)) return value.neg()
  if (typeof value === 'number') return -value
  throw refuseKind('a number', value)
}
