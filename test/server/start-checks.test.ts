// What the start tells an operator of a database and of settings that will make trouble later.
import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import { readServerFacts, type ServerFacts } from '../../src/database/server-facts.ts'
import { findConcerns } from '../../src/server/start-checks.ts'
import { createDatabase } from '../support/database.ts'

const secret = 'a secret of the tests, 0123456789 abcdefgh'
const databaseUrl = 'postgres://metaloom@db/metaloom'
const good: ServerFacts = {
  version: 18,
  clockAhead: 3,
  sortsByLanguage: false,
  knowsCase: true,
  turnedOff: [],
  maxConnections: 200,
  user: 'metaloom',
  mayCreateDatabases: true,
  isSuperuser: false,
  address: '10.0.0.5',
  isEncrypted: false,
}
const configure = (environment: Record<string, string>) =>
  readConfig({ DATABASE_URL: databaseUrl, METALOOM_SECRET: secret, ...environment }, tmpdir())
const production = configure({ NODE_ENV: 'production' })
const tell = (facts: Partial<ServerFacts>, config = production) =>
  findConcerns({ ...good, ...facts }, config).map(({ check, message }) => `${check}: ${message}`)

test('nothing is said of a server and settings that suit', () => {
  expect(tell({})).toEqual([])
})

test.each<[string, Partial<ServerFacts>, RegExp]>([
  ['a version that nobody tried', { version: 19 }, /^version: PostgreSQL 19 is newer than .*14 to 18 were$/],
  [
    'a clock ahead',
    { clockAhead: 61_500 },
    /^clock: The clock of the database is 61\.5 s ahead of this machine's;/,
  ],
  [
    'a clock behind',
    { clockAhead: -3_000 },
    /^clock: The clock of the database is 3\.0 s behind this machine's;/,
  ],
  ['a collation of a language', { sortsByLanguage: true }, /^collation: .*make one with lc_collate "C"/],
  ['a ctype without letters', { knowsCase: false }, /^case: .*make one with lc_ctype "C\.UTF-8"/],
  ['one switch that is off', { turnedOff: ['fsync'] }, /^durability: fsync is off in PostgreSQL:/],
  [
    'two switches that are off',
    { turnedOff: ['fsync', 'full_page_writes'] },
    /^durability: fsync, full_page_writes are off/,
  ],
  [
    'no right to make databases',
    { mayCreateDatabases: false },
    /^rights: .*run: alter role "metaloom" createdb$/,
  ],
  ['a superuser', { isSuperuser: true }, /^rights: The user "metaloom" is a superuser of PostgreSQL;/],
  [
    'too few connections',
    { maxConnections: 100 },
    /^connections: This process may open 150 .* allows 100 in all/,
  ],
  [
    'an open line',
    { address: '52.1.2.3' },
    /^encryption: .*52\.1\.2\.3 is not encrypted; add \?sslmode=require/,
  ],
])('is told: %s', (_what, facts, message) => {
  const [told, ...more] = tell(facts)
  expect(told).toMatch(message)
  expect(more).toEqual([])
})

describe('of the settings', () => {
  test.each([
    [
      'a switch for development',
      { NODE_ENV: 'production', METALOOM_ALLOW_PRIVATE_WEBHOOKS: '1' },
      /^settings: METALOOM_ALLOW_PRIVATE_WEBHOOKS is for development/,
    ],
    [
      'a secret of one process alone',
      { METALOOM_SECRET: '' },
      /^settings: METALOOM_SECRET is not set, .* needs the same$/,
    ],
    [
      'the embedded database',
      { NODE_ENV: 'production', DATABASE_URL: '' },
      /^settings: The embedded PostgreSQL has no backups/,
    ],
  ])('is told: %s', (_what, environment, message) => {
    expect(tell({}, configure(environment as Record<string, string>))).toEqual([
      expect.stringMatching(message),
    ])
  })
})

test('the facts are those of the server', async () => {
  const database = await createDatabase()
  const pool = connect(database.url, { max: 1 })
  try {
    const facts = await readServerFacts(pool)
    expect(Math.abs(facts.clockAhead)).toBeLessThan(2_000)
    expect(facts).toMatchObject({ mayCreateDatabases: true, sortsByLanguage: false, knowsCase: true })
  } finally {
    await pool.end()
    await database.drop()
  }
})
