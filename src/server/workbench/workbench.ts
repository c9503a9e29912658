// What browsers get: the start page, a workbench for each API, their files, and what a caller may start from.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GraphQLSchema } from 'graphql'
import { buildDataStarters } from '../../api/starters/data-starters.ts'
import type { Starter } from '../../api/starters/starter.ts'
import { isAdmin } from '../../auth/viewer.ts'
import type { Config } from '../../config.ts'
import { fail } from '../../errors.ts'
import { listKnownRoles } from '../../pipeline/rights/known-roles.ts'
import type { OpenApp } from '../app.ts'
import { readNarrowedViewer } from '../viewer-of.ts'
import { createAssets } from './assets.ts'
import { adminStarters, platformStarters } from './fixed-starters.ts'
import { writeHome } from './home.ts'
import { sendHtml } from './html.ts'
import { writePage } from './page.ts'

export type PageRoute = Readonly<{ kind: 'data' | 'admin'; app: string }> | Readonly<{ kind: 'platform' }>

export type Workbench = Readonly<{
  home(apps: readonly string[], response: ServerResponse): void
  page(route: PageRoute, address: string, response: ServerResponse): Promise<void>
  asset(path: string, request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Tells a caller of a data API what to start from, and an administrator which roles there are. */
  desk(app: OpenApp, request: IncomingMessage, response: ServerResponse): Promise<void>
}>

const fixed = { data: [], admin: adminStarters, platform: platformStarters } as const

/** Without pages, as usual in production, all but the start page is not there. */
export function createWorkbench({ workbench: hasPages, isProduction }: Config): Workbench {
  const assets = createAssets()
  const built = new WeakMap<GraphQLSchema, readonly Starter[]>()
  const checkPages = (): void => {
    if (!hasPages)
      throw fail('NOT_FOUND', 'This server shows no pages here; METALOOM_WORKBENCH=1 has it show them')
  }
  return {
    home(apps, response) {
      sendHtml(response, () => writeHome({ apps: isProduction ? undefined : apps, hasPages }))
    },
    async page(route, address, response) {
      checkPages()
      const base = await assets.findBase()
      const app = 'app' in route ? route.app : undefined
      const starters = fixed[route.kind]
      sendHtml(response, (nonce) => writePage({ kind: route.kind, app, address, base, starters }, nonce))
    },
    async asset(path, request, response) {
      checkPages()
      await assets.answer(path, request, response)
    },
    async desk({ app, authenticator }, request, response) {
      checkPages()
      const viewer = await readNarrowedViewer(authenticator, request)
      const { registry, findSchema } = app.readEdition()
      const schema = await findSchema(viewer.roles)
      const starters = built.get(schema) ?? buildDataStarters(registry, schema)
      built.set(schema, starters)
      const mayChoose = isAdmin(viewer) || viewer.administrator !== undefined
      const roles = mayChoose ? [...new Set([...listKnownRoles(registry), 'anonymous'])].sort() : null
      response
        .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
        .end(JSON.stringify({ roles, starters }))
    },
  }
}
