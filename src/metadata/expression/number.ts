// Exact decimal numbers: division gives 20 digits behind the point, half to even.
import makeBig from 'big.js'

export type Big = makeBig.Big

/** A constructor of its own, so that its settings bind nobody else. */
const Decimal = makeBig()
Decimal.DP = 20
Decimal.RM = 2
/** Huge powers of ten would make texts without end. */
const mostCharacters = 1_000

/** A number as a decimal, those with a floating point by the shortest text that means them; undefined when the text is none. */
export function readDecimal(value: string | number): Big | undefined {
  const text = String(value)
  return text.length <= mostCharacters && /^[+-]?\d+(\.\d+)?(e[+-]?\d{1,3})?$/i.test(text)
    ? new Decimal(text[0] === '+' ? text.slice(1) : text)
    : undefined
}

/** A number that the code writes out, or counted. */
export function makeDecimal(value: number): Big {
  return new Decimal(value)
}

export function isDecimal(value: unknown): value is Big {
  return value instanceof Decimal
}

export function isWhole(value: Big): boolean {
  return value.round(0, 0).eq(value)
}

/** A whole number as JavaScript has it; NaN for any other. */
export function toWhole(value: Big): number {
  return isWhole(value) ? Number(value) : Number.NaN
}

/** How many digits it has before or behind the point, whichever are more, or in all. */
export function countDigits({ c: digits, e: exponent }: Big): number {
  return Math.max(digits.length, Math.abs(exponent))
}

/** Rounds to digits behind the point; half goes away from zero, as PostgreSQL's numeric does. */
export function roundDecimal(value: Big, digits: number): Big {
  return value.round(digits, 1)
}

export function writeDecimal(value: Big): string {
  const text = value.toFixed()
  return text === '-0' ? '0' : text
}
