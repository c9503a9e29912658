// Many large files at once: without a token they are refused before their bodies, with one the memory of the server stays flat.
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { dropDatabase, withDatabase } from '../../src/database/databases.ts'
import { boundary, goodParts, writeForm } from '../support/multipart.ts'
import { type ServerProcess, startProcess } from '../support/process.ts'
import { logIn } from '../support/server.ts'

const [clients, size] =
  process.env.METALOOM_TEST_SIZE === 'long' ? [20, 20 * 1024 * 1024] : [10, 5 * 1024 * 1024]
/** What the server may grow by, whatever comes: far less than all files together in the long run. */
const mostGrowth = 120 * 1024 * 1024

const name = `l_${randomUUID().replaceAll('-', '').slice(0, 20)}`
const databaseUrl = withDatabase(inject('databaseUrl'), name)
const agent = new Agent({ keepAlive: false, maxSockets: clients })
let dataDir: string
let server: ServerProcess

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'metaloom-load-'))
  const entry = join(dataDir, 'app.yaml')
  await writeFile(entry, `files: { max_size: ${size} }\n`)
  server = await startProcess(databaseUrl, dataDir, {}, undefined, dataDir)
})
afterAll(async () => {
  await server?.kill('SIGTERM')
  for (const url of [withDatabase(databaseUrl, `${name}_demo`), databaseUrl]) await dropDatabase(url)
  await rm(dataDir, { recursive: true, force: true })
})

const block = Buffer.alloc(64 * 1024, 'x')
const [head = '', tail = ''] = writeForm(goodParts).split('hello')

function* writeBody(): Generator<Buffer> {
  yield Buffer.from(head)
  for (let sent = 0; sent < size; sent += block.length) yield block
  yield Buffer.from(tail)
}

/** Sends one file; tells the status, the reply, and how much of the body had gone out when it came. */
async function send(token: string | undefined): Promise<{ status: number | undefined; text: string }> {
  const sent = request(`${server.url}/api/demo/graphql`, {
    method: 'POST',
    agent,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': String(head.length + size + tail.length),
    },
  })
  const reply = new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    sent.on('error', reject)
    sent.on('response', async (response) => {
      let text = ''
      for await (const chunk of response.setEncoding('utf8')) text += chunk
      resolve({ status: response.statusCode, text })
    })
  })
  // A server that has refused may close the connection on the rest of the body.
  pipeline(Readable.from(writeBody()), sent).catch(() => undefined)
  return await reply
}

/** The most memory that the process has had; only Linux tells. */
async function readPeak(): Promise<number> {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
}

test(`${clients} clients without a token are refused, whatever they go on to send`, async () => {
  const before = await readPeak()
  const replies = await Promise.all(Array.from({ length: clients }, () => send(undefined)))
  expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: clients }, () => 401))
  expect(replies[0]?.text).toContain('"code":"UNAUTHENTICATED"')
  expect((await readPeak()) - before).toBeLessThan(mostGrowth)
})

test(`${clients} clients with a token all succeed`, async () => {
  const token = await logIn(server.url)
  const before = await readPeak()
  const replies = await Promise.all(Array.from({ length: clients }, () => send(token)))
  expect(replies.map(({ status, text }) => `${status} ${/"size":(\d+)/.exec(text)?.[1]}`)).toEqual(
    Array.from({ length: clients }, () => `200 ${size}`),
  )
  expect((await readPeak()) - before).toBeLessThan(mostGrowth)
})
