// Understands the parts of an expression: which names they mean, of what type they are, and whether they go together.
import { describe, suggest } from '../../reader.ts'
import { checkBinary } from './check-binary.ts'
import { checkCall } from './check-call.ts'
import { isDecimal } from './number.ts'
import { ExpressionProblem } from './problem.ts'
import type { Constant, Names, Syntax, Typed } from './syntax.ts'
import type { Type } from './type.ts'
import {
  anyType,
  booleanType,
  decimalType,
  elementOf,
  isNumeric,
  isOpen,
  joinTypes,
  nameType,
  stringType,
} from './type-rules.ts'

/** Gives every part its type; the first thing that is wrong is thrown with its place. */
export function check(syntax: Syntax, names: Names): Typed {
  switch (syntax.kind) {
    case 'constant':
      return makeConstant(syntax.value)
    case 'list': {
      const items = syntax.items.map((item) => check(item, names))
      return { kind: 'list', items, type: { kind: 'list', of: joinTypes(items.map(({ type }) => type)) } }
    }
    case 'name':
      return checkName(syntax, names)
    case 'member':
      return checkMember(syntax, names)
    case 'index':
      return checkIndex(syntax, names)
    case 'call':
      return checkCall(syntax, names, check)
    case 'unary':
      return checkUnary(syntax, names)
    case 'binary':
      return checkBinary(syntax, check(syntax.left, names), check(syntax.right, names))
    case 'conditional':
      return checkConditional(syntax, names)
  }
}

function makeConstant(value: Constant): Typed {
  if (value === null) return { kind: 'constant', value, type: { kind: 'nil' } }
  if (isDecimal(value)) return { kind: 'constant', value, type: decimalType }
  return { kind: 'constant', value, type: typeof value === 'boolean' ? booleanType : stringType }
}

function checkName({ name, at }: Syntax & { kind: 'name' }, { scope, element }: Names): Typed {
  const fields = element?.kind === 'record' ? element.fields : new Map<string, Type>()
  const own = fields.get(name) ?? (name === 'it' ? element : undefined)
  if (own) return { kind: 'name', name, isElement: true, type: own }
  const type = scope.get(name)
  if (type) return { kind: 'name', name, isElement: false, path: [name], type }
  if (name === 'today') return { kind: 'call', name, args: [], type: { kind: 'date' } }
  const known = [...scope.keys(), ...fields.keys()]
  throw new ExpressionProblem(
    at,
    `does not know ${describe(name)}${suggest(name, known)}; known are ${known.join(', ')}`,
  )
}

function checkMember({ of, name, at }: Syntax & { kind: 'member' }, names: Names): Typed {
  const owner = check(of, names)
  const type = findMember(owner, name, at)
  const path = 'path' in owner && owner.path ? [...owner.path, name] : undefined
  return { kind: 'member', of: owner, name, type, ...(path ? { path } : {}) }
}

function findMember({ type }: Typed, name: string, at: number): Type {
  if (isOpen(type)) return anyType
  if (type.kind !== 'record')
    throw new ExpressionProblem(at, `looks for ${describe(name)} in ${nameType(type)}, which has no fields`)
  const found = type.fields.get(name)
  if (found) return found
  const near = suggest(name, type.fields.keys())
  throw new ExpressionProblem(at, `reads ${type.name}.${name}, but ${type.name} has no such field${near}`)
}

function checkIndex({ of, index, at }: Syntax & { kind: 'index' }, names: Names): Typed {
  const list = check(of, names)
  const place = check(index, names)
  if (list.type.kind !== 'list' && !isOpen(list.type))
    throw new ExpressionProblem(at, `takes an item of ${nameType(list.type)}, which is no list`)
  if (!isNumeric(place.type) && !isOpen(place.type))
    throw new ExpressionProblem(at, `expects a number between the brackets, found ${nameType(place.type)}`)
  return { kind: 'index', of: list, index: place, type: elementOf(list.type) }
}

function checkUnary({ operator, operand, at }: Syntax & { kind: 'unary' }, names: Names): Typed {
  const inner = check(operand, names)
  const isFitting = operator === '!' ? inner.type.kind === 'boolean' : isNumeric(inner.type)
  if (!isFitting && !isOpen(inner.type)) {
    const expected = operator === '!' ? 'true or false' : 'a number'
    throw new ExpressionProblem(at, `expects ${expected} behind "${operator}", found ${nameType(inner.type)}`)
  }
  return {
    kind: 'unary',
    operator,
    operand: inner,
    type: operator === '!' ? booleanType : decimalType,
  }
}

function checkConditional({ test, yes, no, at }: Syntax & { kind: 'conditional' }, names: Names): Typed {
  const asked = check(test, names)
  if (asked.type.kind !== 'boolean' && !isOpen(asked.type))
    throw new ExpressionProblem(at, `expects true or false before "?", found ${nameType(asked.type)}`)
  const [one, other] = [check(yes, names), check(no, names)]
  return { kind: 'conditional', test: asked, yes: one, no: other, type: joinTypes([one.type, other.type]) }
}
