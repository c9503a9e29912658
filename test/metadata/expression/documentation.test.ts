// What the documentation says of functions is true.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { functionNames } from '../../../src/metadata/expression/functions.ts'
import { work } from './language.ts'

const text = readFileSync(new URL('../../../docs/expressions.md', import.meta.url), 'utf8')

/** The rows of the table of functions: signature, result, nil, example, value. */
const rows = text
  .split('\n')
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')))
  .filter((cells) => cells.length === 5 && cells[3]?.startsWith('`'))
  .map(([signature = '', , nil = '', example = '', value = '']) => ({
    signature: bare(signature),
    nil: bare(nil),
    example: bare(example),
    value: bare(value),
  }))

function bare(cell: string): string {
  return cell.replaceAll('`', '')
}

/** The name in front of the bracket. */
function nameOf(call: string): string {
  return call.slice(0, call.indexOf('('))
}

test('every function has its row, and no other', () => {
  const documented = new Set(rows.map(({ signature }) => nameOf(signature)))
  expect([...documented].sort()).toEqual([...functionNames].sort())
})

test.each(rows)('$example is $value', ({ signature, example, value }) => {
  expect(example).toContain(`${nameOf(signature)}(`)
  expect(work(example)).toEqual(work(value))
})

const ofNil = rows.filter(({ nil }) => /^(nil|false)/.test(nil))

test.each(ofNil)('$example with nil instead is $nil', ({ example, nil }) => {
  const [, ...others] = splitArguments(example)
  const call = `${nameOf(example)}(${['nil', ...others].join(', ')})`
  expect(work(call)).toEqual(work(nil.split(';', 1)[0] ?? ''))
})

/** Commas within brackets and quotes divide nothing. */
function splitArguments(call: string): readonly string[] {
  const inner = call.slice(call.indexOf('(') + 1, -1)
  return inner.match(/(?:'[^']*'|\[[^\]]*\]|\w+\([^)]*\)|[^,'[(])+/g) ?? []
}
