// The files that the pages need, read and compressed when the first page asks, under an address that changes with them.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { fail } from '../../errors.ts'

const compress = promisify(gzip)
const own = ['session.js', 'page.js', 'look.css'] as const

type Asset = Readonly<{ type: string; plain: Buffer; compressed: Buffer }>
type AssetSet = Readonly<{ base: string; files: ReadonlyMap<string, Asset> }>

export type Assets = Readonly<{
  /** The address that the files are below, such as `/workbench/0123abcd`. */
  findBase(): Promise<string>
  answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void>
}>

export function createAssets(): Assets {
  let loading: Promise<AssetSet> | undefined
  const load = (): Promise<AssetSet> => {
    loading ??= loadAssets()
    return loading
  }
  return {
    findBase: async () => (await load()).base,
    async answer(path, request, response) {
      const { base, files } = await load()
      const asset = path.startsWith(`${base}/`) ? files.get(path.slice(base.length + 1)) : undefined
      if (asset === undefined) throw fail('NOT_FOUND', 'There is no such file')
      sendAsset(asset, request, response)
    },
  }
}

/** The editor is 9 MB of text, so it is not loaded by a server that shows no pages. */
async function loadAssets(): Promise<AssetSet> {
  const { css, editorWorkerService, graphqlWorker, js, jsonWorker } = await import(
    '@graphql-yoga/render-graphiql/graphiql'
  )
  const texts = new Map([
    ['graphiql.js', js],
    ['graphiql.css', css],
    ['editorWorkerService.worker.js', editorWorkerService],
    ['graphql.worker.js', graphqlWorker],
    ['json.worker.js', jsonWorker],
  ])
  for (const name of own)
    texts.set(name, await readFile(new URL(`./browser/${name}`, import.meta.url), 'utf8'))
  const hash = createHash('sha256')
  const files = new Map<string, Asset>()
  for (const [name, text] of texts) {
    hash.update(text)
    const plain = Buffer.from(text)
    const type = name.endsWith('.css') ? 'text/css' : 'text/javascript'
    files.set(name, { type, plain, compressed: await compress(plain) })
  }
  return { base: `/workbench/${hash.digest('hex').slice(0, 16)}`, files }
}

function sendAsset(
  { type, plain, compressed }: Asset,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const takesGzip = String(request.headers['accept-encoding'] ?? '').includes('gzip')
  response
    .writeHead(200, {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'public, max-age=31536000, immutable',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
      ...(takesGzip ? { 'content-encoding': 'gzip' } : {}),
    })
    .end(takesGzip ? compressed : plain)
}
