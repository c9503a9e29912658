// Functions of texts. Letters change their case by ASCII only, as they do in PostgreSQL's collation "C".
import { RE2JS } from 're2js'
import { joinTexts, splitText } from './budget.ts'
import { ExpressionError } from './error.ts'
import type { FunctionDefinition } from './function-definition.ts'
import { isDecimal, makeDecimal, toWhole, writeDecimal } from './number.ts'
import { numberOf } from './number-functions.ts'
import { findsPattern } from './pattern.ts'
import { booleanType, decimalType, stringType } from './type-rules.ts'
import { isEqual, refuseKind } from './values.ts'

const toBoolean = () => booleanType
const toText = () => stringType

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  throw refuseKind('a text', value)
}

function wholeOf(value: unknown): number {
  const number = toWhole(numberOf(value))
  if (Number.isSafeInteger(number)) return number
  throw new ExpressionError(`expects a whole number, found ${writeDecimal(numberOf(value))}`)
}

/** A value as text: numbers as they are written, nil as nothing. */
function writeText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (isDecimal(value)) return writeDecimal(value)
  if (typeof value === 'object') throw refuseKind('a text, a number, true or false', value)
  return String(value)
}

/** Yes-or-no questions about two texts; of anything else the answer is no. */
function ask(test: (text: string, other: string) => boolean): FunctionDefinition {
  return {
    parameters: ['text', 'text'],
    takesNil: true,
    result: toBoolean,
    run: ([text, other]) => typeof text === 'string' && typeof other === 'string' && test(text, other),
  }
}

function change(make: (text: string) => string): FunctionDefinition {
  return { parameters: ['text'], result: toText, run: ([text]) => make(textOf(text)) }
}

/** Characters are code points; texts of nothing but simple ones need no closer look. */
function countCharacters(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0)
}

function cut(text: string, start: number, length = Number.POSITIVE_INFINITY): string {
  const from = Math.max(0, start)
  const to = from + Math.max(0, length)
  return /[\ud800-\udfff]/.test(text) ? [...text].slice(from, to).join('') : text.slice(from, to)
}

export const textFunctions: Readonly<Record<string, FunctionDefinition>> = {
  len: {
    parameters: ['sequence'],
    result: () => decimalType,
    run: ([value]) => makeDecimal(Array.isArray(value) ? value.length : countCharacters(textOf(value))),
  },
  upper: change((text) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase())),
  lower: change((text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())),
  trim: change((text) => text.replace(/^ +/, '').replace(/(?<! ) +$/, '')),
  contains: {
    parameters: ['sequence', 'any'],
    takesNil: true,
    result: toBoolean,
    run: ([whole, part]) =>
      Array.isArray(whole)
        ? part !== null && whole.some((item) => isEqual(item, part))
        : typeof whole === 'string' && typeof part === 'string' && whole.includes(part),
  },
  starts_with: ask((text, start) => text.startsWith(start)),
  ends_with: ask((text, end) => text.endsWith(end)),
  matches: {
    parameters: ['text', 'pattern'],
    takesNil: true,
    result: toBoolean,
    run: ([text, pattern], { state }) =>
      typeof text === 'string' && pattern instanceof RE2JS && findsPattern(pattern, text, state.budget),
  },
  substring: {
    parameters: ['text', 'number', 'number'],
    least: 2,
    result: toText,
    run: ([text, start, length]) =>
      cut(textOf(text), wholeOf(start), length === undefined ? undefined : wholeOf(length)),
  },
  replace: {
    parameters: ['text', 'text', 'text'],
    result: toText,
    run: ([text, old, fresh]) => replaceAll(textOf(text), textOf(old), textOf(fresh)),
  },
  split: {
    parameters: ['text', 'text'],
    result: () => ({ kind: 'list', of: stringType }),
    run: ([text, separator]) => splitText(textOf(text), textOf(separator)),
  },
  join: {
    parameters: ['list', 'text'],
    result: toText,
    run: ([items, separator]) => {
      if (!Array.isArray(items)) throw refuseKind('a list', items)
      return joinTexts(items.map(writeText), textOf(separator))
    },
  },
  concat: {
    parameters: ['any'],
    isOpen: true,
    takesNil: true,
    result: toText,
    run: (values) => joinTexts(values.map(writeText)),
  },
  string: { parameters: ['any'], result: toText, run: ([value]) => writeText(value) },
}

function replaceAll(text: string, old: string, fresh: string): string {
  return old === '' ? text : joinTexts(text.split(old), fresh)
}
