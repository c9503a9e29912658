// The table of docs/errors.md has the codes of the source, each once, and an example of each.
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const page = await readFile('docs/errors.md', 'utf8')
const source = await readFile('src/errors.ts', 'utf8')
const codes = [...source.matchAll(/^ {2}\| '([A-Z_]+)'$/gm)].map(([, code]) => code)

test('the table has every code', () => {
  expect(codes.length).toBeGreaterThan(10)
  expect([...page.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code)).toEqual(codes)
})

test('every code has an example', () => {
  expect([...page.matchAll(/^### ([A-Z_]+)$/gm)].map(([, code]) => code)).toEqual(codes)
})
