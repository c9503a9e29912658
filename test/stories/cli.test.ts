// The program metaloom, run as a process: against a server by its address, and against the database by the settings.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Ended, runCommand, runHere } from '../support/command.ts'
import { startProcess } from '../support/process.ts'
import { buildEnvironment, dataOf, post, type Server, startTestServer } from '../support/server.ts'

const document = `entities:
  - name: book
    fields:
      - { name: title, type: string, required: true }
permissions:
  - { entity: book, action: read, roles: [anonymous] }
sample_data:
  book:
    - { id: 11111111-1111-4111-8111-111111111111, title: Dune }
`
let server: Server
let directory: string
let sql: postgres.Sql

beforeAll(async () => {
  server = await startTestServer()
  directory = await mkdtemp(join(tmpdir(), 'metaloom-cli-'))
  await writeFile(join(directory, 'books.yaml'), document)
  await writeFile(join(directory, 'wrong.yaml'), document.replace('string', 'strng'))
  sql = postgres(server.appUrl, { max: 1, onnotice: () => {} })
})
afterAll(async () => {
  await sql?.end()
  await server?.stop()
  await rm(directory, { recursive: true, force: true })
})

const atServer = () => ({
  METALOOM_URL: server.url,
  METALOOM_TOKEN: `${server.token}\n`,
  METALOOM_APP: 'demo',
})
/** By the address of the server, with an administrator's token: as a process, or within this one, which is quicker. */
const spawned = (...args: string[]) => runCommand(args, directory, atServer())
const remote = (...args: string[]) => runHere(args, directory, atServer())
/** By the settings, as on the machine of the server; what a process adds to it the others show. */
const direct = (...args: string[]) => runHere(args, directory, environment())
const environment = () => ({ ...buildEnvironment(server.databaseUrl, server.dataDir), METALOOM_APP: 'demo' })
const told = ({ code, errors }: Ended) => `${code} ${errors.trim()}`

test('a document is planned, tried and applied at a server, and applying it again changes nothing', async () => {
  const planned = await spawned('plan', 'books.yaml')
  expect([planned.code, planned.errors]).toEqual([0, 'planning ...\n'])
  expect(planned.output).toContain('+ entity book')
  expect(planned.output).toContain('create table "books"')
  expect(planned.output).toContain('SAFE  The entity book comes')
  const [, hash = ''] = /^Plan ([0-9a-f]{64})$/m.exec(planned.output) ?? []

  expect((await remote('apply', 'books.yaml', '--dry-run')).output).toMatch(/Nothing was kept\.\n$/)
  const applied = await remote('apply', 'books.yaml', '--plan', hash, '--reason', 'the first books', '--json')
  expect([applied.code, JSON.parse(applied.output)]).toMatchObject([0, { revision: 1, warnings: [] }])
  const again = await remote('apply', 'books.yaml')
  expect([again.code, again.output]).toEqual([0, 'The definitions are at revision 1.\n'])
  const late = await spawned('apply', 'books.yaml', '--plan', hash)
  expect(told(late)).toMatch(/^1 importing \.\.\.\nCONFLICT: This is not what was planned/)

  const books = await post(server.address('data'), '{ books { nodes { title } } }')
  expect(dataOf(books).books.nodes).toEqual([{ title: 'Dune' }])
})

test('all problems of a document are told with their places', async () => {
  const planned = await remote('plan', 'wrong.yaml')
  expect(told(planned)).toMatch(
    /^1 planning \.\.\.\nVALIDATION_FAILED: entities\[0\]\.fields\[0\]\.type: must be one of/,
  )
  expect(told(await remote('apply', 'wrong.yaml', '--expect-revision', '7'))).toMatch(/^1 .*entities\[0\]/s)
})

test('what goes out by export comes in by apply, through pipes and the database', async () => {
  const out = await spawned('export', '--with-data')
  expect([out.code, out.errors]).toEqual([0, 'exporting ...\n'])
  expect(out.output).toContain('title: Dune')
  const same = await direct('export', '--with-data', '--output', 'out.yaml')
  expect([same.code, same.output]).toEqual([0, ''])
  expect(await readFile(join(directory, 'out.yaml'), 'utf8')).toBe(out.output)
  const back = await runCommand(['apply', '-'], directory, environment(), out.output)
  expect([back.code, back.output]).toEqual([0, 'The definitions are at revision 1.\n'])
})

