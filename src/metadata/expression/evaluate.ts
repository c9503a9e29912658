// Makes closures of expressions that were checked: called with names and values, they work out the result.
import { calculate, negate } from './arithmetic.ts'
import { type State, spend } from './budget.ts'
import { widenDay } from './dates.ts'
import { findFunction } from './functions.ts'
import { isDecimal } from './number.ts'
import type { BinaryOperator, Typed } from './syntax.ts'
import type { Type } from './type.ts'
import { isDay } from './type-rules.ts'
import { compare, isEqual, isNumber, isTrue, pickOwn, takeValue } from './values.ts'

export type Closure = (state: State) => unknown

/** Every step of a closure is counted. */
export function makeClosure(part: Typed): Closure {
  const run = build(part)
  return (state) => {
    spend(state.budget)
    return run(state)
  }
}

function build(part: Typed): Closure {
  switch (part.kind) {
    case 'constant':
      return () => part.value
    case 'list': {
      const items = part.items.map(makeClosure)
      return (state) => items.map((item) => item(state))
    }
    case 'name':
      return buildName(part)
    case 'member': {
      const owner = makeClosure(part.of)
      const { name, type } = part
      return (state) => takeValue(type.kind, pickOwn(owner(state), name))
    }
    case 'index':
      return buildIndex(makeClosure(part.of), makeClosure(part.index), part.type)
    case 'call':
      return buildCall(part)
    case 'unary': {
      const operand = makeClosure(part.operand)
      return part.operator === '!' ? (state) => !isTrue(operand(state)) : (state) => negate(operand(state))
    }
    case 'binary':
      return buildBinary(part)
    case 'conditional': {
      const [test, yes, no] = [part.test, part.yes, part.no].map(makeClosure) as [Closure, Closure, Closure]
      return (state) => (isTrue(test(state)) ? yes(state) : no(state))
    }
  }
}

function buildName({ name, isElement, type }: Typed & { kind: 'name' }): Closure {
  if (!isElement) return ({ environment }) => takeValue(type.kind, pickOwn(environment, name))
  if (name === 'it') return ({ element }) => takeValue(type.kind, element)
  return ({ element }) => takeValue(type.kind, pickOwn(element, name))
}

function buildIndex(list: Closure, index: Closure, { kind }: Type): Closure {
  return (state) => {
    const items = list(state)
    const place = index(state)
    if (!Array.isArray(items) || !isNumber(place)) return null
    const number = Number(place)
    return Number.isInteger(number) && number >= 0 ? takeValue(kind, items[number]) : null
  }
}

function buildCall({ name, args, each }: Typed & { kind: 'call' }): Closure {
  const definition = findFunction(name)
  if (definition === undefined) throw new Error(`There is no function ${name}`)
  const given = args.map(makeClosure)
  const inner = each && makeClosure(each)
  return (state) => {
    const values = given.map((arg) => arg(state))
    if (!definition.takesNil && values.some((value) => value === null)) return null
    const call = inner
      ? { state, evaluateFor: (element: unknown) => inner({ ...state, element }) }
      : { state }
    return definition.run(values, call)
  }
}

const comparisons: Partial<Record<BinaryOperator, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

function buildBinary({ operator, left, right }: Typed & { kind: 'binary' }): Closure {
  const [one, other] = [makeClosure(left), makeClosure(right)]
  const widen = isDay(left.type) || isDay(right.type) ? widenDay : (value: unknown) => value
  const order = comparisons[operator]
  if (order)
    return (state) => {
      const found = compare(widen(one(state)), widen(other(state)))
      return found !== undefined && order(found)
    }
  switch (operator) {
    case '||':
      return (state) => isTrue(one(state)) || isTrue(other(state))
    case '&&':
      return (state) => isTrue(one(state)) && isTrue(other(state))
    case '==':
      return (state) => isEqual(widen(one(state)), widen(other(state)))
    case '!=':
      return (state) => !isEqual(widen(one(state)), widen(other(state)))
    case 'in':
      return buildIn(one, other, left.type)
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return (state) => calculate(operator, one(state), other(state))
    default:
      throw new Error(`There is no operator ${operator}`)
  }
}

/** Nil is in no list. */
function buildIn(one: Closure, list: Closure, type: Type): Closure {
  const widen = isDay(type) ? widenDay : (value: unknown) => value
  return (state) => {
    const [value, items] = [widen(one(state)), list(state)]
    if (value === null || !Array.isArray(items)) return false
    spend(state.budget, items.length)
    return items.some((item) => isEqual(value, widen(takeItem(item))))
  }
}

/** Items of JSON lists have not been looked at yet. */
function takeItem(item: unknown): unknown {
  return isDecimal(item) ? item : takeValue('any', item)
}
