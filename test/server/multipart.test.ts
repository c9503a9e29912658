// A client that stops sending does not hold the server up.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createSpool } from '../../src/files/spool.ts'
import { listenOn } from '../../src/server/http.ts'
import { readMultipart } from '../../src/server/multipart.ts'
import { boundary, goodParts, writeForm } from '../support/multipart.ts'

test('a form that pauses for too long is given up, and what came of it is removed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'metaloom-multipart-'))
  const limits = {
    mostText: 1_000,
    maxSize: 1_000,
    maxFiles: 1,
    jsonDepth: 200,
    values: 100,
    mostSilence: 200,
  }
  const outcome = new Promise<unknown>((resolve) => {
    const server = createServer((incoming, response) => {
      readMultipart(incoming, { ...limits, spool: createSpool(folder) })
        .catch((error: unknown) => error)
        .then((error) => {
          resolve(error)
          response.destroy()
          server.close()
        })
    })
    void listenOn(server, '127.0.0.1', 0).then((port) => {
      const sent = request({
        port,
        method: 'POST',
        headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': '100000' },
      })
      sent.on('error', () => undefined)
      sent.write(writeForm(goodParts, '').slice(0, -4))
    })
  })
  expect(await outcome).toMatchObject({
    code: 'BAD_USER_INPUT',
    message: 'The multipart body paused for 0.2 seconds; see the GraphQL multipart request specification',
  })
  expect(await readdir(folder)).toEqual([])
  await rm(folder, { recursive: true, force: true })
})
