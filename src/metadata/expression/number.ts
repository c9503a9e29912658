// Exact decimal numbers: division gives 20 digits behind the point, half to even.
import makeBig from 'big.js'

export type Big = makeBig.Big

/** A constructor of its own, so that its settings bind nobody else. */
const Decimal = makeBig()
Decimal.DP = 20
Decimal.RM = 2
/** Huge powers of ten would make texts without end. */
const mostDigits = 1_000

/** A number as a decimal; undefined when the text is none. */
export function readDecimal(value: string | number): Big | undefined {
  const text = String(value)
  return text.length <= mostDigits && /^[+-]?\d+(\.\d+)?(e[+-]?\d{1,3})?$/i.test(text)
    ? new Decimal(text.replace('+', ''))
    : undefined
}

export function isDecimal(value: unknown): value is Big {
  return value instanceof Decimal
}

/** Rounds to digits behind the point; half goes away from zero, as PostgreSQL's numeric does. */
export function roundDecimal(value: Big, digits: number): Big {
  return value.round(digits, 1)
}

export function writeDecimal(value: Big): string {
  const text = value.toFixed()
  return text === '-0' ? '0' : text
}
