// Makes random expressions that mean something: by types, from the names that a test has.
import type { Dice } from './dice.ts'

export type Kind = 'boolean' | 'number' | 'text' | 'day' | 'time' | 'list'

/** The names and literals of each kind, and those whose kind is known only when they are looked at. */
export type Vocabulary = Readonly<Record<Kind | 'open', readonly string[]>> &
  Readonly<{
    /** Whether all of the language is meant, or what permissions can use. */
    isWhole: boolean
    /** Names within expressions for elements, of lists of records. */
    element?: Readonly<{ list: string; names: Vocabulary }>
  }>

type Make = (dice: Dice, words: Vocabulary, depth: number) => string

/** An expression of a kind, at most so many levels deep. */
export function makeExpression(kind: Kind, dice: Dice, words: Vocabulary, depth: number): string {
  if (depth <= 0 || dice.isLucky(0.15)) return dice.pick(words[kind])
  if (words.isWhole && dice.isLucky(0.2)) return dice.pick(whole[kind])(dice, words, depth - 1)
  return dice.pick(shared[kind])(dice, words, depth - 1)
}

const of =
  (kind: Kind): Make =>
  (dice, words, depth) =>
    makeExpression(kind, dice, words, depth)

/** Fills the gaps of a form: `_` with nothing around it stands for the next part. */
const form =
  (text: string, ...parts: readonly Make[]): Make =>
  (dice, words, depth) => {
    let index = 0
    return text.replace(/_(?![a-z])/g, () => (parts[index++] ?? of('number'))(dice, words, depth))
  }

const [boolean, number, text, day, time, list] = (
  ['boolean', 'number', 'text', 'day', 'time', 'list'] as const
).map(of) as [Make, Make, Make, Make, Make, Make]
const open: Make = (dice, words) => dice.pick(words.open)
const nil: Make = () => 'nil'
const written =
  (items: Make): Make =>
  (dice, words, depth) =>
    `[${Array.from({ length: dice.roll(5) }, () => items(dice, words, Math.min(depth, 1))).join(', ')}]`

/** Two sides of one kind, now and then one that is open. */
const compare =
  (kind: Kind, operators: readonly string[]): Make =>
  (dice, words, depth) => {
    const sides = [
      of(kind)(dice, words, depth),
      dice.pick([of(kind), of(kind), open, nil])(dice, words, depth),
    ]
    return `(${(dice.isLucky(0.5) ? sides : [...sides].reverse()).join(` ${dice.pick(operators)} `)})`
  }

const equal = ['==', '!=']
const ordered = ['==', '!=', '<', '<=', '>', '>=', '===', '!==']
const comparisons = [
  compare('number', ordered),
  compare('number', ordered),
  compare('text', ordered),
  compare('text', ordered),
  compare('day', ordered),
  compare('day', ordered),
  compare('time', ordered),
  compare('boolean', equal),
]

const shared: Readonly<Record<Kind, readonly Make[]>> = {
  boolean: [
    ...comparisons,
    ...comparisons,
    form('(_ && _)', boolean, boolean),
    form('(_ or _)', boolean, boolean),
    form('(_ || _ and _)', boolean, boolean, boolean),
    form('!_', boolean),
    form('not (_)', boolean),
    form('(_ ? _ : _)', boolean, boolean, boolean),
    form('coalesce(_, _)', boolean, boolean),
    form('(_ in _)', number, written(number)),
    form('(_ in _)', text, written(text)),
    form('(_ in _)', day, written(day)),
    form('(_ in _)', time, written(time)),
    form('(_ in _)', text, list),
    form('(_ in _)', number, open),
    form('(_ in _)', day, open),
    form('(_ in _)', text, written(open)),
    form('(_ in _)', open, written(day)),
    form('starts_with(_, _)', text, text),
    form('contains(_, _)', text, text),
    form('contains(_, _)', list, text),
    form('contains(_, _)', open, text),
    form('starts_with(_, _)', text, open),
  ],
  number: [
    form('(_ + _)', number, number),
    form('(_ - _)', number, number),
    form('(_ * _)', number, number),
    form('-_', number),
    form('(_ ? _ : _)', boolean, number, number),
    form('(_ ? _ : nil)', boolean, number),
    form('coalesce(_, _)', number, number),
    form('coalesce(_, nil, _)', number, number),
    form('len(_)', text),
    form('year(_)', day),
    form('month(_)', day),
    form('day(_)', day),
    form('days_between(_, _)', day, day),
    form('number(_)', open),
  ],
  text: [
    form('(_ + _)', text, text),
    form('lower(_)', text),
    form('(_ ? _ : _)', boolean, text, text),
    form('coalesce(_, _)', text, text),
  ],
  day: [
    form('add_days(_, _)', day, number),
    form('add_days(_, _)', day, number),
    form('date(_)', day),
    form('coalesce(_, _)', day, day),
    form('(_ ? _ : _)', boolean, day, day),
  ],
  time: [form('coalesce(_, _)', time, time), form('(_ ? _ : _)', boolean, time, time)],
  list: [(dice, words) => dice.pick(words.list)],
}

/** An expression for each element of a list of records. */
const each =
  (kind: Kind): Make =>
  (dice, { element }, depth) =>
    element === undefined
      ? '""'
      : JSON.stringify(makeExpression(kind, dice, element.names, Math.min(depth, 2)))

const items: Make = (dice, { element }) => (element && dice.isLucky(0.9) ? element.list : '[]')

const whole: Readonly<Record<Kind, readonly Make[]>> = {
  boolean: [
    form('any(_, _)', items, each('boolean')),
    form('all(_, _)', items, each('boolean')),
    form('ends_with(_, _)', text, text),
    form('matches(_, "^[a-z]+$")', text),
    form('(_ == nil)', items),
  ],
  number: [
    form('(_ / _)', number, number),
    form('(_ % _)', number, number),
    form('abs(_)', number),
    form('round(_, 2)', number),
    form('floor(_)', number),
    form('ceil(_)', number),
    form('min(_, _)', number, number),
    form('max(_, _)', number, number),
    form('sum(_, _)', items, each('number')),
    form('avg(_, _)', items, each('number')),
    form('min(_, _)', items, each('number')),
    form('count(_, _)', items, each('boolean')),
    form('sum(map(filter(_, _), _))', items, each('boolean'), each('number')),
    form('len(_)', list),
    form('_[_]', open, number),
  ],
  text: [
    form('upper(_)', text),
    form('trim(_)', text),
    form('substring(_, 1, 3)', text),
    form('substring(_, _)', text, number),
    form('replace(_, _, _)', text, text, text),
    form('concat(_, _, _)', text, number, boolean),
    form('string(_)', number),
    form('string(_)', open),
    form('join(_, _)', list, text),
    form('_[0]', list),
    form('max(_, _)', text, text),
  ],
  day: [form('max(_, _)', day, day), form('new Date(_)', open), form('min(_, _)', items, each('day'))],
  time: [time],
  list: [
    form('split(_, _)', text, text),
    form('map(_, _)', items, each('text')),
    form("filter(_, 'len(it) > 1')", list),
    written(text),
  ],
}
