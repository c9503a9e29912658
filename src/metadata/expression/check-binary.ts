// Which two sides an operator takes, and what it makes of them.
import { describe } from '../../reader.ts'
import { readValue } from '../value.ts'
import { ExpressionProblem } from './problem.ts'
import type { BinaryOperator, Syntax, Typed } from './syntax.ts'
import type { Type } from './type.ts'
import {
  areComparable,
  booleanType,
  elementOf,
  isNumeric,
  isOpen,
  joinTypes,
  nameType,
} from './type-rules.ts'
import { takeTime } from './values.ts'

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
  const [one, other] = [readAs(left, right.type, syntax.at), readAs(right, left.type, syntax.at)]
  const isOrder = operator !== '==' && operator !== '!='
  const isOrdered = (type: Type) => !isOrder || !['list', 'record', 'boolean'].includes(type.kind)
  if (areComparable(one.type, other.type) && isOrdered(one.type) && isOrdered(other.type))
    return make(operator, one, other, booleanType)
  throw new ExpressionProblem(
    syntax.at,
    `compares ${nameType(one.type)} with ${nameType(other.type)} by "${operator}", which says nothing`,
  )
}

/** A text that is written out beside a date, a moment or a time of day is meant as one. */
function readAs(side: Typed, wanted: Type, at: number): Typed {
  const { kind } = wanted
  if (side.kind !== 'constant' || typeof side.value !== 'string') return side
  if (kind !== 'date' && kind !== 'timestamp' && kind !== 'time') return side
  const types = kind === 'time' ? (['time'] as const) : (['date', 'timestamp'] as const)
  for (const type of types) {
    const reading = readValue({ type }, side.value)
    if ('value' in reading) {
      const value = type === 'time' ? takeTime(String(reading.value)) : String(reading.value)
      return { kind: 'constant', value, type: { kind: type } }
    }
  }
  throw new ExpressionProblem(
    at,
    `compares ${nameType(wanted)} with the text ${describe(side.value)}, which is none`,
  )
}

function checkIn(syntax: Binary, left: Typed, right: Typed): Typed {
  const list: Typed =
    right.kind === 'list'
      ? { ...right, items: right.items.map((item) => readAs(item, left.type, syntax.at)) }
      : right
  if (list.type.kind !== 'list' && !isOpen(list.type))
    throw new ExpressionProblem(syntax.at, `expects a list behind "in", found ${nameType(list.type)}`)
  const element = list.kind === 'list' ? joinTypes(list.items.map(({ type }) => type)) : elementOf(list.type)
  if (!areComparable(left.type, element))
    throw new ExpressionProblem(
      syntax.at,
      `looks for ${nameType(left.type)} in a list of another kind: ${nameType(element)}`,
    )
  return make('in', left, list, booleanType)
}

function typeOfResult({ operator, at }: Binary, left: Type, right: Type): Type {
  const isText = (type: Type) => type.kind === 'string' || isOpen(type)
  const isNumber = (type: Type) => isNumeric(type) || isOpen(type)
  if (isNumber(left) && isNumber(right)) return joinTypes([left, right].filter((type) => type.kind !== 'nil'))
  if (operator === '+' && isText(left) && isText(right)) return { kind: 'string' }
  const way =
    operator === '+' && (left.kind === 'string' || right.kind === 'string') ? '; string(x) makes a text' : ''
  throw new ExpressionProblem(
    at,
    `cannot reckon with ${nameType(left)} and ${nameType(right)} by "${operator}"${way}`,
  )
}
