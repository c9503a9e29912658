// Checks the call of a function: that there is one, and that its arguments are what it takes.
import { describe, suggest } from '../../reader.ts'
import { checkElements, findEach } from './check-each.ts'
import type { FunctionDefinition, Parameter } from './function-definition.ts'
import { findFunction, functionNames } from './functions.ts'
import { readPattern } from './pattern.ts'
import { ExpressionProblem } from './problem.ts'
import type { Names, Syntax, Typed } from './syntax.ts'
import type { Type } from './type.ts'
import { isDay, isNumeric, isOpen, isOrdered, nameType } from './type-rules.ts'

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
  const all = syntax.args.map((arg) => check(arg, names))
  const each = findEach(syntax, definition, all[0], names, check)
  const args = each ? all.slice(0, 1) : all
  args.forEach((arg, index) => {
    checkArgument(syntax, definition.parameters[index] ?? definition.parameters.at(-1) ?? 'any', arg)
  })
  const types = args.map((arg) => arg.type)
  checkElements(syntax, definition, types, each?.type)
  return { kind: 'call', name, args, type: definition.result(types, each?.type), ...(each ? { each } : {}) }
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

type Wanted = readonly [expected: string, accept: (type: Type) => boolean]

const isText = ({ kind }: Type) => kind === 'string'
const isList = ({ kind }: Type) => kind === 'list'
const anything: Wanted = ['anything', () => true]
const wanted: Readonly<Record<Parameter, Wanted>> = {
  any: anything,
  each: anything,
  amount: anything,
  condition: anything,
  text: ['a text', isText],
  pattern: ['a text', isText],
  number: ['a number', isNumeric],
  list: ['a list', isList],
  sequence: ['a text or a list', (type) => isText(type) || isList(type)],
  day: ['a date or a moment', isDay],
  order: ['values that have an order', (type) => isList(type) || isOrdered(type)],
}

function checkArgument({ name, at }: Call, parameter: Parameter, arg: Typed): void {
  const [expected, accept] = wanted[parameter]
  if (!accept(arg.type) && !isOpen(arg.type)) {
    const way = parameter === 'day' && isText(arg.type) ? '; date(x) reads one' : ''
    throw new ExpressionProblem(at, `expects ${expected} in ${name}, found ${nameType(arg.type)}${way}`)
  }
  if (parameter === 'pattern') checkPattern(name, at, arg)
}

function checkPattern(name: string, at: number, arg: Typed): void {
  if (arg.kind !== 'constant' || typeof arg.value !== 'string')
    throw new ExpressionProblem(at, `expects the pattern of ${name} to be written out as a text`)
  try {
    readPattern(arg.value)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ExpressionProblem(at, `has a pattern that cannot be used: ${reason}`)
  }
}
