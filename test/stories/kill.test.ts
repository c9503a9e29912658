// kill -9 of the server while definitions are saved: what was acknowledged is there after the next start.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServerProcess, startProcess } from '../support/process.ts'
import { dataOf, logIn, post } from '../support/server.ts'

const rounds = process.env.METALOOM_TEST_SIZE === 'long' ? 20 : 2
let dataDir: string
let running: ServerProcess | undefined

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'metaloom-kill-'))
  await chmod(dataDir, 0o755)
})
afterAll(async () => {
  await running?.kill('SIGTERM')
  await rm(dataDir, { recursive: true, force: true })
})

/** Starts the server on its own embedded PostgreSQL in the data folder. */
async function start(): Promise<Readonly<{ server: ServerProcess; token: string }>> {
  const server = await startProcess('', dataDir)
  running = server
  return { server, token: await logIn(server.url) }
}

/** Saves entities one after another until the server is gone; tells which were acknowledged. */
async function defineUntilKilled(url: string, token: string, round: number): Promise<readonly string[]> {
  const acknowledged: string[] = []
  for (let count = 0; ; count++) {
    const name = `round${round}_entity${count}`
    const query = `mutation { createEntity(input: { name: "${name}", fields: [{ name: "a", type: INT }] }) { name } }`
    const reply = await post(`${url}/api/demo/admin/graphql`, query, {}, token).catch(() => undefined)
    if (reply?.data?.createEntity) acknowledged.push(name)
    if (reply === undefined) return acknowledged
  }
}

test(`${rounds} rounds lose no entity that was acknowledged`, async () => {
  const acknowledged: string[] = []
  for (let round = 0; round < rounds; round++) {
    const { server, token } = await start()
    const defining = defineUntilKilled(server.url, token, round)
    await sleep(400 + 100 * (round % 5))
    await server.kill('SIGKILL')
    acknowledged.push(...(await defining))
  }
  const { server, token } = await start()
  const found = dataOf(
    await post(
      `${server.url}/api/demo/admin/graphql`,
      '{ entities { name } metadata { quarantined { name } } }',
      {},
      token,
    ),
  )
  const names = new Set(found.entities.map((entity: { name: string }) => entity.name))
  expect(acknowledged.length).toBeGreaterThan(rounds)
  expect(acknowledged.filter((name) => !names.has(name))).toEqual([])
  expect(found.metadata.quarantined).toEqual([])
}, 240_000)
