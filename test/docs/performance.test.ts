// The benches that docs/performance.md names are there.
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

test('every bench on the page is a script of the package, and every script is on it', async () => {
  const page = await readFile('docs/performance.md', 'utf8')
  const { scripts } = JSON.parse(await readFile('bench/package.json', 'utf8')) as { scripts: object }
  const named = new Set([...page.matchAll(/^npm run (\w+)/gm)].map(([, name]) => name))
  const { served: _inRebuild, ...own } = scripts as Record<string, string>
  expect([...named].sort()).toEqual(Object.keys(own).sort())
})
