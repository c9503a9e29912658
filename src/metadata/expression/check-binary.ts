// Which two sides an operator takes, and what it makes of them.
import { describe } from '../../reader.ts'
import { readAs } from './dates.ts'
import { ExpressionProblem } from './problem.ts'
import type { BinaryOperator, Syntax, Typed } from './syntax.ts'
import type { Type } from './type.ts'
import {
  areComparable,
  booleanType,
  decimalType,
  elementOf,
  isDay,
  isNumeric,
  isOpen,
  isOrdered,
  joinTypes,
  nameType,
  stringType,
} from './type-rules.ts'

type Binary = Syntax & { kind: 'binary' }

/** Checks the two sides; a text beside a date is read as one. */
export function checkBinary(syntax: Binary, left: Typed, right: Typed): Typed {
  const { operator } = syntax
  switch (operator) {
    case '||':
    case '&&':
      return make(operator, checkLogical(syntax, left), checkLogical(syntax, right), booleanType)
    case 'in':
      return checkIn(syntax, left, right)
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return checkComparison(syntax, operator, left, right)
    default:
      return make(operator, left, right, typeOfResult(syntax, left.type, right.type))
  }
}

function make(operator: BinaryOperator, left: Typed, right: Typed, type: Type): Typed {
  return { kind: 'binary', operator, left, right, type }
}

function checkLogical({ operator, at }: Binary, side: Typed): Typed {
  if (side.type.kind === 'boolean' || isOpen(side.type)) return side
  throw new ExpressionProblem(at, `expects true or false beside "${operator}", found ${nameType(side.type)}`)
}

function checkComparison(syntax: Binary, operator: BinaryOperator, left: Typed, right: Typed): Typed {
  const [one, other] = [meanAs(left, right.type, syntax.at), meanAs(right, left.type, syntax.at)]
  const isSensible =
    operator === '==' || operator === '!=' || [one, other].every(({ type }) => isOrdered(type))
  if (areComparable(one.type, other.type) && isSensible) return make(operator, one, other, booleanType)
  throw new ExpressionProblem(
    syntax.at,
    `compares ${nameType(one.type)} with ${nameType(other.type)} by "${operator}", which says nothing`,
  )
}

/** A text that is written out beside a date, a moment or a time of day is meant as one. */
function meanAs(side: Typed, wanted: Type, at: number): Typed {
  if (side.kind !== 'constant' || typeof side.value !== 'string') return side
  const kinds = wanted.kind === 'time' ? (['time'] as const) : (['date', 'timestamp'] as const)
  if (wanted.kind !== 'time' && !isDay(wanted)) return side
  for (const kind of kinds) {
    const value = readAs(kind, side.value)
    if (value !== undefined) return { kind: 'constant', value, type: { kind } }
  }
  throw new ExpressionProblem(
    at,
    `compares ${nameType(wanted)} with the text ${describe(side.value)}, which is none`,
  )
}

function checkIn(syntax: Binary, left: Typed, right: Typed): Typed {
  const list: Typed =
    right.kind === 'list'
      ? { ...right, items: right.items.map((item) => meanAs(item, left.type, syntax.at)) }
      : right
  if (list.type.kind !== 'list' && !isOpen(list.type))
    throw new ExpressionProblem(syntax.at, `expects a list behind "in", found ${nameType(list.type)}`)
  const element = list.kind === 'list' ? joinTypes(list.items.map(({ type }) => type)) : elementOf(list.type)
  const own = meanAs(left, element, syntax.at)
  if (areComparable(own.type, element)) return make('in', own, list, booleanType)
  throw new ExpressionProblem(
    syntax.at,
    `looks for ${nameType(own.type)} in a list of another kind: ${nameType(element)}`,
  )
}

function typeOfResult({ operator, at }: Binary, left: Type, right: Type): Type {
  const areAll = (accept: (type: Type) => boolean) =>
    [left, right].every((type) => accept(type) || isOpen(type))
  const isText = ({ kind }: Type) => kind === 'string'
  if (operator === '+' && areAll(isOpen)) return joinTypes([left, right])
  if (operator === '+' && areAll(isText)) return stringType
  if (areAll(isNumeric)) return decimalType
  const way = operator === '+' && [left, right].some(isText) ? '; string(x) makes a text' : ''
  throw new ExpressionProblem(
    at,
    `cannot reckon with ${nameType(left)} and ${nameType(right)} by "${operator}"${way}`,
  )
}
