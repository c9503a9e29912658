// GraphiQL from the package, without any network, compressed once per API and address, with tabs to start from.
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { renderGraphiQL } from '@graphql-yoga/render-graphiql'
import { type GraphiQLKind, starterTabs } from './starter-tabs.ts'

const compress = promisify(gzip)

export type Page = Readonly<{ plain: string; compressed: Buffer }>

/** Renders pages on first use and keeps them; `address` is the path that the page sends requests to. */
export function createGraphiQL(adminEmail: string): (kind: GraphiQLKind, address: string) => Promise<Page> {
  const pages = new Map<string, Promise<Page>>()
  return (kind, address) => {
    const known = pages.get(address)
    if (known) return known
    const page = renderPage(kind, address, adminEmail)
    pages.set(address, page)
    return page
  }
}

async function renderPage(kind: GraphiQLKind, address: string, adminEmail: string): Promise<Page> {
  const page = renderGraphiQL({
    endpoint: address,
    title: `Metaloom: ${address}`,
    defaultTabs: starterTabs(kind, adminEmail),
    shouldPersistHeaders: true,
    subscriptionsProtocol: 'GRAPHQL_SSE',
  })
  const plain = page.replace('<head>', `<head>${storageScript}`)
  return { plain, compressed: await compress(plain) }
}

/** GraphiQL keeps its tabs under the same names for a whole origin; each API shall keep its own. */
const storageScript = `<script>
for (const name of ['getItem', 'setItem', 'removeItem']) {
  const original = Storage.prototype[name]
  Storage.prototype[name] = function (key, ...rest) {
    return original.call(this, location.pathname + ' ' + key, ...rest)
  }
}
</script>`
