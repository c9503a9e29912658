// Names with capitals in the wild: each is lowered where it is given, and wherever the document speaks of it.
import { isObject, joinPath } from '../../reader.ts'
import { ExpressionProblem } from '../expression/problem.ts'
import { readTokens, type Token } from '../expression/token.ts'
import type { Warn, Wild } from './wild.ts'

/** Under these keys of these sections names are given. */
const givers: readonly (readonly [section: string, keys: readonly string[]])[] = [
  ['entities', ['name', 'table', 'plural']],
  ['relations', ['name', 'inverse', 'target_key', 'join_table', 'source_join_key', 'target_join_key']],
]
/** Under these keys stands a name, or a list of them. */
const nameKeys = new Set([
  ...givers.flatMap(([, keys]) => keys),
  'field',
  'fields',
  'entity',
  'source',
  'target',
  'source_key',
  'relation',
  'unique_together',
  'indexes',
])
/** Under these keys stands an expression. */
const expressionKeys = new Set(['expression', 'guard', 'condition', 'path', 'record_id'])
/** The keys of the objects under these keys are names themselves, and what stands under those is data. */
const keyedByNames = new Set(['filter', 'values', 'sample_data'])

type Names = ReadonlyMap<string, string>

/** Lowers the names of entities, fields, relations and tables; a document without capitals stays as it is. */
export function lowerNames(document: Wild, warn: Warn): Wild {
  const names = new Map<string, string>()
  const note = (name: unknown, path: string): void => {
    if (typeof name !== 'string' || !/^[A-Za-z]\w*$/.test(name) || !/[A-Z]/.test(name)) return
    const lower = name.toLowerCase()
    names.set(name, lower)
    warn(path, `is read as ${lower}, found ${name}: names have no capitals here`)
  }
  for (const [section, keys] of givers)
    forEach(document[section], (item, index) => {
      for (const key of keys) note(item[key], joinPath(joinPath(section, index), key))
      forEach(item.fields, (field, at) =>
        note(field.name, joinPath(joinPath(joinPath(section, index), joinPath('fields', at)), 'name')),
      )
    })
  return names.size === 0 ? document : (lowerObject(document, names) as Wild)
}

function forEach(list: unknown, visit: (item: Wild, index: number) => void): void {
  if (!Array.isArray(list)) return
  list.forEach((item: unknown, index) => {
    if (isObject(item)) visit(item, index)
  })
}

function lowerObject(value: unknown, names: Names): unknown {
  if (Array.isArray(value)) return value.map((item) => lowerObject(item, names))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, lowerUnder(key, item, names)]))
}

function lowerUnder(key: string, item: unknown, names: Names): unknown {
  if (keyedByNames.has(key)) return lowerKeys(item, names, key === 'sample_data' ? 1 : 0)
  if (key === 'context' && isObject(item)) return mapValues(item, (each) => lowerText(each, names))
  if (expressionKeys.has(key)) return lowerText(item, names)
  return nameKeys.has(key) ? lowerName(item, names) : lowerObject(item, names)
}

function lowerName(item: unknown, names: Names): unknown {
  if (typeof item === 'string') return names.get(item) ?? item
  return Array.isArray(item) ? item.map((each) => lowerName(each, names)) : lowerObject(item, names)
}

/** Rows stand in lists under the name of their table, so their keys are one level deeper. */
function lowerKeys(item: unknown, names: Names, deeper: number): unknown {
  if (!isObject(item)) return item
  const entries = Object.entries(item).map(([key, value]) => {
    const inner = deeper > 0 && Array.isArray(value) ? value.map((row) => lowerKeys(row, names, 0)) : value
    return [names.get(key) ?? key, inner] as const
  })
  return Object.fromEntries(entries)
}

function mapValues(item: Wild, map: (value: unknown) => unknown): Wild {
  return Object.fromEntries(Object.entries(item).map(([key, value]) => [key, map(value)]))
}

/** What is no expression is left for the reader to refuse. */
function lowerText(text: unknown, names: Names): unknown {
  if (typeof text !== 'string') return lowerObject(text, names)
  try {
    return lowerExpression(text, names)
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error
    return text
  }
}

/** Names behind a point; a text is an expression itself where a function asks it for each record of a list. */
function lowerExpression(text: string, names: Names): string {
  const tokens = readTokens(text)
  let [lowered, place] = ['', 0]
  tokens.forEach((token, index) => {
    const isMember = token.kind === 'name' && tokens[index - 1]?.text === '.'
    const isEach = token.kind === 'text' && tokens[index - 1]?.text === ',' && asksEach(tokens, index)
    if (!isMember && !isEach) return
    const length = isEach ? token.text.length + 2 : token.text.length
    const given = text.slice(token.at - 1, token.at - 1 + length)
    const next = isEach ? given.replace(/[A-Za-z_]\w*/g, (name) => names.get(name) ?? name) : names.get(given)
    lowered += text.slice(place, token.at - 1) + (next ?? given)
    place = token.at - 1 + length
  })
  return lowered + text.slice(place)
}

const eachFunctions = new Set(['sum', 'avg', 'min', 'max', 'count', 'any', 'all', 'filter', 'map'])

/** Whether the innermost call that is open before the token is one of those functions. */
function asksEach(tokens: readonly Token[], index: number): boolean {
  let depth = 0
  for (let at = index - 1; at > 0; at--) {
    const { kind, text } = tokens[at] ?? { kind: 'end', text: '' }
    if (kind !== 'symbol') continue
    if (text === ')') depth++
    if (text === '(' && depth-- === 0) return eachFunctions.has(tokens[at - 1]?.text ?? '')
  }
  return false
}
