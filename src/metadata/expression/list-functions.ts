// Functions of lists. Most take an expression, written as a text, that is worked out for each element.
import { calculate } from './arithmetic.ts'
import { type Budget, limitList } from './budget.ts'
import { ExpressionError } from './error.ts'
import type { Call, FunctionDefinition, Parameter } from './function-definition.ts'
import { makeDecimal } from './number.ts'
import { anyType, booleanType, decimalType, elementOf, joinTypes } from './type-rules.ts'
import { compare, isTrue, refuseKind } from './values.ts'

const listAndCondition: readonly Parameter[] = ['list', 'condition']

function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw refuseKind('a list', value)
}

/** The value of each element, those that are nil left out. */
function valuesOf(list: unknown, { evaluateFor }: Call): readonly unknown[] {
  const items = itemsOf(list)
  return (evaluateFor ? items.map(evaluateFor) : items).filter((value) => value !== null)
}

function sum(values: readonly unknown[], budget: Budget): unknown {
  return values.reduce((total, value) => calculate('+', total, value, budget), makeDecimal(0))
}

function average(values: readonly unknown[], budget: Budget): unknown {
  if (values.length === 0) return null
  return calculate('/', sum(values, budget), makeDecimal(values.length), budget)
}

/** The value that comes first by its order. */
function pickFirst(values: readonly unknown[], sign: 1 | -1): unknown {
  return values.reduce((best, value) => {
    const order = compare(value, best)
    if (order === undefined) throw new ExpressionError('expects values of one kind that have an order')
    return sign * order < 0 ? value : best
  })
}

/** Of a list, or of the arguments themselves. */
function pick(sign: 1 | -1): FunctionDefinition {
  return {
    parameters: ['order', 'order'],
    least: 1,
    isOpen: true,
    takesNil: true,
    result: (types, each) => each ?? joinTypes(types.map((type) => (type.kind === 'list' ? type.of : type))),
    run: (args, call) => {
      const isList = Array.isArray(args[0])
      const values = isList ? valuesOf(args[0], call) : args.filter((value) => value !== null)
      return values.length === 0 ? null : pickFirst(values, sign)
    },
  }
}

function measure(run: (values: readonly unknown[], budget: Budget) => unknown): FunctionDefinition {
  return {
    parameters: ['list', 'amount'],
    least: 1,
    result: () => decimalType,
    run: ([list], call) => run(valuesOf(list, call), call.state.budget),
  }
}

/** Asks for elements whether the expression holds; without one, whether the elements themselves are true. */
function ask(
  run: (items: readonly unknown[], holds: (element: unknown) => boolean) => unknown,
): FunctionDefinition {
  return {
    parameters: listAndCondition,
    least: 1,
    result: () => booleanType,
    run: ([list], { evaluateFor }) =>
      run(itemsOf(list), (element) => isTrue(evaluateFor ? evaluateFor(element) : element)),
  }
}

export const listFunctions: Readonly<Record<string, FunctionDefinition>> = {
  sum: measure(sum),
  avg: measure(average),
  min: pick(1),
  max: pick(-1),
  count: {
    parameters: listAndCondition,
    least: 1,
    result: () => decimalType,
    run: ([list], { evaluateFor }) =>
      makeDecimal(itemsOf(list).filter((element) => !evaluateFor || isTrue(evaluateFor(element))).length),
  },
  any: ask((items, holds) => items.some(holds)),
  all: ask((items, holds) => items.every(holds)),
  filter: {
    parameters: listAndCondition,
    result: ([list = anyType]) => ({ kind: 'list', of: elementOf(list) }),
    run: ([list], { evaluateFor }) => itemsOf(list).filter((element) => isTrue(evaluateFor?.(element))),
  },
  map: {
    parameters: ['list', 'each'],
    result: (_, of = anyType) => ({ kind: 'list', of }),
    run: ([list], { evaluateFor }) =>
      limitList(itemsOf(list).map((element) => evaluateFor?.(element) ?? null)),
  },
}
