// A PostgreSQL that takes no more connections: who asks is told to come again, and comes in when there is room.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { withDatabase } from '../../src/database/databases.ts'
import { dataOf, errorOf, post, type Server, startTestServer } from '../support/server.ts'

const role = `r_${randomUUID().slice(0, 8)}`
let sql: postgres.Sql
let server: Server

/** The limit is that of a role, since the server of the tests is for all of them. */
beforeAll(async () => {
  sql = postgres(withDatabase(inject('databaseUrl'), 'postgres'), { max: 1, onnotice: () => {} })
  await sql.unsafe(`create role ${role} login createdb password 'secret' connection limit 30`)
  const url = new URL(withDatabase(inject('databaseUrl'), `full_${role}`))
  url.username = role
  url.password = 'secret'
  server = await startTestServer({ databaseUrl: url.href }, { idleAfter: 300, pollEvery: 100 })
})
afterAll(async () => {
  await server?.stop()
  for (const { datname } of await sql`select datname from pg_database where datname like ${`full_${role}%`}`)
    await sql.unsafe(`drop database "${datname}" with (force)`)
  await sql.unsafe(`drop role ${role}`)
  await sql.end()
})

const database = `full_${role}_demo`
const full = '503 LIMIT_EXCEEDED: PostgreSQL takes no more connections at the moment; try again later'
const ask = async (query: string) => {
  const reply = await post(server.address('data'), query, {}, server.token)
  return `${reply.status} ${errorOf(reply)}`
}

test('a closed app is refused while there is no room, and opens when there is', async () => {
  expect(await ask('{ viewer { id } }')).toBe('200 no error')
  const isOpen = async () =>
    (await sql`select 1 from pg_stat_activity where datname = ${database}`).length > 0
  while (await isOpen()) await sleep(20)
  await sql.unsafe(`alter role ${role} connection limit 1`)
  expect(await ask('{ viewer { id } }')).toBe(full)
  const reply = await post(server.address('data'), '{ viewer { id } }', {}, server.token)
  expect(reply.errors?.[0]?.extensions).toMatchObject({ retryAfter: 1 })
  await sql.unsafe(`alter role ${role} connection limit 30`)
  expect(await ask('{ viewer { id } }')).toBe('200 no error')
})

test('a request that finds no connection of its app is refused, and others are answered meanwhile', async () => {
  dataOf(
    await server.send(
      'admin',
      'mutation { createEntity(input: { name: "thing", fields: [{ name: "label", type: STRING }] }) { name } }',
    ),
  )
  expect(await ask('{ things { totalCount } }')).toBe('200 no error')
  await sql.unsafe(`alter role ${role} connection limit 1`)
  // The connections that there are wait for the table, so that more are wanted.
  const holder = postgres(withDatabase(inject('databaseUrl'), database), { max: 1 })
  const held = holder.begin(async (own) => {
    await own`lock table things in access exclusive mode`
    await sleep(500)
  })
  await sleep(100)
  const replies = await Promise.all(Array.from({ length: 20 }, () => ask('{ things { totalCount } }')))
  await held
  await holder.end()
  await sql.unsafe(`alter role ${role} connection limit 30`)
  expect(replies.filter((reply) => reply !== full && reply !== '200 no error')).toEqual([])
  expect(replies).toContain('200 no error')
  expect(replies).toContain(full)
  expect(await ask('{ things { totalCount } }')).toBe('200 no error')
})
