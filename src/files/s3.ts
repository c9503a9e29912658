// Keeps files in a bucket of S3, or of a service that speaks its language; requests are signed by Signature Version 4.
import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
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
  /** Empty for the bucket itself. */
  key: string
  query?: Readonly<Record<string, string>>
  headers?: Readonly<Record<string, string>>
  hash?: string
}>

/** So many keys are removed at a time. */
const removers = 8
/** How often, and with pauses of how many milliseconds times the number of tries. */
const mostTries = 4
const pause = 50
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

export function createS3(bucket: Bucket): Storage {
  const credentials = {
    accessKeyId: bucket.accessKeyId,
    secretAccessKey: bucket.secretAccessKey,
    region: bucket.region,
    service: 's3',
  }
  const cache = new Map<string, ArrayBuffer>()

  const prepare = async ({
    method,
    key,
    query = {},
    headers = {},
    hash = emptyHash,
  }: Ask): Promise<Outgoing> => {
    const signer = new AwsV4Signer({
      ...credentials,
      cache,
      method,
      url: `${key === '' ? writeBucketUrl(bucket) : writeUrl(bucket, key)}${writeQuery(query)}`,
      headers: { ...headers, 'x-amz-content-sha256': hash },
    })
    const signed = await signer.sign()
    return { method, url: signed.url, headers: Object.fromEntries(signed.headers) }
  }
  const ask = async (question: Ask): Promise<IncomingMessage> => await exchange(await prepare(question))

  /** A service that is overtaxed, or trips over its own feet, says so by a status from 500 on. */
  const remove = async (key: string): Promise<void> => {
    for (let tries = 1; ; tries++) {
      const reply = await ask({ method: 'DELETE', key })
      if ((reply.statusCode ?? 0) < 500 || tries === mostTries) return await finish(reply, `remove ${key}`)
      reply.resume()
      await sleep(pause * tries)
    }
  }
  const removeAll = async (keys: readonly string[]): Promise<void> => {
    const rest = [...keys]
    const work = async (): Promise<void> => {
      for (let key = rest.pop(); key !== undefined; key = rest.pop()) await remove(key)
    }
    await Promise.all(Array.from({ length: removers }, work))
  }
  /** Some of the keys that begin so, as they are known to us. */
  const list = async (prefix: string): Promise<readonly string[]> => {
    const query = { 'list-type': '2', 'max-keys': '1000', prefix: `${bucket.prefix}${prefix}` }
    const reply = await ask({ method: 'GET', key: '', query })
    if (reply.statusCode !== 200) return await refuse(reply, `list ${prefix}`)
    return readKeys(await text(reply)).map((key) => key.slice(bucket.prefix.length))
  }

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
      await removeAll(keys)
    },
    async clear(app, most) {
      for (let removed = 0; removed < most; ) {
        const keys = await list(`${app}/`)
        if (keys.length === 0) return true
        await removeAll(keys)
        removed += keys.length
      }
      return false
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

function writeBucketUrl({ endpoint, bucket }: Bucket): string {
  return `${endpoint.replace(/\/$/, '')}/${encodeName(bucket)}`
}

function writeQuery(query: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(query).toString()
  return text === '' ? '' : `?${text}`
}

/** The keys in the XML of a listing; what XML must escape is all that is escaped there. */
function readKeys(xml: string): readonly string[] {
  return [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) =>
    key.replace(/&(lt|gt|quot|apos|amp|#(\d+)|#x([0-9a-f]+));/gi, (_, name: string, decimal, hex) => {
      if (decimal ?? hex) return String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex, 16))
      return escaped[name.toLowerCase()] ?? ''
    }),
  )
}

const escaped: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

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
