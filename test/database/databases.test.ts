// Databases made, found unfit, and dropped, on a real server.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../../src/database/connect.ts'
import { dropDatabase, ensureDatabase, withDatabase } from '../../src/database/databases.ts'
import { type EmbeddedDatabase, startEmbedded } from '../../src/database/embedded.ts'

let folder = ''
let server: EmbeddedDatabase

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metaloom-databases-'))
  await chmod(folder, 0o755)
  server = await startEmbedded({ dataDir: folder, durable: false })
  await run('postgres', "create role clerk login password 'clerk'")
})

afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true })
})

describe('ensureDatabase', () => {
  it('makes a missing database that sorts by code point and knows capitals beyond ASCII', async () => {
    await ensureDatabase(urlOf('made'))

    const words = await run(
      'made',
      "select lower('ÄÉ') as word union values ('B'), ('a'), ('z') order by word",
    )
    expect(words.map((row) => row.word)).toEqual(['B', 'a', 'z', 'äé'])
  })

  it('leaves an existing database alone', async () => {
    await ensureDatabase(urlOf('existing'))
    await run('existing', 'create table kept ()')

    await ensureDatabase(urlOf('existing'))

    expect(await run('existing', 'select * from kept')).toEqual([])
  })

  it('makes it once when three processes want it at the same time', async () => {
    const wanting = [1, 2, 3].map(() => ensureDatabase(urlOf('wanted')))

    await Promise.all(wanting)

    expect(await run('wanted', 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('refuses a database that is not UTF8 and tells how to make one', async () => {
    await run('postgres', "create database latin template template0 encoding 'LATIN1' locale_provider libc")

    await expect(ensureDatabase(urlOf('latin'))).rejects.toThrow(
      /^The database "latin" has the encoding LATIN1, Metaloom needs UTF8; .* create database "latin" template template0/,
    )
  })

  it.each([
    [
      'a port where nobody listens',
      () => 'postgres://metaloom@127.0.0.1:1/app',
      /^No PostgreSQL answers at 127.0.0.1:1 \(ECONNREFUSED\)/,
    ],
    [
      'a wrong password',
      () => as('metaloom:wrong', 'made'),
      /refused the password of the user "metaloom"; correct DATABASE_URL$/,
    ],
    [
      'a user who may not',
      () => as('clerk:clerk', 'new'),
      /^The user "clerk" may not create databases .* alter role "clerk" createdb$/,
    ],
    ['no name of a database', () => urlOf(''), /names no database; end it in "\/" and a name$/],
  ])('says what is wrong with %s, without the password', async (_case, url, message) => {
    const error: unknown = await ensureDatabase(url()).catch((reason: unknown) => reason)

    expect(error).toMatchObject({ message: expect.stringMatching(message) })
    expect(String(error)).not.toMatch(/wrong|clerk:/)
  })
})

describe('dropDatabase', () => {
  it('waits for a database that is being made, whose maker may have died, and leaves none', async () => {
    const holder = connect(urlOf('postgres'), { max: 1 })
    const maker = connect(urlOf('postgres'), { max: 1 })
    const active =
      "select 1 from pg_stat_activity where state = 'active' and query like 'create database%late%'"
    const work = await holder.begin(async (sql) => {
      await sql.unsafe('lock table pg_database in share mode')
      const made = maker.unsafe('create database "late" template template0').execute()
      while ((await run('postgres', active)).length === 0);
      const dropped = dropDatabase(urlOf('late'))
      await sleep(200)
      return { made, dropped }
    })
    await Promise.all([work.made, work.dropped])
    await Promise.all([holder.end(), maker.end()])

    expect(await run('postgres', "select 1 as found from pg_database where datname = 'late'")).toEqual([])
  })

  it('removes a database although somebody is connected', async () => {
    await ensureDatabase(urlOf('doomed'))
    const guest = connect(urlOf('doomed'), { max: 1 })
    await guest`select 1`

    await dropDatabase(urlOf('doomed'))

    await guest.end({ timeout: 1 })
    await expect(run('doomed', 'select 1')).rejects.toThrow('database "doomed" does not exist')
  })

  it('is content when there is none', async () => {
    await expect(dropDatabase(urlOf('never_made'))).resolves.toBeUndefined()
  })
})

describe('withDatabase', () => {
  it('changes the name and nothing else', () => {
    expect(withDatabase('postgres://me:p%40ss@host:5432/one?sslmode=require', 'two words')).toBe(
      'postgres://me:p%40ss@host:5432/two%20words?sslmode=require',
    )
  })
})

function urlOf(database: string): string {
  return withDatabase(server.url, database)
}

function as(user: string, database: string): string {
  return urlOf(database).replace(/\/\/.*@/, `//${user}@`)
}

async function run(database: string, statement: string): Promise<readonly Record<string, unknown>[]> {
  const pool = connect(urlOf(database), { max: 1 })
  try {
    return [...(await pool.unsafe(statement))]
  } finally {
    await pool.end()
  }
}
