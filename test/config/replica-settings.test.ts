// The setting of read replicas, in the file and in the environment.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'metaloom-config-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function read(yaml: string, environment: Record<string, string> = {}) {
  writeFileSync(join(directory, 'app.yaml'), yaml)
  return readConfig(environment, directory).replicas
}

test('there are none when nobody names any', () => {
  expect(read('')).toEqual([])
})

test('they are listed in the file, or in the environment with commas', () => {
  expect(read('database: { replicas: ["postgres://a", "postgresql://b:1"] }')).toEqual([
    'postgres://a',
    'postgresql://b:1',
  ])
  expect(read('', { DATABASE_REPLICAS: 'postgres://a, postgres://b' })).toEqual([
    'postgres://a',
    'postgres://b',
  ])
})

test.each([
  [
    'database: { replicas: postgres://a }',
    'app.yaml database.replicas',
    'must be a list, found "postgres://a"',
  ],
  ['database: { replicas: [1] }', 'app.yaml database.replicas[0]', 'must be text, found 1'],
  ['database: { replicas: ["mysql://a"] }', 'app.yaml database.replicas[0]', 'must be an address such as'],
])('%s is refused', (yaml, place, message) => {
  expect(() => read(yaml)).toThrow(message)
  expect(() => read(yaml)).toThrow(place)
})
