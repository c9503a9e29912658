// Functions of lists. Most take an expression, written as a text, that is worked out for each element.
import { calculate } from './arithmetic.ts'
import { limitList } from './budget.ts'
import type { Call, FunctionDefinition, Parameter } from './function-definition.ts'
import { type Big, readDecimal } from './number.ts'
import type { Type } from './type.ts'
import { booleanType, decimalType, elementOf } from './type-rules.ts'
import { compare, isTrue } from './values.ts'

const listAndEach: readonly Parameter[] = ['list', 'each']
const nothing: Big | undefined = readDecimal(0)

function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The value of each element, those that are nil left out. */
function valuesOf(list: unknown, { evaluateFor }: Call): readonly unknown[] {
  return itemsOf(list)
    .map((element) => (evaluateFor ? evaluateFor(element) : element))
    .filter((value) => value !== null)
}

function sum(values: readonly unknown[]): unknown {
  return values.reduce((total, value) => calculate('+', total, value), nothing)
}

function average(values: readonly unknown[]): unknown {
  return values.length === 0 ? null : calculate('/', sum(values), readDecimal(values.length))
}

/** The value that comes first by its order; values without order are passed over. */
function pickFirst(values: readonly unknown[], sign: 1 | -1): unknown {
  return values.reduce(
    (best, value) => (best === null || sign * (compare(value, best) ?? 1) < 0 ? value : best),
    null,
  )
}

/** Of a list, or of the arguments themselves. */
function pick(sign: 1 | -1): FunctionDefinition {
  return {
    parameters: ['any', 'any'],
    least: 1,
    isOpen: true,
    takesNil: true,
    result: ([first = decimalType], each) => each ?? (first.kind === 'list' ? first.of : first),
    run: (args, call) => {
      const values = Array.isArray(args[0]) ? valuesOf(args[0], call) : args.filter((value) => value !== null)
      return pickFirst(values, sign)
    },
  }
}

function measure(
  result: (type: Type) => Type,
  run: (values: readonly unknown[]) => unknown,
): FunctionDefinition {
  return {
    parameters: listAndEach,
    least: 1,
    result: ([list = decimalType], each) => result(each ?? elementOf(list)),
    run: ([list], call) => run(valuesOf(list, call)),
  }
}

/** Whether the expression holds for elements; without one, whether the elements themselves are true. */
function ask(run: (items: readonly unknown[], holds: (element: unknown) => boolean) => unknown, type: Type) {
  return {
    parameters: listAndEach,
    least: 1,
    result: () => type,
    run: ([list]: readonly unknown[], { evaluateFor }: Call) =>
      run(itemsOf(list), (element) => isTrue(evaluateFor ? evaluateFor(element) : element)),
  }
}

export const listFunctions: Readonly<Record<string, FunctionDefinition>> = {
  sum: measure((type) => (type.kind === 'float' ? type : decimalType), sum),
  avg: measure((type) => (type.kind === 'float' ? type : decimalType), average),
  min: pick(1),
  max: pick(-1),
  count: {
    parameters: listAndEach,
    least: 1,
    result: () => decimalType,
    run: ([list], { evaluateFor }) =>
      readDecimal(itemsOf(list).filter((element) => !evaluateFor || isTrue(evaluateFor(element))).length),
  },
  any: ask((items, holds) => items.some(holds), booleanType),
  all: ask((items, holds) => items.every(holds), booleanType),
  filter: {
    parameters: listAndEach,
    result: ([list = decimalType]) => list,
    run: ([list], { evaluateFor }) => itemsOf(list).filter((element) => isTrue(evaluateFor?.(element))),
  },
  map: {
    parameters: listAndEach,
    result: (_, of = decimalType) => ({ kind: 'list', of }),
    run: ([list], { evaluateFor }) =>
      limitList(itemsOf(list).map((element) => evaluateFor?.(element) ?? null)),
  },
}
