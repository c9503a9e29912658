// Makes closures of calls: arguments are worked out first, expressions for elements by the function itself.
import { type State, spendOn } from './budget.ts'
import { findFunction } from './functions.ts'
import { readPattern } from './pattern.ts'
import type { Typed } from './syntax.ts'
import type { Type } from './type.ts'
import { elementOf } from './type-rules.ts'
import { takeValue } from './values.ts'

type Closure = (state: State) => unknown

/** `makeClosure` is handed in, because arguments are expressions like any other. */
export function buildCall(
  { name, args, each }: Typed & { kind: 'call' },
  makeClosure: (part: Typed) => Closure,
): Closure {
  const definition = findFunction(name)
  if (definition === undefined) throw new Error(`There is no function ${name}`)
  const { parameters, takesNil = false } = definition
  const given = args.map((arg, index) =>
    parameters[index] === 'pattern' ? buildPattern(arg) : buildArgument(arg, makeClosure(arg)),
  )
  const inner = each && makeClosure(each)
  return (state) => {
    const values = given.map((arg) => arg(state))
    if (!takesNil && values.includes(null)) return null
    const made = definition.run(values, inner ? { state, evaluateFor: bindElement(inner, state) } : { state })
    spendOn(state.budget, made)
    return made
  }
}

/** Patterns are compiled with the expression. */
function buildPattern(arg: Typed): Closure {
  const pattern = readPattern(arg.kind === 'constant' ? String(arg.value) : '')
  return () => pattern
}

/** Functions go through the texts and lists that they are given; they may rely on the form of their items. */
function buildArgument({ type }: Typed, value: Closure): Closure {
  const { kind }: Type = elementOf(type)
  return (state) => {
    const given = value(state)
    spendOn(state.budget, given)
    return Array.isArray(given) && kind !== 'record' ? given.map((item) => takeValue(kind, item)) : given
  }
}

/** One state serves for all elements of a call; nobody keeps it. */
function bindElement(inner: Closure, { environment, budget }: State): (element: unknown) => unknown {
  const state: State = { environment, budget, element: null }
  return (element) => {
    state.element = element
    return inner(state)
  }
}
