// Random expressions, most of them of the right types, the same for a seed.

export type Random = (below: number) => number

export function createRandom(seed: number): Random {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[random(items.length)] as T
}

const texts = ["'a'", "'b'", "''", "'\u{1F600}'", "'\uFFFD'", "'Äb'", "'north'"]
const numbers = ['0', '1', '7', '12.5', '0.1', '1000000', '2']
const days = ["'2026-03-01'", "'2026-02-28'"]

/** A condition of the part of the language that permissions use. */
export function writeCondition(random: Random, depth: number): string {
  if (depth === 0)
    return pick(random, ['true', 'false', 'record.paid', 'record.title == nil', 'record.extra != nil'])
  const inner = () => writeCondition(random, depth - 1)
  const order = pick(random, ['<', '<=', '>', '>=', '==', '!='])
  switch (random(11)) {
    case 0:
      return `(${inner()} && ${inner()})`
    case 1:
      return `(${inner()} || ${inner()})`
    case 2:
      return `!(${inner()})`
    case 3:
      return `(${inner()} ? ${inner()} : ${inner()})`
    case 4:
    case 5:
      return `${writeNumber(random, depth)} ${order} ${pick(random, [writeNumber(random, depth), 'user.attributes.level'])}`
    case 6:
      return `${writeText(random, depth)} ${order} ${pick(random, [writeText(random, depth), 'user.attributes.region'])}`
    case 7:
      return `${pick(random, ['record.due', 'record.sent', 'record.due', 'now'])} ${order} ${pick(random, ['record.due', 'record.sent', 'now', ...days])}`
    case 8:
      return `${writeText(random, depth)} in [${writeText(random, 0)}, ${writeText(random, 0)}, nil]`
    case 9:
      return `${pick(random, ['starts_with', 'contains'])}(${writeText(random, depth)}, ${writeText(random, 0)})`
    default:
      return `${writeNumber(random, depth)} in [${writeNumber(random, 0)}, ${writeNumber(random, 0)}]`
  }
}

function writeNumber(random: Random, depth: number): string {
  if (depth === 0) return pick(random, [...numbers, 'record.count', 'record.total', 'record.big'])
  const inner = () => writeNumber(random, depth - 1)
  switch (random(7)) {
    case 0:
      return `(${inner()} ${pick(random, ['+', '-', '*'])} ${inner()})`
    case 1:
      return `coalesce(${inner()}, ${inner()})`
    case 2:
      return `len(${writeText(random, 0)})`
    case 3:
      return `${pick(random, ['year', 'month', 'day'])}(${pick(random, ['record.due', 'record.sent'])})`
    case 4:
      return `(${writeCondition(random, depth - 1)} ? ${inner()} : ${inner()})`
    default:
      return inner()
  }
}

function writeText(random: Random, depth: number): string {
  if (depth === 0) return pick(random, [...texts, 'record.title', 'record.other', 'user.id'])
  return random(3) === 0 ? `lower(${writeText(random, 0)})` : writeText(random, 0)
}

const noise = [
  'record',
  '.',
  'total',
  '(',
  ')',
  '[',
  ']',
  '+',
  '-',
  '*',
  '/',
  '%',
  '==',
  '!=',
  '<',
  '&&',
  '||',
  '!',
  '?',
  ':',
  ',',
  "'",
  '"',
  '\\',
  '1',
  '99999999999999999999',
  'nil',
  'true',
  'in',
  'sum',
  'len',
  'related.items',
  "'quantity'",
  'not',
  'new Date(',
  '__proto__',
  'constructor',
  '\u0000',
  '\uD800',
  '\u{1F600}',
  ' ',
  '\n',
  'round',
  'concat',
  'replace',
  'split',
  'matches',
  '9e9',
  '.5',
  '//',
  '{',
  '}',
]

/** Any text: bits of the language in no order, or a condition with a part of it broken. */
export function writeAnything(random: Random): string {
  if (random(2) === 0)
    return Array.from({ length: random(30) }, () => pick(random, noise)).join(pick(random, ['', ' ']))
  const whole = writeCondition(random, 1 + random(4))
  const place = random(whole.length)
  return `${whole.slice(0, place)}${pick(random, noise)}${whole.slice(place + random(3))}`
}
