// Functions of texts. Letters change their case by ASCII only, as they do in PostgreSQL's collation "C".
import { RE2JS } from 're2js'
import { limitList, limitText, spend } from './budget.ts'
import { ExpressionError } from './error.ts'
import type { FunctionDefinition } from './function-definition.ts'
import { isDecimal, readDecimal, writeDecimal } from './number.ts'
import { booleanType, decimalType, stringType } from './type-rules.ts'
import { isNumber, refuseKind } from './values.ts'

const toBoolean = () => booleanType
const toText = () => stringType

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  throw refuseKind('a text', value)
}

function wholeOf(value: unknown): number {
  const number = isNumber(value) ? Number(value) : Number.NaN
  if (Number.isSafeInteger(number)) return number
  throw new ExpressionError('expects a whole number')
}

/** A value as text: numbers as they are written, nil as nothing. */
function writeText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (isDecimal(value)) return writeDecimal(value)
  if (typeof value === 'object') throw refuseKind('a text, a number, true or false', value)
  return String(value)
}

/** Patterns that were compiled; how many there are is bounded by the definitions of the apps. */
const patterns = new Map<string, RE2JS>()
const mostPatterns = 10_000

/** Compiles a pattern of the linear engine; throws its own error for one that it does not know. */
export function compilePattern(pattern: string): RE2JS {
  const known = patterns.get(pattern)
  if (known) return known
  if (patterns.size >= mostPatterns) patterns.clear()
  const compiled = RE2JS.compile(pattern)
  patterns.set(pattern, compiled)
  return compiled
}

/** Yes-or-no questions about two texts; of nil the answer is no. */
function ask(test: (text: string, other: string) => boolean): FunctionDefinition {
  return {
    parameters: ['text', 'text'],
    takesNil: true,
    result: toBoolean,
    run: ([text, other]) => text !== null && other !== null && test(textOf(text), textOf(other)),
  }
}

function change(make: (text: string) => string): FunctionDefinition {
  return { parameters: ['text'], result: toText, run: ([text]) => make(textOf(text)) }
}

export const textFunctions: Readonly<Record<string, FunctionDefinition>> = {
  len: {
    parameters: ['any'],
    result: () => decimalType,
    run: ([value]) => {
      if (Array.isArray(value)) return readDecimal(value.length)
      return readDecimal([...textOf(value)].length)
    },
  },
  upper: change((text) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase())),
  lower: change((text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())),
  trim: change((text) => text.replace(/^ +| +$/g, '')),
  contains: {
    parameters: ['any', 'any'],
    takesNil: true,
    result: toBoolean,
    run: ([text, other]) => text !== null && other !== null && textOf(text).includes(textOf(other)),
  },
  starts_with: ask((text, start) => text.startsWith(start)),
  ends_with: ask((text, end) => text.endsWith(end)),
  matches: {
    parameters: ['text', 'pattern'],
    takesNil: true,
    result: toBoolean,
    run: ([text, pattern], { state }) => {
      if (text === null) return false
      spend(state.budget, Math.ceil(textOf(text).length / 100))
      return compilePattern(textOf(pattern)).matcher(textOf(text)).find()
    },
  },
  substring: {
    parameters: ['text', 'number', 'number'],
    least: 2,
    result: toText,
    run: ([text, start, length]) => {
      const letters = [...textOf(text)]
      const from = Math.max(0, wholeOf(start))
      return letters.slice(from, length == null ? undefined : from + Math.max(0, wholeOf(length))).join('')
    },
  },
  replace: {
    parameters: ['text', 'text', 'text'],
    result: toText,
    run: ([text, old, fresh]) => replaceAll(textOf(text), textOf(old), textOf(fresh)),
  },
  split: {
    parameters: ['text', 'text'],
    result: () => ({ kind: 'list', of: stringType }),
    run: ([text, separator]) => limitList(textOf(text).split(textOf(separator))),
  },
  join: {
    parameters: ['list', 'text'],
    result: toText,
    run: ([items, separator]) =>
      limitText(Array.isArray(items) ? items.map(writeText).join(textOf(separator)) : ''),
  },
  concat: {
    parameters: ['any'],
    isOpen: true,
    takesNil: true,
    result: toText,
    run: (values) => limitText(values.map(writeText).join('')),
  },
  string: { parameters: ['any'], result: toText, run: ([value]) => writeText(value) },
}

function replaceAll(text: string, old: string, fresh: string): string {
  if (old === '') return text
  const parts = text.split(old)
  if (text.length + parts.length * fresh.length > 2_000_000)
    throw new ExpressionError('makes a text that is too long')
  return limitText(parts.join(fresh))
}
