// The promises of SECURITY.md: each names a test that is there.
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const row = /^\| .+ \| `(test\/[\w/.-]+)`: (.+) \|$/
const rows = (await readFile('SECURITY.md', 'utf8')).split('\n').flatMap((line) => {
  const [, file, title] = row.exec(line) ?? []
  return file && title ? [[file, title] as const] : []
})

test('the table was really read', () => {
  expect(rows.length).toBeGreaterThan(40)
})

test.each(rows)('%s has a test "%s"', async (file, title) => {
  expect(await readFile(file, 'utf8')).toContain(title)
})
