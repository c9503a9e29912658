// Functions of numbers.
import { ExpressionError } from './error.ts'
import type { FunctionDefinition } from './function-definition.ts'
import { type Big, isDecimal, readDecimal, roundDecimal } from './number.ts'
import { decimalType, joinTypes } from './type-rules.ts'
import { isNumber, refuseKind } from './values.ts'

function numberOf(value: unknown): Big | number {
  if (isNumber(value)) return value
  throw refuseKind('a number', value)
}

/** A function of one number, for exact and for floating ones. */
function change(exact: (value: Big) => Big, floating: (value: number) => number): FunctionDefinition {
  return {
    parameters: ['number'],
    result: ([type = decimalType]) => type,
    run: ([value]) => {
      const number = numberOf(value)
      return isDecimal(number) ? exact(number) : floating(number)
    },
  }
}

/** The whole number at or below. */
function floor(value: Big): Big {
  const whole = value.round(0, 0)
  return whole.gt(value) ? whole.minus(1) : whole
}

function digitsOf(value: unknown): number {
  const digits = value == null ? 0 : Number(numberOf(value))
  if (Number.isInteger(digits) && digits >= 0 && digits <= 20) return digits
  throw new ExpressionError('expects a number of digits from 0 to 20')
}

export const numberFunctions: Readonly<Record<string, FunctionDefinition>> = {
  abs: change((value) => value.abs(), Math.abs),
  floor: change(floor, Math.floor),
  ceil: change((value) => floor(value.neg()).neg(), Math.ceil),
  round: {
    parameters: ['number', 'number'],
    least: 1,
    result: ([type = decimalType]) => type,
    run: ([value, digits]) => {
      const number = numberOf(value)
      const places = digitsOf(digits)
      return isDecimal(number) ? roundDecimal(number, places) : roundFloat(number, places)
    },
  },
  number: {
    parameters: ['any'],
    result: ([type]) => (type?.kind === 'float' ? type : decimalType),
    run: ([value]) =>
      isNumber(value) ? value : typeof value === 'string' ? (readDecimal(value.trim()) ?? null) : null,
  },
  coalesce: {
    parameters: ['any'],
    isOpen: true,
    takesNil: true,
    result: joinTypes,
    run: (values) => values.find((value) => value !== null) ?? null,
  },
}

function roundFloat(value: number, places: number): number {
  const exact = readDecimal(value)
  return exact ? Number(roundDecimal(exact, places)) : value
}
