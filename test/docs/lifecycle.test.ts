// The stages that docs/lifecycle.md and its drawing name are those of the code, in their order.
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const source = await readFile('src/pipeline/write.ts', 'utf8')
const stages = [...source.matchAll(/^ {2}\{ name: '([\w ]+)', run: \w+ \},$/gm)].map(([, name]) => name)

test('the table has the stages of a write in their order', async () => {
  const page = await readFile('docs/lifecycle.md', 'utf8')
  const [, road = ''] = page.split('## The road of a write')
  const rows = [...road.matchAll(/^\| ([\w ]+) \| .+ \| .* ?\|$/gm)].map(([, name]) => name)
  expect(stages.length).toBeGreaterThan(20)
  expect(rows.filter((name) => name !== 'stage')).toEqual(stages)
})

test('so has the drawing', async () => {
  const drawing = await readFile('docs/images/lifecycle.svg', 'utf8')
  const names = [...drawing.matchAll(/font-weight="bold">([\w ]+)<\/tspan>/g)].map(([, name]) => name)
  expect(names.filter((name) => stages.includes(name))).toEqual(stages)
})
