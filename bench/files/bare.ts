// The practical limit: a server of node:http that puts a body into a file and reads it out again, and knows nothing else.
import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { pipeline } from 'node:stream/promises'

const path = process.argv[2] ?? 'bytes'
const server = createServer((request, response) => {
  const work = request.method === 'PUT' ? receive() : answer()
  work.catch(() => response.destroy())

  async function receive(): Promise<void> {
    await pipeline(request, createWriteStream(path))
    response.end('{}')
  }
  async function answer(): Promise<void> {
    response.setHeader('content-length', (await stat(path)).size)
    await pipeline(createReadStream(path, { highWaterMark: 256 * 1024 }), response)
  }
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  process.stdout.write(`ready on http://127.0.0.1:${port}\n`)
})
