// Two processes behind a pooler in transaction mode: no notifications, no session to rely on, and everything works all the same.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { connect, run, type Sql } from '../../src/database/connect.ts'
import { withDatabase } from '../../src/database/databases.ts'
import { type Pooler, poolerPath, startPooler } from '../support/pooler.ts'
import { type ServerProcess, startProcess } from '../support/process.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { dataOf, errorOf, post } from '../support/server.ts'

const title =
  poolerPath === undefined ? 'behind a pooler (not run: no pgbouncer on this machine)' : 'behind a pooler'

describe.skipIf(poolerPath === undefined)(title, () => {
  const name = `p_${randomUUID().slice(0, 8)}`
  let pooler: Pooler
  let receiver: Receiver
  let sql: postgres.Sql
  let directory: string
  const processes: ServerProcess[] = []
  let owner: string

  beforeAll(async () => {
    pooler = await startPooler(withDatabase(inject('databaseUrl'), 'postgres'), 6)
    receiver = await startReceiver()
    directory = await mkdtemp(join(tmpdir(), 'metaloom-pooled-'))
    await writeFile(join(directory, 'app.yaml'), 'database: { prepare: false, poll_ms: 200 }\n')
    for (let count = 0; count < 2; count++)
      processes.push(
        await startProcess(
          withDatabase(pooler.url, name),
          directory,
          {
            METALOOM_ALLOW_PRIVATE_WEBHOOKS: '1',
            METALOOM_WEBHOOK_RETRY_MS: '100',
            METALOOM_LOG_LEVEL: 'warn',
          },
          undefined,
          directory,
        ),
      )
    sql = postgres(withDatabase(pooler.directUrl, 'postgres'), { max: 1, onnotice: () => {} })
    const login = 'mutation($e: String!, $p: String!) { login(email: $e, password: $p) { token } }'
    const who = { e: 'admin@example.com', p: 'correct horse battery' }
    owner = dataOf(await ask(0, '_platform', login, who, null)).login.token
  })
  afterAll(async () => {
    for (const each of processes) await each.kill('SIGTERM')
    const left = sql ? await sql`select datname from pg_database where datname like ${`${name}%`}` : []
    for (const { datname } of left) await sql.unsafe(`drop database "${datname}" with (force)`)
    await sql?.end()
    await pooler?.stop()
    await receiver?.stop()
    await rm(directory, { recursive: true, force: true })
  })

  const ask = (
    at: number,
    path: string,
    query: string,
    variables: unknown = {},
    token: string | null = owner,
  ) => post(`${processes[at]?.url}/api/${path}/graphql`, query, variables, token)
  const done = async (at: number, path: string, query: string, variables: unknown = {}) =>
    dataOf(await ask(at, path, query, variables))
  const importText = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  const document = (field: string) => `entities:
  - name: ticket
    fields:
      - { name: title, type: string, required: true }
      - { name: status, type: string, enum: [open, done] }
      - { name: score, type: float }
      - { name: due, type: timestamp }
      - { name: ${field}, type: decimal, precision: 2 }
  - { name: comment, fields: [{ name: ticket_id, type: uuid }, { name: body, type: text }] }
relations:
  - { name: comments, type: one_to_many, source: ticket, target: comment, target_key: ticket_id, on_delete: cascade }
rules:
  - { entity: ticket, type: field, definition: { field: title, operator: min_length, value: 3 } }
state_machines:
  - { entity: ticket, field: status, definition: { initial: open, transitions: [{ from: open, to: done }] } }
permissions:
  - { entity: ticket, action: read, roles: [anonymous], expression: "record.status == 'done'" }
webhooks:
  - { entity: ticket, hook: after_write, url: "${receiver.url}/hook" }
`
  let id: string

  test('definitions are imported, records written, queried, moved on and told to webhooks', async () => {
    expect((await done(0, 'demo/admin', importText, { document: document('cost') })).importMetadata).toEqual({
      revision: 1,
    })
    const create =
      'mutation { createTicket(input: { title: "Leak", score: 0.1, due: "2026-05-01T10:00:00.123+02:00", cost: "1.50", comments: { data: [{ body: "wet" }] } }) { id title score due cost status comments { nodes { body } } } }'
    const { id: made, ...ticket } = (await done(0, 'demo', create)).createTicket
    expect(ticket).toEqual({
      title: 'Leak',
      score: 0.1,
      due: '2026-05-01T08:00:00.123Z',
      cost: '1.50',
      status: 'OPEN',
      comments: { nodes: [{ body: 'wet' }] },
    })
    id = made
    expect(errorOf(await ask(0, 'demo', 'mutation { createTicket(input: { title: "x" }) { id } }'))).toMatch(
      /^VALIDATION_FAILED/,
    )
    const move = `mutation { transitionTicket(id: "${id}", to: DONE) { status } }`
    expect((await done(0, 'demo', move)).transitionTicket.status).toBe('DONE')
    const messages = await receiver.await(2)
    expect(messages.map(({ message }) => message.record.status).sort()).toEqual(['done', 'open'])
  })

  test('the other process sees new fields by its poll, and rights hold there', async () => {
    const count =
      '{ tickets(orderBy: [{ title: ASC }]) { totalCount nodes { cost comments { totalCount } } } }'
    const seen = { tickets: { totalCount: 1, nodes: [{ cost: '1.50', comments: { totalCount: 1 } }] } }
    await until(async () => (await ask(1, 'demo', count)).errors === undefined)
    expect(await done(1, 'demo', count)).toEqual(seen)
    await done(0, 'demo/admin', importText, { document: document('price') })
    await until(async () => (await ask(1, 'demo', '{ tickets { nodes { price } } }')).errors === undefined)
    expect(dataOf(await ask(1, 'demo', '{ tickets { nodes { title } } }', {}, null)).tickets.nodes).toEqual([
      { title: 'Leak' },
    ])
    const back = 'mutation { rollbackMetadata(revision: 1) { revision } }'
    expect((await done(1, 'demo/admin', back)).rollbackMetadata).toEqual({ revision: 3 })
    expect((await done(1, 'demo/admin', '{ exportMetadata(withData: true) }')).exportMetadata).toContain(
      'Leak',
    )
  })

  test('many writes at once share few connections, and none is lost or mixed up', async () => {
    const write =
      'mutation($title: String!) { createTicket(input: { title: $title }) { title history { totalCount } } }'
    const titles = Array.from({ length: 60 }, (_, at) => `Ticket ${at}`)
    const made = await Promise.all(titles.map((each, at) => done(at % 2, 'demo', write, { title: each })))
    expect(made.map(({ createTicket }) => createTicket)).toEqual(
      titles.map((each) => ({ title: each, history: { totalCount: 1 } })),
    )
    await receiver.await(62)
    const paths = receiver.received.map(({ message }) => `${message.record.id} ${message.sequence}`)
    expect(new Set(paths).size).toBe(62)
  })

  test('each of many statements and transactions at once has its own answer', async () => {
    const pool = connect(withDatabase(pooler.url, 'postgres'), { max: 20, prepare: false })
    const ask = async (sql: Sql, at: number) =>
      (await run<{ at: number }>(sql, { text: 'select $1::int as at', values: [at] }))[0]?.at
    const places = Array.from({ length: 1_000 }, (_, at) => at)
    const answers = places.map((at) => (at % 3 === 0 ? pool.begin((sql) => ask(sql, at)) : ask(pool, at)))
    expect(await Promise.all(answers)).toEqual(places)
    await pool.end()
  })

  test('transactions that fail leave no connection in a bad state', async () => {
    const dead = `mutation { updateTicket(id: "${id}", input: { title: "no" }) { id } }`
    for (let tries = 0; tries < 20; tries++) expect((await ask(0, 'demo', dead)).errors).toHaveLength(1)
    expect((await done(0, 'demo', '{ tickets { totalCount } }')).tickets.totalCount).toBe(61)
  })

  test('apps are made and deleted, and the other process follows', async () => {
    await done(0, '_platform', 'mutation { createApp(name: "shop") { adminPassword } }')
    await until(async () => (await ask(1, 'shop', '{ viewer { roles } }')).status === 200)
    await done(1, '_platform', 'mutation { deleteApp(name: "shop", confirm: "shop") }')
    await until(async () => (await ask(0, 'shop', '{ viewer { roles } }')).status === 404)
    const left = await sql`select datname from pg_database where datname like ${`${name}_shop%`}`
    expect(left).toEqual([])
  })

  test('nothing that went wrong was written to the logs', () => {
    for (const each of processes) expect(each.output()).not.toContain('"level":50')
  })
})

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(50)
}
