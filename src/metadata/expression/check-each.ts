// Checks expressions that functions work out for each element of a list, and what comes of them.
import { describe } from '../../reader.ts'
import type { FunctionDefinition } from './function-definition.ts'
import { parse } from './parse.ts'
import { ExpressionProblem } from './problem.ts'
import type { Names, Syntax, Typed } from './syntax.ts'
import type { Type } from './type.ts'
import { areComparable, elementOf, isNumeric, isOpen, isOrdered, nameType } from './type-rules.ts'

type Call = Syntax & { kind: 'call' }

/** The expression for each element: a text that is written out behind a list. */
export function findEach(
  syntax: Call,
  { parameters: [, second] }: FunctionDefinition,
  list: Typed | undefined,
  { scope }: Names,
  check: (syntax: Syntax, names: Names) => Typed,
): Typed | undefined {
  const arg = syntax.args[1]
  const takesEach =
    second === 'order' ? list?.type.kind === 'list' : second !== undefined && second in expected
  if (!takesEach || arg === undefined || list === undefined) return undefined
  if (arg.kind !== 'constant' || typeof arg.value !== 'string')
    throw new ExpressionProblem(arg.at, `expects an expression written as a text, such as "quantity > 3"`)
  try {
    return check(parse(arg.value), { scope, element: elementOf(list.type) })
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error
    throw new ExpressionProblem(
      arg.at,
      `has a problem at character ${error.at} of ${describe(arg.value)}: ${error.message}`,
    )
  }
}

const expected = { each: 'anything', amount: 'a number', condition: 'true or false' } as const

/** What comes of each element, or the elements themselves, must suit the function. */
export function checkElements(
  syntax: Call,
  { parameters: [, second] }: FunctionDefinition,
  [list, ...others]: readonly Type[],
  each: Type | undefined,
): void {
  if (list === undefined) return
  const type = each ?? elementOf(list)
  const isMissed = each === undefined && list.kind !== 'list'
  if (second === 'amount' && !isNumeric(type)) refuse(syntax, expected.amount, type)
  if (second === 'condition' && each && each.kind !== 'boolean') refuse(syntax, expected.condition, each)
  if (second !== 'order') return
  if (!isMissed && !isOrdered(type)) refuse(syntax, 'values that have an order', type)
  for (const other of isMissed ? others : [])
    if (!areComparable(list, other)) refuseStranger(syntax, list, other)
}

function refuse({ name, at }: Call, wanted: string, type: Type): void {
  if (isOpen(type)) return
  throw new ExpressionProblem(at, `expects ${wanted} for each element in ${name}, found ${nameType(type)}`)
}

function refuseStranger({ name, at }: Call, one: Type, other: Type): never {
  throw new ExpressionProblem(at, `compares ${nameType(one)} with ${nameType(other)} in ${name}`)
}
