// Checks the call of a function: that there is one, and that its arguments are what it takes.
import { describe, suggest } from '../../reader.ts'
import type { FunctionDefinition, Parameter } from './function-definition.ts'
import { findFunction, functionNames } from './functions.ts'
import { parse } from './parse.ts'
import { ExpressionProblem } from './problem.ts'
import type { Names, Syntax, Typed } from './syntax.ts'
import { compilePattern } from './text-functions.ts'
import type { Type } from './type.ts'
import { elementOf, isDay, isNumeric, isOpen, nameType } from './type-rules.ts'

type Call = Syntax & { kind: 'call' }
type Check = (syntax: Syntax, names: Names) => Typed

/** `check` is handed in, because arguments are expressions like any other. */
export function checkCall(syntax: Call, names: Names, check: Check): Typed {
  const { name, at } = syntax
  const definition = findFunction(name)
  if (definition === undefined)
    throw new ExpressionProblem(
      at,
      `does not know the function ${describe(name)}${suggest(name, functionNames)}`,
    )
  checkCount(syntax, definition)
  const args = syntax.args.map((arg) => check(arg, names))
  const each = findEach(syntax, definition, args[0], names, check)
  const plain = each ? args.slice(0, 1) : args
  plain.forEach((arg, index) => {
    checkArgument(syntax, definition.parameters[index] ?? definition.parameters.at(-1) ?? 'any', arg)
  })
  const type = definition.result(
    plain.map((arg) => arg.type),
    each?.type,
  )
  return { kind: 'call', name, args: plain, type, ...(each ? { each } : {}) }
}

function checkCount(
  { name, args, at }: Call,
  { parameters, least = parameters.length, isOpen: isEndless }: FunctionDefinition,
): void {
  const most = isEndless ? Number.POSITIVE_INFINITY : parameters.length
  if (args.length >= least && args.length <= most) return
  const wanted = isEndless ? `at least ${least}` : least === most ? `${most}` : `${least} to ${most}`
  throw new ExpressionProblem(at, `gives ${name} ${args.length} arguments; it takes ${wanted}`)
}

/** The expression for each element: a text that is written out behind a list. */
function findEach(
  syntax: Call,
  { parameters }: FunctionDefinition,
  list: Typed | undefined,
  { scope }: Names,
  check: Check,
): Typed | undefined {
  const [, second] = syntax.args
  const takesEach =
    parameters[1] === 'each' || (list?.type.kind === 'list' && ['min', 'max'].includes(syntax.name))
  if (!takesEach || second === undefined || list === undefined) return undefined
  if (second.kind !== 'constant' || typeof second.value !== 'string')
    throw new ExpressionProblem(second.at, `expects an expression written as a text, such as "quantity > 3"`)
  const path = 'path' in list ? list.path : undefined
  const element = { type: elementOf(list.type), ...(path ? { path } : {}) }
  try {
    return check(parse(second.value), { scope, element })
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error
    throw new ExpressionProblem(second.at, `has a problem in ${describe(second.value)}: ${error.message}`)
  }
}

const accepts: Readonly<Record<Parameter, readonly [expected: string, accept: (type: Type) => boolean]>> = {
  any: ['anything', () => true],
  text: ['a text', ({ kind }) => kind === 'string'],
  pattern: ['a text', ({ kind }) => kind === 'string'],
  number: ['a number', isNumeric],
  list: ['a list', ({ kind }) => kind === 'list'],
  day: ['a date or a moment', isDay],
  each: ['a text', ({ kind }) => kind === 'string'],
}

function checkArgument({ name, at }: Call, parameter: Parameter, arg: Typed): void {
  const [expected, accept] = accepts[parameter]
  if (!accept(arg.type) && !isOpen(arg.type))
    throw new ExpressionProblem(at, `expects ${expected} in ${name}, found ${nameType(arg.type)}`)
  if (parameter === 'pattern') checkPattern(name, at, arg)
}

function checkPattern(name: string, at: number, arg: Typed): void {
  if (arg.kind !== 'constant' || typeof arg.value !== 'string')
    throw new ExpressionProblem(at, `expects the pattern of ${name} to be written out as a text`)
  try {
    compilePattern(arg.value)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ExpressionProblem(at, `has a pattern that cannot be used: ${reason}`)
  }
}
