// Sends and reads so many bytes over plain HTTP, checked on the way; tells megabytes a second.
import { type IncomingMessage, type RequestOptions, request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Address } from '../read/target.ts'
import { call } from '../read/targets/metaloom.ts'

const block = Buffer.alloc(256 * 1024, 'metaloom ')
const boundary = 'metaloom-bench'

/** So many bytes, with something before and behind them. */
function* writeBody(size: number, head = '', tail = ''): Generator<Buffer> {
  if (head !== '') yield Buffer.from(head)
  for (let sent = 0; sent < size; sent += block.length)
    yield block.subarray(0, Math.min(block.length, size - sent))
  if (tail !== '') yield Buffer.from(tail)
}

async function send(options: RequestOptions, body: Iterable<Buffer>): Promise<IncomingMessage> {
  const sent = request({ host: '127.0.0.1', ...options })
  const reply = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve)
    sent.once('error', reject)
  })
  await pipeline(Readable.from(body), sent)
  return await reply
}

async function readReply(reply: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of reply.setEncoding('utf8')) text += chunk
  if (reply.statusCode !== 200) throw new Error(`The server answered ${reply.statusCode} ${text}`)
  return text
}

/** How fast `work` moves so many bytes, in megabytes a second. */
async function measure(size: number, work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return size / 1_000 / (performance.now() - started)
}

/** Sends the bytes by one PUT. */
export async function put(port: number, path: string, size: number): Promise<number> {
  const headers = { 'content-length': size }
  return await measure(
    size,
    async () => await readReply(await send({ port, path, method: 'PUT', headers }, writeBody(size))),
  )
}

/** Sends the bytes as `uploadFile`; returns the address of the file too. */
export async function upload(
  address: Address,
  size: number,
): Promise<Readonly<{ speed: number; url: string }>> {
  const query = 'mutation ($file: Upload!) { uploadFile(file: $file) { size url } }'
  const part = (name: string, more = ''): string =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`
  const operations = `${part('operations')}${JSON.stringify({ query, variables: { file: null } })}\r\n`
  const head = `${operations}${part('map')}{"0":["variables.file"]}\r\n${part('0', '; filename="a.bin"')}`
  const tail = `\r\n--${boundary}--\r\n`
  const headers = {
    ...address.headers,
    'content-type': `multipart/form-data; boundary=${boundary}`,
    'content-length': head.length + size + tail.length,
  }
  let text = ''
  const speed = await measure(size, async () => {
    const reply = await send({ ...address, method: 'POST', headers }, writeBody(size, head, tail))
    text = await readReply(reply)
  })
  const { data } = JSON.parse(text) as { data?: { uploadFile: { size: number; url: string } } }
  if (data?.uploadFile.size !== size) throw new Error(`The upload failed: ${text}`)
  return { speed, url: data.uploadFile.url }
}

/** The same by `createUpload`, a PUT and `completeUpload`, all of it measured. */
export async function uploadDirect(address: Address, size: number): Promise<number> {
  return await measure(size, async () => {
    const create =
      'mutation ($size: Float!) { answer: createUpload(filename: "b.bin", size: $size) { id url } }'
    const { id, url } = await call(address, create, { size })
    await put(address.port, String(url), size)
    await call(address, 'mutation ($id: ID!) { answer: completeUpload(id: $id) { id } }', { id })
  })
}

/** Reads the bytes. */
export async function download(port: number, path: string, size: number): Promise<number> {
  return await measure(size, async () => {
    const reply = await send({ port, path }, [])
    let found = 0
    for await (const chunk of reply as AsyncIterable<Buffer>) found += chunk.length
    if (reply.statusCode !== 200 || found !== size) throw new Error(`${found} of ${size} bytes came`)
  })
}
