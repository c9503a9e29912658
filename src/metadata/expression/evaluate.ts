// Makes closures of expressions that were checked: called with names and values, they work out the result.
import { calculate, negate } from './arithmetic.ts'
import { type State, spend, spendOn } from './budget.ts'
import { buildCall } from './call.ts'
import { chooseReading } from './dates.ts'
import { isDecimal, toWhole } from './number.ts'
import type { BinaryOperator, Typed } from './syntax.ts'
import type { Type } from './type.ts'
import { elementOf } from './type-rules.ts'
import { compare, isEqual, isTrue, pickOwn, takeValue } from './values.ts'

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
      return buildCall(part, makeClosure)
    case 'unary': {
      const operand = makeClosure(part.operand)
      return part.operator === '!' ? (state) => !isTrue(operand(state)) : (state) => negate(operand(state))
    }
    case 'binary':
      return buildBinary(part)
    case 'conditional':
      return buildConditional(makeClosure(part.test), makeClosure(part.yes), makeClosure(part.no))
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
    if (!Array.isArray(items) || !isDecimal(place)) return null
    return takeValue(kind, items[toWhole(place)])
  }
}

function buildConditional(test: Closure, yes: Closure, no: Closure): Closure {
  return (state) => (isTrue(test(state)) ? yes(state) : no(state))
}

function buildBinary({ operator, left, right }: Typed & { kind: 'binary' }): Closure {
  const [one, other] = [makeClosure(left), makeClosure(right)]
  switch (operator) {
    case '||':
      return (state) => isTrue(one(state)) || isTrue(other(state))
    case '&&':
      return (state) => isTrue(one(state)) && isTrue(other(state))
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return (state) => calculate(operator, one(state), other(state), state.budget)
    case 'in':
      return buildIn(one, other, left.type, elementOf(right.type))
    default:
      return buildComparison(operator, read(one, left.type, right.type), read(other, right.type, left.type))
  }
}

function read(side: Closure, own: Type, other: Type): Closure {
  const reading = chooseReading(own, other)
  return reading ? (state) => reading(side(state)) : side
}

const orders = {
  '<': (order: number) => order < 0,
  '<=': (order: number) => order <= 0,
  '>': (order: number) => order > 0,
  '>=': (order: number) => order >= 0,
}

function buildComparison(
  operator: Extract<BinaryOperator, '==' | '!=' | keyof typeof orders>,
  one: Closure,
  other: Closure,
): Closure {
  if (operator === '==') return (state) => isEqual(one(state), other(state))
  if (operator === '!=') return (state) => !isEqual(one(state), other(state))
  const isInOrder = orders[operator]
  return (state) => {
    const [left, right] = [one(state), other(state)]
    spendOn(state.budget, left)
    const order = compare(left, right)
    return order !== undefined && isInOrder(order)
  }
}

/** Nil is in no list. */
function buildIn(one: Closure, list: Closure, own: Type, element: Type): Closure {
  const value = read(one, own, element)
  const reading = chooseReading(element, own)
  return (state) => {
    const [sought, items] = [value(state), list(state)]
    if (sought === null || !Array.isArray(items)) return false
    spendOn(state.budget, items)
    return items.some((item) => {
      const taken = takeValue(element.kind, item)
      return isEqual(sought, reading ? reading(taken) : taken)
    })
  }
}
