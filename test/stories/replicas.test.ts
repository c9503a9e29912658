// Queries on a replica that really streams: what it has is read there, what it lacks on the primary, and nobody fails when it goes.

import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { withDatabase } from '../../src/database/databases.ts'
import { readPrimary, readReplica } from '../../src/database/position.ts'
import { dataOf, type GraphQLReply, type Server, startTestServer } from '../support/server.ts'
import { type Standby, startStandby } from '../support/standby.ts'

let standby: Standby
let server: Server
beforeAll(async () => {
  standby = await startStandby()
  server = await startTestServer({ databaseUrl: standby.primaryUrl }, { replicas: [standby.url] })
  await admin(
    'mutation { createEntity(input: { name: "book", fields: [{ name: "title", type: STRING }] }) { name } }',
  )
  await write('Dune')
  await onReplica()
}, 60_000)
afterAll(async () => {
  await server?.stop()
  await standby?.stop()
})
afterEach(async () => {
  await standby.resume()
  await standby.catchUp()
  // The server looks ten times a second how far the replica is.
  await sleep(250)
})

const header = 'x-metaloom-position'
type Sent = GraphQLReply & Readonly<{ position: string | null }>

/** A list of media types is nothing for the compiled route. */
async function send(
  api: 'data' | 'admin',
  query: string,
  position?: string,
  accept = 'application/json',
): Promise<Sent> {
  const reply = await fetch(server.address(api), {
    method: 'POST',
    headers: {
      accept,
      'content-type': 'application/json',
      authorization: `Bearer ${server.token}`,
      ...(position === undefined ? {} : { [header]: position }),
    },
    body: JSON.stringify({ query }),
  })
  return { status: reply.status, position: reply.headers.get(header), ...((await reply.json()) as object) }
}
async function admin(query: string): Promise<Sent> {
  const reply = await send('admin', query)
  dataOf(reply)
  return reply
}
/** Writes a book and gives back the position behind it. */
async function write(title: string): Promise<string> {
  const reply = await send('data', `mutation { createBook(input: { title: "${title}" }) { title } }`)
  expect(dataOf(reply)).toEqual({ createBook: { title } })
  return reply.position ?? ''
}
const ways = [
  ['compiled', 'application/json'],
  ['yoga', 'application/json, text/plain'],
] as const
const list = '{ books(orderBy: [{ title: ASC }]) { nodes { title } } }'
async function titles(position?: string, accept?: string): Promise<string[]> {
  const nodes = dataOf(await send('data', list, position, accept)).books.nodes
  return nodes.map(({ title }: { title: string }) => title)
}
/** How many connections on the replica asked for books last. */
async function countReads(): Promise<number> {
  const sql = postgres(`${standby.url.replace(/\/[^/]*$/, '')}/metaloom_demo`, { max: 1 })
  const [row] =
    await sql`select count(*)::int as count from pg_stat_activity where datname = current_database() and query like '%books%' and pid <> pg_backend_pid()`
  await sql.end()
  return row?.count
}
/** Resolves once the replica answers queries. */
async function onReplica(): Promise<void> {
  while ((await countReads()) === 0) {
    await titles()
    await sleep(50)
  }
}

describe('a query', () => {
  test.each(ways)(
    'is answered by the replica, and with a position by whoever has come so far (%s)',
    async (_, accept) => {
      const before = await titles()
      await standby.pause()
      const title = `Written ${accept.length}`
      const position = await write(title)
      expect(await titles(undefined, accept)).toEqual(before)
      expect(await titles(position, accept)).toContain(title)
      await standby.resume()
      await expect.poll(() => titles(undefined, accept)).toContain(title)
    },
  )

  test.each([['nonsense'], ['AAAA'], ['']])(
    'with the position %j is answered by the primary',
    async (position) => {
      await standby.pause()
      await write(`For ${position}`)
      if (position !== '') expect(await titles(position)).toContain(`For ${position}`)
      else expect(await titles(position)).toContain('For ')
    },
  )

  test('is answered by definitions that are not older than the process has', async () => {
    await standby.pause()
    const reply = await admin(
      'mutation { createEntity(input: { name: "shelf", fields: [{ name: "place", type: STRING }] }) { name } }',
    )
    expect(reply.position).toBeTruthy()
    expect(
      dataOf(await send('data', '{ shelves { totalCount } books { totalCount } }')).shelves.totalCount,
    ).toBe(0)
    const title = 'After the shelf'
    await write(title)
    expect(await titles()).toContain(title)
  })
})

test('a mutation reads on the primary what it gives back', async () => {
  await standby.pause()
  const reply = await send(
    'data',
    'mutation { createBook(input: { title: "Seen at once" }) { title history { totalCount } } }',
  )
  expect(dataOf(reply).createBook).toEqual({ title: 'Seen at once', history: { totalCount: 1 } })
})

test('a position tells nothing of what others write', async () => {
  const [one, two] = [await write('one'), await write('two')]
  expect(Buffer.from(one, 'base64').toString('latin1')).not.toMatch(/\d{6}/)
  expect(one.slice(0, 10)).not.toBe(two.slice(0, 10))
})

test('while the replica is gone the primary answers, without an error, and it is used again when it is back', async () => {
  await onReplica()
  let isOver = false
  const errors: unknown[] = []
  const asking = Array.from({ length: 4 }, async () => {
    while (!isOver) errors.push(...((await send('data', list)).errors ?? []))
  })
  await standby.kill()
  await write('While it was gone')
  expect(await titles()).toContain('While it was gone')
  await standby.start()
  await onReplica()
  isOver = true
  await Promise.all(asking)
  expect(errors).toEqual([])
  const before = await titles()
  await standby.pause()
  await write('Not seen')
  expect(await titles()).toEqual(before)
}, 60_000)

test('a server that follows another is never taken for a replica of this one', async () => {
  const own = postgres(standby.primaryUrl, { max: 1 })
  const follower = postgres(withDatabase(standby.url, 'postgres'), { max: 1 })
  const stranger = postgres(withDatabase(inject('databaseUrl'), 'postgres'), { max: 1 })
  const [primary, replica] = [await readPrimary(own), await readReplica(follower)]
  expect(replica?.line).toBe(primary.line)
  expect((await readPrimary(stranger)).line).not.toBe(primary.line)
  expect(await readReplica(own)).toBeUndefined()
  await Promise.all([own, follower, stranger].map((sql) => sql.end()))
})
