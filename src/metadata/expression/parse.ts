// Reads tokens into parts, by the precedence of their operators.
import { readDecimal } from './number.ts'
import { ExpressionProblem } from './problem.ts'
import type { BinaryOperator, Syntax } from './syntax.ts'
import { readTokens, type Token } from './token.ts'

type Reader = { readonly tokens: readonly Token[]; place: number; depth: number; operators: number }

const mostDepth = 50
/** Chains of operators are worked out from the inside, so they must not be too long either. */
const mostOperators = 500
const binaries: ReadonlyMap<string, readonly [operator: BinaryOperator, precedence: number]> = new Map([
  ['||', ['||', 1]],
  ['or', ['||', 1]],
  ['&&', ['&&', 2]],
  ['and', ['&&', 2]],
  ['==', ['==', 3]],
  ['===', ['==', 3]],
  ['!=', ['!=', 3]],
  ['!==', ['!=', 3]],
  ['<', ['<', 4]],
  ['<=', ['<=', 4]],
  ['>', ['>', 4]],
  ['>=', ['>=', 4]],
  ['in', ['in', 4]],
  ['+', ['+', 5]],
  ['-', ['-', 5]],
  ['*', ['*', 6]],
  ['/', ['/', 6]],
  ['%', ['%', 6]],
])
const constants: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['nil', null],
  ['null', null],
])

/** Reads a whole text. */
export function parse(text: string): Syntax {
  const reader: Reader = { tokens: readTokens(text), place: 0, depth: 0, operators: 0 }
  const whole = readExpression(reader)
  const rest = peek(reader)
  if (rest.kind !== 'end') throw refuse(rest, 'an operator or the end')
  return whole
}

function peek({ tokens, place }: Reader): Token {
  return tokens[place] ?? { kind: 'end', text: 'the end', at: 1 }
}

function take(reader: Reader): Token {
  const token = peek(reader)
  reader.place++
  return token
}

/** Takes the symbol or word if it comes next. */
function takeIf(reader: Reader, text: string): boolean {
  const { kind, text: found } = peek(reader)
  const isNext = (kind === 'symbol' || kind === 'name') && found === text
  if (isNext) reader.place++
  return isNext
}

function expect(reader: Reader, text: string): void {
  if (!takeIf(reader, text)) throw refuse(peek(reader), `"${text}"`)
}

function refuse({ kind, text, at }: Token, expected: string): ExpressionProblem {
  const found =
    kind === 'end' ? 'the end' : kind === 'text' ? `the text ${JSON.stringify(text)}` : `"${text}"`
  return new ExpressionProblem(at, `expects ${expected}, found ${found}`)
}

function readExpression(reader: Reader): Syntax {
  if (++reader.depth > mostDepth) throw tooDeep(peek(reader).at)
  const test = readBinary(reader, 1)
  const whole = takeIf(reader, '?') ? readConditional(reader, test) : test
  reader.depth--
  return whole
}

function tooDeep(at: number): ExpressionProblem {
  return new ExpressionProblem(at, `goes more than ${mostDepth} levels deep`)
}

function readConditional(reader: Reader, test: Syntax): Syntax {
  const yes = readExpression(reader)
  expect(reader, ':')
  return { kind: 'conditional', test, yes, no: readExpression(reader), at: test.at }
}

function readBinary(reader: Reader, least: number): Syntax {
  let left = readUnary(reader)
  for (;;) {
    const { kind, text, at } = peek(reader)
    const [operator, precedence] = (kind === 'symbol' || kind === 'name'
      ? binaries.get(text)
      : undefined) ?? ['in', 0]
    if (precedence < least) return left
    if (++reader.operators > mostOperators)
      throw new ExpressionProblem(at, `has more than ${mostOperators} operators`)
    take(reader)
    left = { kind: 'binary', operator, left, right: readBinary(reader, precedence + 1), at }
  }
}

function readUnary(reader: Reader): Syntax {
  const { at } = peek(reader)
  const operator = takeIf(reader, '!') || takeIf(reader, 'not') ? '!' : takeIf(reader, '-') ? '-' : undefined
  if (operator === undefined) return readPostfix(reader)
  if (++reader.depth > mostDepth) throw tooDeep(at)
  const operand = readUnary(reader)
  reader.depth--
  return { kind: 'unary', operator, operand, at }
}

function readPostfix(reader: Reader): Syntax {
  let part = readPrimary(reader)
  for (let depth = 1; ; depth++) {
    const { at } = peek(reader)
    if (takeIf(reader, '.')) part = readMember(reader, part)
    else if (takeIf(reader, '[')) {
      part = { kind: 'index', of: part, index: readExpression(reader), at }
      expect(reader, ']')
    } else return part
    if (depth > mostDepth) throw tooDeep(at)
  }
}

function readMember(reader: Reader, of: Syntax): Syntax {
  const token = take(reader)
  if (token.kind !== 'name') throw refuse(token, 'a name')
  return { kind: 'member', of, name: token.text, at: token.at }
}

function readPrimary(reader: Reader): Syntax {
  const token = take(reader)
  const { kind, text, at } = token
  if (kind === 'number') return readNumber(token)
  if (kind === 'text') return { kind: 'constant', value: text, at }
  if (kind === 'name') return readNamed(reader, token)
  if (text === '(' && kind === 'symbol') {
    const inner = readExpression(reader)
    expect(reader, ')')
    return inner
  }
  if (text === '[' && kind === 'symbol') return { kind: 'list', items: readItems(reader, ']'), at }
  throw refuse(token, 'a value')
}

function readNumber({ text, at }: Token): Syntax {
  const value = readDecimal(text)
  if (value === undefined) throw new ExpressionProblem(at, `has a number of ${text.length} digits`)
  return { kind: 'constant', value, at }
}

/** A constant, a call or a name; `new Date(x)` is another way to write `date(x)`. */
function readNamed(reader: Reader, { text, at }: Token): Syntax {
  const value = constants.get(text)
  if (value !== undefined) return { kind: 'constant', value, at }
  if (text === 'new' && takeIf(reader, 'Date')) return readCall(reader, 'date', at)
  const { kind, text: next } = peek(reader)
  return kind === 'symbol' && next === '(' ? readCall(reader, text, at) : { kind: 'name', name: text, at }
}

function readCall(reader: Reader, name: string, at: number): Syntax {
  expect(reader, '(')
  return { kind: 'call', name, args: readItems(reader, ')'), at }
}

function readItems(reader: Reader, end: string): readonly Syntax[] {
  if (takeIf(reader, end)) return []
  const items = [readExpression(reader)]
  while (takeIf(reader, ',')) items.push(readExpression(reader))
  expect(reader, end)
  return items
}