test('a schema is as the role sees it', async () => {
  const [all, some] = await Promise.all([
    remote('schema', 'demo'),
    direct('schema', 'demo', '--role', 'anonymous', '-r', 'nobody'),
  ])
  expect(all.output).toContain('createBook(')
  expect([some.code, some.output.includes('createBook('), some.output.includes('type Book ')]).toEqual([
    0,
    false,
    true,
  ])
})

describe('with the database alone', () => {
  test('an app and its users are made, and are there for the server', async () => {
    const { code, output } = await direct('create-app', 'library', '--display-name', 'The library', '--json')
    const { app, adminEmail, adminPassword } = JSON.parse(output)
    expect([code, app]).toEqual([0, { name: 'library', displayName: 'The library' }])
    const input = 'a long password\n'
    const args = ['create-user', 'ada@example.com', '--app', 'library', '-r', 'reader', '--password-stdin']
    const user = await runCommand(args, directory, environment(), input)
    expect([user.code, user.output]).toEqual([0, 'The user ada@example.com can log in.\n'])
    const owner = JSON.parse(
      (await direct('create-user', 'eve@example.com', '--platform', 'owner', '--json')).output,
    )

    const login = 'mutation($e: String!, $p: String!) { login(email: $e, password: $p) { token } }'
    const at = `${server.url}/api/library/admin/graphql`
    for (const [url, e, p] of [
      [at, adminEmail, adminPassword],
      [at, 'ada@example.com', 'a long password'],
      [server.address('platform'), 'eve@example.com', owner.password],
    ])
      expect(dataOf(await post(url, login, { e, p })).login.token).toBeTruthy()

    const gone = await runCommand(['create-app', 'library'], directory, {
      METALOOM_URL: server.url,
      METALOOM_EMAIL: 'eve@example.com',
      METALOOM_PASSWORD: owner.password,
    })
    expect(told(gone)).toBe(
      '1 making the app library ...\nCONFLICT: An app with the name "library" exists already',
    )
    const drop = 'mutation { deleteApp(name: "library", confirm: "library") }'
    const { token } = dataOf(
      await post(server.address('platform'), login, { e: 'eve@example.com', p: owner.password }),
    ).login
    dataOf(await post(server.address('platform'), drop, {}, token))
  })

  test('an app that is not there is told with the nearest', async () => {
    expect(told(await direct('export', '--app', 'demmo'))).toBe(
      '1 exporting ...\nNOT_FOUND: There is no app "demmo" here (did you mean "demo"?); there are demo',
    )
  })

  test('who changed the definitions is in the history', async () => {
    const [row] = await sql`select author, reason from _metadata_history where revision = 1`
    expect(row?.reason).toBe('the first books')
    await writeFile(join(directory, 'more.yaml'), document.replace('title,', 'title, indexed: true,'))
    expect((await direct('apply', 'more.yaml')).output).toMatch(
      /create index .*\nThe definitions are at revision 2/,
    )
    const [own] = await sql`select author from _metadata_history where revision = 2`
    expect(own?.author).toMatch(/^command:\w/)
  })
})

test('the doctor finds what is open, and tables that somebody changed by hand', async () => {
  const healthy = await direct('doctor')
  expect(healthy.output).toContain('warning  app demo: everybody may read book')
  expect(healthy.output).toContain('note     app demo: 1 entities at revision 2')
  expect([healthy.code, (await direct('doctor', '--strict')).code]).toEqual([0, 1])

  await sql`alter table books drop column title`
  await sql`alter table books alter column _version drop not null`
  const sick = await direct('doctor', '--json')
  const { findings } = JSON.parse(sick.output)
  expect(sick.code).toBe(1)
  const problems = findings.filter(({ level }: { level: string }) => level === 'problem')
  expect(problems.map(({ message }: { message: string }) => message)).toEqual([
    'books is not as it is defined; it lacks: alter table "books" add column "title" text not null',
    'books is not as it is defined; it lacks: update "books" set "_version" = 1 where "_version" is null',
    'books is not as it is defined; it lacks: alter table "books" alter column "_version" set not null',
    expect.stringMatching(/^books is not as it is defined; it lacks: create index /),
  ])
})

test('without a command the server is started, and stops when it is told to', async () => {
  const started = await startProcess(
    server.databaseUrl,
    server.dataDir,
    {},
    fileURLToPath(new URL('../../src/cli.ts', import.meta.url)),
    directory,
  )
  expect((await fetch(`${started.url}/healthz`)).status).toBe(200)
  await started.kill('SIGTERM')
  expect(await started.ended).toBe(0)
})
