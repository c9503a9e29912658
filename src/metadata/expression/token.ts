// Cuts the text of an expression into tokens; the place of each is kept for messages.
import { isStorable } from '../../reader.ts'
import { ExpressionProblem } from './problem.ts'

export type Token = Readonly<{
  kind: 'number' | 'text' | 'name' | 'symbol' | 'end'
  /** A symbol or name as it is written, the content of a text, the digits of a number. */
  text: string
  /** Where it begins, counted from 1. */
  at: number
}>

const mostText = 4_000
const pattern =
  /\s+|(?<number>\d+(?:\.\d+)?(?![\w.]))|(?<name>[A-Za-z_]\w*)|(?<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<symbol>===|!==|==|!=|<=|>=|&&|\|\||[<>+\-*/%!?:.,()[\]])/suy

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

/** All tokens, an `end` last. */
export function readTokens(text: string): readonly Token[] {
  if (text.length > mostText)
    throw new ExpressionProblem(1, `must have at most ${mostText} characters, found ${text.length}`)
  if (!isStorable(text))
    throw new ExpressionProblem(1, 'must be text without NUL and without half surrogate pairs')
  const tokens: Token[] = []
  let place = 0
  while (place < text.length) {
    pattern.lastIndex = place
    const found = pattern.exec(text)
    if (found === null) throw refuse(text, place)
    const token = makeToken(found.groups ?? {}, place + 1)
    if (token) tokens.push(token)
    place = pattern.lastIndex
  }
  return [...tokens, { kind: 'end', text: 'the end', at: text.length + 1 }]
}

function makeToken(groups: Readonly<Record<string, string | undefined>>, at: number): Token | undefined {
  if (groups.number !== undefined) return { kind: 'number', text: groups.number, at }
  if (groups.name !== undefined) return { kind: 'name', text: groups.name, at }
  if (groups.text !== undefined) return { kind: 'text', text: unquote(groups.text), at }
  return groups.symbol === undefined ? undefined : { kind: 'symbol', text: groups.symbol, at }
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/gsu, (_, character: string) => escapes[character] ?? character)
}

function refuse(text: string, place: number): ExpressionProblem {
  const character = String.fromCodePoint(text.codePointAt(place) ?? 0)
  const isOpen = character === "'" || character === '"'
  const message = isOpen
    ? `has a text that does not end: ${character}`
    : `has something that does not belong into an expression: ${JSON.stringify(character)}`
  return new ExpressionProblem(place + 1, message)
}
