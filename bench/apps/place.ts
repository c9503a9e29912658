// What all parts stand on: a PostgreSQL, Metaloom as it is compiled now, and apps that are made and asked by an owner of the platform.
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cleanup } from '../cleanup.ts'
import { compileMetaloom } from '../compile.ts'
import { makeFolder } from '../folder.ts'
import { findNodes, type Node } from '../nodes.ts'
import { startProcess } from '../read/process.ts'
import type { Address } from '../read/target.ts'
import { call } from '../read/targets/metaloom.ts'
import { startLargeDatabase } from './database.ts'

export type Place = Readonly<{
  databaseUrl: string
  folder: string
  node: Node
  /** Starts one more process with this `app.yaml`. */
  launch(name: string, settings: string, options?: LaunchOptions): Promise<Server>
}>
export type LaunchOptions = Readonly<{
  flags?: readonly string[]
  environment?: Readonly<Record<string, string>>
  hear?(text: string): void
}>

/** A process that serves; its token is that of the owner and good in every app for 15 minutes. */
export type Server = Readonly<{
  at(app: string, api?: 'admin'): Address
  createApp(name: string): Promise<void>
  importInto(app: string, document: unknown): Promise<void>
}>

export async function preparePlace(cleanup: Cleanup): Promise<Place> {
  const folder = await makeFolder(cleanup)
  const databaseUrl = await startLargeDatabase(join(folder, 'database'), cleanup)
  const dist = await compileMetaloom(folder)
  const account = { email: 'bench@example.com', password: randomBytes(12).toString('base64url') }
  const secret = randomBytes(32).toString('base64url')
  const { own: node } = findNodes()
  return {
    databaseUrl,
    folder,
    node,
    async launch(name, settings, { flags = [], environment = {}, hear } = {}) {
      const directory = join(folder, name)
      await mkdir(directory)
      await writeFile(join(directory, 'app.yaml'), settings)
      const port = await startProcess({
        node: node.path,
        parameters: [...flags, join(dist, 'main.js')],
        environment: {
          PORT: '0',
          DATABASE_URL: databaseUrl,
          METALOOM_ADMIN_EMAIL: account.email,
          METALOOM_ADMIN_PASSWORD: account.password,
          METALOOM_SECRET: secret,
          METALOOM_DATA_DIR: join(folder, 'data'),
          METALOOM_LOG_LEVEL: 'warn',
          ...environment,
        },
        directory,
        cleanup,
        ...(hear ? { hear } : {}),
      })
      return await openServer(port, account)
    },
  }
}

async function openServer(port: number, account: Readonly<Record<string, string>>): Promise<Server> {
  const platform = { port, path: '/api/_platform/graphql', headers: {} }
  const login =
    'mutation ($email: String!, $password: String!) { answer: login(email: $email, password: $password) { token } }'
  const { token } = await call(platform, login, account)
  const headers = { authorization: `Bearer ${token}` }
  const at: Server['at'] = (app, api) => ({
    port,
    path: `/api/${app}/${api === undefined ? '' : `${api}/`}graphql`,
    headers,
  })
  const create = 'mutation ($name: String!) { answer: createApp(name: $name) { adminEmail } }'
  const take = 'mutation ($document: String!) { answer: importMetadata(document: $document) { revision } }'
  return {
    at,
    createApp: async (name) => void (await call({ ...platform, headers }, create, { name })),
    importInto: async (app, document) =>
      void (await call(at(app, 'admin'), take, { document: JSON.stringify(document) })),
  }
}

/** An entity with two plain fields. */
export function defineThing(name: string) {
  return {
    name,
    fields: [
      { name: 'label', type: 'string' },
      { name: 'amount', type: 'int' },
    ],
  }
}
