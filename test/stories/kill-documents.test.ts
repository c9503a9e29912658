// kill -9 of the server while it imports and renames: after the next start each import and rename is there whole, or not at all.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServerProcess, startProcess } from '../support/process.ts'
import { dataOf, logIn, post } from '../support/server.ts'

const rounds = process.env.METALOOM_TEST_SIZE === 'long' ? 20 : 1
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

type Send = (query: string, variables?: unknown) => ReturnType<typeof post>

async function start(): Promise<Readonly<{ server: ServerProcess; send: Send }>> {
  const server = await startProcess('', dataDir)
  running = server
  const token = await logIn(server.url)
  return {
    server,
    send: (query, variables = {}) => post(`${server.url}/api/demo/admin/graphql`, query, variables, token),
  }
}

/** Imports an entity with three rows and renames it, again and again, until the server is gone; tells how many renames were acknowledged. */
async function changeUntilKilled(send: Send, round: number): Promise<readonly string[]> {
  const acknowledged: string[] = []
  for (let count = 0; ; count++) {
    const [name, to] = [`item_r${round}n${count}`, `thing_r${round}n${count}`]
    const rows = [1, 2, 3].map((id) => ({ id, label: `row ${id}` }))
    const document = JSON.stringify({
      entities: [
        { name, primary_key: { field: 'id', type: 'int' }, fields: [{ name: 'label', type: 'string' }] },
      ],
      permissions: [{ entity: name, action: 'read', roles: ['clerk'], expression: 'record.label != nil' }],
      sample_data: { [name]: rows },
    })
    const importing = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
    if ((await send(importing, { document }).catch(() => undefined)) === undefined) return acknowledged
    const renaming =
      'mutation($name: String!, $to: String!) { renameEntity(name: $name, to: $to) { revision } }'
    const renamed = await send(renaming, { name, to }).catch(() => undefined)
    if (renamed === undefined) return acknowledged
    if (renamed.data?.renameEntity) acknowledged.push(to)
  }
}

test(`${rounds} rounds leave no half import and no half rename`, async () => {
  const acknowledged: string[] = []
  for (let round = 0; round < rounds; round++) {
    const { server, send } = await start()
    const changing = changeUntilKilled(send, round)
    await sleep(700 + 130 * (round % 7))
    await server.kill('SIGKILL')
    acknowledged.push(...(await changing))
  }
  const { send } = await start()
  const query =
    '{ metadata { revision quarantined { name } } metadataHistory(first: 1) { nodes { revision } } }'
  const { metadata, metadataHistory } = dataOf(await send(query))
  expect(metadata.quarantined).toEqual([])
  expect(metadataHistory.nodes).toEqual([{ revision: metadata.revision }])
  const text = dataOf(await send('{ exportMetadata(format: JSON, withData: true) }')).exportMetadata
  const { entities, permissions, sample_data: rows } = JSON.parse(text)
  const names: readonly string[] = entities.map(({ name }: { name: string }) => name)
  expect(acknowledged.filter((name) => !names.includes(name))).toEqual([])
  expect(names.map((name) => rows[name]?.length)).toEqual(names.map(() => 3))
  expect(permissions.map(({ entity }: { entity: string }) => entity)).toEqual(names)
}, 600_000)
