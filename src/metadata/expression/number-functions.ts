// Functions of numbers.
import { ExpressionError } from './error.ts'
import type { FunctionDefinition } from './function-definition.ts'
import { type Big, isDecimal, readDecimal, roundDecimal, toWhole, writeDecimal } from './number.ts'
import { decimalType, joinTypes } from './type-rules.ts'
import { refuseKind } from './values.ts'

const mostPlaces = 20

/** The argument as a number, for functions that take nothing else. */
export function numberOf(value: unknown): Big {
  if (isDecimal(value)) return value
  throw refuseKind('a number', value)
}

function change(make: (value: Big) => Big): FunctionDefinition {
  return { parameters: ['number'], result: () => decimalType, run: ([value]) => make(numberOf(value)) }
}

/** The whole number at or below. */
function floor(value: Big): Big {
  const whole = value.round(0, 0)
  return whole.gt(value) ? whole.minus(1) : whole
}

function placesOf(value: unknown): number {
  const places = value === undefined ? 0 : toWhole(numberOf(value))
  if (places >= 0 && places <= mostPlaces) return places
  throw new ExpressionError(
    `expects a number of digits from 0 to ${mostPlaces}, found ${writeDecimal(numberOf(value))}`,
  )
}

function readNumber(value: unknown): Big | null {
  if (isDecimal(value)) return value
  return typeof value === 'string' ? (readDecimal(value.trim()) ?? null) : null
}

export const numberFunctions: Readonly<Record<string, FunctionDefinition>> = {
  abs: change((value) => value.abs()),
  floor: change(floor),
  ceil: change((value) => floor(value.neg()).neg()),
  round: {
    parameters: ['number', 'number'],
    least: 1,
    result: () => decimalType,
    run: ([value, places]) => roundDecimal(numberOf(value), placesOf(places)),
  },
  number: { parameters: ['any'], result: () => decimalType, run: ([value]) => readNumber(value) },
  coalesce: {
    parameters: ['any'],
    isOpen: true,
    takesNil: true,
    result: joinTypes,
    run: (values) => values.find((value) => value !== null) ?? null,
  },
}
