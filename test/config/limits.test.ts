// The table of limits: each can be set, is held to its range with its place told, and stands in the documents as it is.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { type LimitName, limitTable, usualLimits } from '../../src/config/limits.ts'
import { readConfig } from '../../src/config.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'metaloom-limits-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const names = Object.keys(limitTable) as LimitName[]

function readWith(path: string, value: unknown) {
  const [part = '', key = ''] = path.split('.')
  writeFileSync(join(directory, 'app.yaml'), stringify({ [part]: { [key]: value } }))
  return readConfig({}, directory)
}

test('the table has every limit that the documents promise, with its number', () => {
  expect(usualLimits).toMatchObject({
    body: 1_048_576,
    adminBody: 16_777_216,
    fileSize: 10_485_760,
    filesAtOnce: 5,
    tokens: 2_000,
    depth: 12,
    aliases: 30,
    credentials: 1,
    records: 50_000,
    page: 25,
    nestedPage: 10,
    largestPage: 100,
    filterDepth: 6,
    listed: 1_000,
    writeDepth: 5,
    writeRows: 1_000,
    statementTimeout: 10_000,
    lockTimeout: 2_000,
    idleInTransaction: 15_000,
    callTimeout: 5_000,
    attemptTimeout: 15_000,
    replyBytes: 65_536,
    firstPause: 5_000,
    longestPause: 86_400_000,
    accessToken: 900,
    refreshToken: 604_800,
    refreshGrace: 10,
    accountLogins: 5,
    addressLogins: 50,
    pool: 10,
  })
  writeFileSync(join(directory, 'app.yaml'), '')
  expect(readConfig({}, directory).limits).toEqual(usualLimits)
})

describe.each(names)('%s', (name) => {
  const { path, usual, least, most } = limitTable[name]

  test('can be set', () => {
    const value = usual === least ? usual + 1 : usual - 1
    expect(readWith(path, value).limits[name]).toBe(value)
  })

  test.each<[unknown, string]>([
    [least - 1, String(least - 1)],
    [most + 1, String(most + 1)],
    [usual + 0.5, String(usual + 0.5)],
    ['many', '"many"'],
    [Number.NaN, 'null'],
    [true, 'true'],
  ])('is refused with its place when it is %s', (value, found) => {
    const range = `must be a whole number from ${least} to ${most}, found ${found}`
    const [, line] = readFailure(() => readWith(path, value)).split('\n')
    expect(line).toMatch(new RegExp(`^  app\\.yaml ${path.replace('.', '\\.')}( \\(or [A-Z_]+\\))?: `))
    expect(line).toContain(range)
  })
})

function readFailure(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return 'it was taken'
}

test.each([
  ['limits.page', 101, 'must be at most limits.largest_page, which is 100; found 101'],
  ['limits.nested_page', 101, 'must be at most limits.largest_page, which is 100; found 101'],
  ['limits.usual_bulk', 1_001, 'must be at most limits.bulk, which is 1000; found 1001'],
  [
    'webhooks.call_timeout_ms',
    12_000,
    'must be at most webhooks.calls_timeout_ms, which is 10000; found 12000',
  ],
  ['http.headers_timeout_ms', 30_000_000, 'must be a whole number from'],
  ['limits.first', 1, 'is not known here'],
  ['http.timeout', 1, 'is not known here'],
  ['auth.tokens', 1, 'is not known here'],
])('%s of %j is refused: it %s', (path, value, message) => {
  expect(() => readWith(path, value)).toThrow(`app.yaml ${path}: ${message}`)
})

test.each([
  [
    'cors: { origins: [app.example.com] }',
    'app.yaml cors.origins[0] (or METALOOM_CORS_ORIGINS): must be an origin such as https://app.example.com, found "app.example.com"',
  ],
  ['cors: { origins: ["https://app.example.com/"] }', 'must be an origin such as'],
  ['cors: { origins: ["https://app.example.com/path"] }', 'must be an origin such as'],
  ['cors: { origins: ["null"] }', 'must be an origin such as'],
  ['cors: { origins: https://app.example.com }', 'must be a list'],
  ['csrf: maybe', 'app.yaml csrf: must be true or false, found "maybe"'],
  ['introspection: friends', 'must be one of everyone, users, administrators, nobody; found "friends"'],
  [
    'persisted_operations: { only: true }',
    'persisted_operations.path (or METALOOM_PERSISTED_OPERATIONS): is missing; name a file or a folder of documents',
  ],
])('%s is refused', (yaml, message) => {
  writeFileSync(join(directory, 'app.yaml'), yaml)
  expect(() => readConfig({}, directory)).toThrow(message)
})

describe('docs/limits.md', () => {
  const rows = readFileSync('docs/limits.md', 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, path = '']) => /^`[a-z]+\.[a-z_]+`$/.test(path))
    .map(([, path = '', usual = '', range = '', what = '']) => [path.slice(1, -1), usual, range, what])

  test('has the table of the code, line by line', () => {
    const write = (number: number): string => number.toLocaleString('en-US')
    expect(rows).toEqual(
      names.map((name) => {
        const { path, usual, least, most, what } = limitTable[name]
        return [path, write(usual), `${write(least)} to ${write(most)}`, what]
      }),
    )
  })
})
