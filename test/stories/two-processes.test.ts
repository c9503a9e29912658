// Two processes on one database: what one defines, the other serves.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServerProcess, startProcess } from '../support/process.ts'
import { dataOf, errorOf, post, type Server, startTestServer } from '../support/server.ts'

let server: Server
let other: ServerProcess
let dataDir: string

beforeAll(async () => {
  server = await startTestServer()
  dataDir = await mkdtemp(join(tmpdir(), 'metaloom-second-'))
  other = await startProcess(server.databaseUrl, dataDir)
})
afterAll(async () => {
  await other?.kill('SIGTERM')
  await server?.stop()
  await rm(dataDir, { recursive: true, force: true })
})

async function define(name: string): Promise<void> {
  const input = { name, fields: [{ name: 'label', type: 'STRING' }] }
  dataOf(
    await server.send('admin', 'mutation($input: EntityInput!) { createEntity(input: $input) { name } }', {
      input,
    }),
  )
}

/** Asks the other process until it knows the field, at most for so many milliseconds. */
async function appears(field: string, most: number): Promise<boolean> {
  const end = performance.now() + most
  while (performance.now() < end) {
    const reply = await post(`${other.url}/api/demo/graphql`, `{ ${field} { totalCount } }`, {}, server.token)
    if (!reply.errors) return true
    expect(errorOf(reply)).toMatch(/^GRAPHQL_VALIDATION_FAILED/)
    await sleep(20)
  }
  return false
}

test('an entity defined in one is served by the other', async () => {
  await define('apple')
  expect(await appears('apples', 5_000)).toBe(true)
})

test('an entity is served by the other also after its LISTEN connection was cut', async () => {
  const sql = postgres(server.appUrl, { max: 1 })
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen%'`
  await define('pear')
  await sql.end()
  expect(await appears('pears', 10_000)).toBe(true)
})

test('a field that one drops is gone in the other, whose readers meet no broken answer', async () => {
  const input = {
    name: 'plum',
    fields: [
      { name: 'label', type: 'STRING' },
      { name: 'size', type: 'INT' },
    ],
  }
  dataOf(
    await server.send('admin', 'mutation($input: EntityInput!) { createEntity(input: $input) { name } }', {
      input,
    }),
  )
  expect(await appears('plums', 5_000)).toBe(true)
  let isDropped = false
  const seen = new Set<string>()
  const read = async (): Promise<void> => {
    do
      seen.add(
        errorOf(
          await post(`${other.url}/api/demo/graphql`, '{ plums { nodes { label size } } }', {}, server.token),
        ),
      )
    while (!isDropped)
  }
  const readers = [read(), read()]
  const smaller = { name: 'plum', fields: [{ name: 'label', type: 'STRING' }] }
  dataOf(
    await server.send(
      'admin',
      'mutation($input: EntityInput!) { updateEntity(name: "plum", input: $input, dropColumns: true) { name } }',
      { input: smaller },
    ),
  )
  await sleep(300)
  isDropped = true
  await Promise.all(readers)
  expect(
    [...seen].filter(
      (each) => !/^(no error|GRAPHQL_VALIDATION_FAILED: Cannot query field "size")/.test(each),
    ),
  ).toEqual([])
})
