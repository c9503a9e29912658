// How a server stops: nobody who was let in is dropped.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { connect } from '../../src/database/connect.ts'
import { dropDatabase, withDatabase } from '../../src/database/databases.ts'
import { billing } from '../support/billing.ts'
import { type ServerProcess, startProcess } from '../support/process.ts'
import { dataOf, logIn, post, startTestServer } from '../support/server.ts'

const name = `s_${randomUUID().replaceAll('-', '').slice(0, 20)}`
const platformUrl = withDatabase(inject('databaseUrl'), name)
const appUrl = withDatabase(platformUrl, `${name}_demo`)
let dataDir: string

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'metaloom-stopping-'))
  const first = await startTestServer({ databaseUrl: platformUrl })
  const query = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(await first.send('admin', query, { document: JSON.stringify(billing) }))
  await first.stop()
  const pool = connect(appUrl, { max: 1 })
  await pool.unsafe(`
    create function linger() returns trigger language plpgsql as $$ begin
      if new.number like 'slow%' then perform pg_sleep(0.8); end if; return new; end $$;
    create trigger linger before insert on invoices for each row execute function linger()`)
  await pool.end()
})
afterAll(async () => {
  for (const url of [appUrl, platformUrl]) await dropDatabase(url)
  await rm(dataDir, { recursive: true, force: true })
})

type Started = Readonly<{
  running: ServerProcess
  token: string
  send(api: 'data' | 'admin', query: string, variables?: object): ReturnType<typeof post>
  readiness(): Promise<string>
}>

async function start(settings: Record<string, string>): Promise<Started> {
  const running = await startProcess(platformUrl, dataDir, settings)
  const token = await logIn(running.url)
  const addresses = { data: '/api/demo/graphql', admin: '/api/demo/admin/graphql' }
  return {
    running,
    token,
    send: (api, query, variables) => post(`${running.url}${addresses[api]}`, query, variables, token),
    async readiness() {
      const reply = await fetch(`${running.url}/readyz`)
      return `${reply.status} ${(await reply.text()).trim()}`
    },
  }
}

const create = 'mutation($number: String!) { createInvoice(input: { number: $number }) { number } }'

/** Sends one request over a connection that is kept, as proxies do; tells the status and whether the connection is kept. */
function ask(url: string, token: string, agent: Agent): Promise<string> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  return new Promise((resolve) => {
    const sent = request(`${url}/api/demo/graphql`, { method: 'POST', agent, headers }, (reply) => {
      reply.resume()
      reply.on('end', () => resolve(`${reply.statusCode} ${reply.headers.connection}`))
    })
    sent.on('error', (error) => resolve(String(error)))
    sent.end('{"query":"{ invoices { totalCount } }"}')
  })
}

describe('a server that is told to stop', () => {
  test('says not ready at once, answers all who come until proxies have seen it, and ends', async () => {
    const { running, token, send, readiness } = await start({ METALOOM_DRAIN_MS: '600' })
    const agent = new Agent({ keepAlive: true, maxSockets: 4 })
    const answers: string[] = []
    let isSending = true
    const sendOn = async () => {
      while (isSending) answers.push(await ask(running.url, token, agent))
    }
    const clients = Promise.all([sendOn(), sendOn(), sendOn(), sendOn()])
    const slow = send('data', create, { number: 'slow-1' })
    await sleep(100)
    expect(await readiness()).toBe('200 ready')
    const stopped = running.kill('SIGTERM')
    while ((await readiness()) === '200 ready') await sleep(5)
    expect(await readiness()).toBe('503 not ready: the server is stopping')
    await sleep(200)
    isSending = false
    await clients
    agent.destroy()
    expect(dataOf(await slow)).toEqual({ createInvoice: { number: 'slow-1' } })
    await stopped
    expect(await running.ended).toBe(0)
    expect([...new Set(answers)].sort()).toEqual(['200 close', '200 keep-alive'])
  })

  test('by hand waits for no proxy, and cuts off what takes longer than it may', async () => {
    const { running, send } = await start({ METALOOM_DRAIN_MS: '60000', METALOOM_STOP_MS: '200' })
    const slow = send('data', create, { number: 'slow-2' }).catch(() => 'cut off')
    await sleep(200)
    await running.kill('SIGINT')
    expect(await slow).toBe('cut off')
    expect(await running.ended).toBe(0)
  })

  test('ends at once when it is told a second time', async () => {
    const { running, readiness } = await start({ METALOOM_DRAIN_MS: '60000' })
    process.kill(running.pid, 'SIGTERM')
    while ((await readiness()) === '200 ready') await sleep(5)
    await running.kill('SIGTERM')
    expect(await running.ended).toBe(1)
  })
})
