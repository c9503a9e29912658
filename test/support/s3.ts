// A real S3 server with one bucket; before it stands a gate that looks at what the server does not: signatures and hashes.
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import S3rver from 's3rver'
import type { S3Settings } from '../../src/config/file-settings.ts'
import { listenOn } from '../../src/server/http.ts'

export type S3Server = Readonly<{ settings: S3Settings; stop(): Promise<void> }>

const region = 'eu-central-1'
const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'the secret of the bucket' }

/** Starts the server and its gate on free ports. */
export async function startS3(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'metaloom-s3-'))
  const configureBuckets = [{ name: 'loom', configs: [] }]
  const server = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory, configureBuckets })
  const { port } = (await server.run()) as unknown as { port: number }
  const gate = createServer((request, response) => {
    pass(request, response, port).catch(() => response.destroy())
  })
  const gatePort = await listenOn(gate, '127.0.0.1', 0)
  return {
    settings: {
      endpoint: `http://127.0.0.1:${gatePort}`,
      region,
      bucket: 'loom',
      prefix: 'apps/',
      ...credentials,
    },
    async stop() {
      gate.closeAllConnections()
      await new Promise((resolve) => gate.close(resolve))
      await server.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function pass(request: IncomingMessage, response: ServerResponse, port: number): Promise<void> {
  const body = await buffer(request)
  if (!(await isSigned(request, body))) {
    response.writeHead(403).end('<Error><Code>SignatureDoesNotMatch</Code></Error>')
    return
  }
  const { method, url: path, headers } = request
  const inner = send({ port, host: '127.0.0.1', method, path, headers }, (reply) => {
    response.writeHead(reply.statusCode ?? 500, reply.headers)
    reply.pipe(response)
  })
  inner.on('error', () => response.destroy())
  inner.end(body)
}

/** Signs the request again with the signer of AWS, and compares. */
async function isSigned(request: IncomingMessage, body: Buffer): Promise<boolean> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x')
  const isByQuery = searchParams.has('X-Amz-Signature')
  const authorization = request.headers.authorization ?? ''
  const names = isByQuery
    ? (searchParams.get('X-Amz-SignedHeaders') ?? '')
    : (/SignedHeaders=([^,]+)/.exec(authorization)?.[1] ?? '')
  const own = names.split(';').map((name) => [name, String(request.headers[name])] as const)
  const hash = request.headers['x-amz-content-sha256']
  if (!isByQuery && hash !== createHash('sha256').update(body).digest('hex')) return false
  const signer = new SignatureV4({
    service: 's3',
    region,
    credentials,
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  })
  const asked = {
    method: request.method ?? 'GET',
    protocol: 'http:',
    hostname: '127.0.0.1',
    path: pathname,
    query: Object.fromEntries([...searchParams].filter(([name]) => !name.startsWith('X-Amz-'))),
    headers: {
      ...Object.fromEntries(own),
      ...(isByQuery ? { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } : {}),
    },
  }
  const date = searchParams.get('X-Amz-Date') ?? String(request.headers['x-amz-date'])
  const signingDate = new Date(
    date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  )
  if (!isByQuery) return (await signer.sign(asked, { signingDate })).headers.authorization === authorization
  const expiresIn = Number(searchParams.get('X-Amz-Expires'))
  const presigned = await signer.presign(asked, {
    signingDate,
    expiresIn,
    unhoistableHeaders: new Set([...names.split(';'), 'x-amz-content-sha256']),
    unsignableHeaders: new Set(['x-amz-content-sha256']),
    signableHeaders: new Set(names.split(';')),
  })
  return presigned.query?.['X-Amz-Signature'] === searchParams.get('X-Amz-Signature')
}
