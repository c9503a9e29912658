// Keeps files in a bucket of S3, or of a service that speaks its language; requests are signed by Signature Version 4.
import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { AwsV4Signer } from 'aws4fetch'
import { encodeName } from './address.ts'
import { exchange, type Outgoing } from './s3-exchange.ts'
import type { Storage } from './storage.ts'

/** A bucket, and who may use it; `prefix` stands before every key. */
export type Bucket = Readonly<{
  endpoint: string
  region: string
  bucket: string
  prefix: string
  accessKeyId: string
  secretAccessKey: string
}>

/** What a request asks for: the hash of its body is signed with it. */
type Ask = Readonly<{
  method: string
  key: string
  headers?: Readonly<Record<string, string>>
  hash?: string
}>

const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

export function createS3(bucket: Bucket): Storage {
  const credentials = {
    accessKeyId: bucket.accessKeyId,
    secretAccessKey: bucket.secretAccessKey,
    region: bucket.region,
    service: 's3',
  }
  const cache = new Map<string, ArrayBuffer>()

  const prepare = async ({ method, key, headers = {}, hash = emptyHash }: Ask): Promise<Outgoing> => {
    const signer = new AwsV4Signer({
      ...credentials,
      cache,
      method,
      url: writeUrl(bucket, key),
      headers: { ...headers, 'x-amz-content-sha256': hash },
    })
    const signed = await signer.sign()
    return { method, url: signed.url, headers: Object.fromEntries(signed.headers) }
  }
  const ask = async (question: Ask): Promise<IncomingMessage> => await exchange(await prepare(question))

  return {
    async keep(key, { path, size, checksum }) {
      const outgoing = await prepare({
        method: 'PUT',
        key,
        hash: checksum,
        headers: { 'content-length': String(size), 'content-type': 'application/octet-stream' },
      })
      await finish(await exchange(outgoing, createReadStream(path)), `keep ${key}`)
      await rm(path, { force: true })
    },
    async open(key, range) {
      const headers = range ? { range: `bytes=${range.start}-${range.end}` } : {}
      const reply = await ask({ method: 'GET', key, headers })
      if (reply.statusCode === 404) return void reply.resume()
      return reply.statusCode === (range ? 206 : 200) ? reply : await refuse(reply, `open ${key}`)
    },
    async measure(key) {
      const reply = await ask({ method: 'HEAD', key })
      reply.resume()
      if (reply.statusCode === 404) return undefined
      return reply.statusCode === 200
        ? Number(reply.headers['content-length'])
        : await refuse(reply, `measure ${key}`)
    },
    async move(from, to) {
      const source = { 'x-amz-copy-source': encodeKey(`${bucket.bucket}/${bucket.prefix}${from}`) }
      await finish(await ask({ method: 'PUT', key: to, headers: source }), `copy ${from}`)
      await finish(await ask({ method: 'DELETE', key: from }), `remove ${from}`)
    },
    async remove(keys) {
      for (const key of keys) await finish(await ask({ method: 'DELETE', key }), `remove ${key}`)
    },
    async signPut(key, size, seconds) {
      const url = new URL(writeUrl(bucket, key))
      url.searchParams.set('X-Amz-Expires', String(seconds))
      const headers = { 'content-length': String(size) }
      const signer = new AwsV4Signer({
        ...credentials,
        cache,
        method: 'PUT',
        url: url.href,
        headers,
        signQuery: true,
        allHeaders: true,
      })
      return { url: (await signer.sign()).url.href, headers }
    },
  }
}

/** The bucket stands in the path, as every service takes it. */
function writeUrl({ endpoint, bucket, prefix }: Bucket, key: string): string {
  return `${endpoint.replace(/\/$/, '')}/${encodeKey(`${bucket}/${prefix}${key}`)}`
}

function encodeKey(key: string): string {
  return key.split('/').map(encodeName).join('/')
}

/** A copy can fail after its 200 has been sent; then the body has an error in it. */
async function finish(reply: IncomingMessage, what: string): Promise<void> {
  const isFine = [200, 204].includes(reply.statusCode ?? 0)
  if (!isFine) return await refuse(reply, what)
  const text = await readText(reply)
  if (text.includes('<Error>')) throw new Error(`The storage could not ${what}: ${text.slice(0, 500)}`)
}

async function refuse(reply: IncomingMessage, what: string): Promise<never> {
  const text = (await readText(reply)).slice(0, 500)
  throw new Error(`The storage could not ${what}: ${reply.statusCode} ${text}`)
}

async function readText(reply: IncomingMessage): Promise<string> {
  let text = ''
  reply.setEncoding('utf8')
  for await (const chunk of reply as AsyncIterable<string>) if (text.length < 10_000) text += chunk
  return text
}
