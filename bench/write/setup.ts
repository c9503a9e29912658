// Everything that a run of writes stands on: PostgreSQL, Metaloom twice with the same definitions, two callers, the rows.
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cleanup } from '../cleanup.ts'
import { compileMetaloom } from '../compile.ts'
import { findNodes } from '../nodes.ts'
import { findAppDatabase, startDatabase, visit } from '../read/database.ts'
import type { TargetOptions } from '../read/target.ts'
import {
  type Account,
  adminPath,
  call,
  type Installation,
  installMetaloom,
  launchMetaloom,
  logIn,
} from '../read/targets/metaloom.ts'
import { clerk, definitions } from './definitions.ts'

export type Setup = Readonly<{
  options: TargetOptions
  installation: Installation
  /** The database of the app, with the tables. */
  databaseUrl: string
  /** Ports of the instances on the Node.js that started the run, and on the newest. */
  ports: Readonly<{ own: number; newest: number }>
  /** Passes all policies, and needs one. */
  accounts: Readonly<{ admin: Account; clerk: Account }>
}>

export async function setUp(folder: string, cleanup: Cleanup): Promise<Setup> {
  const nodes = findNodes()
  const url = await startDatabase(join(folder, 'database'), cleanup)
  const options = { nodes, folder, databaseUrl: url, cleanup }
  const installation = await installMetaloom(await compileMetaloom(folder), options)
  const own = await launchMetaloom(installation, nodes.own, options)
  const account = { email: 'clerk@example.com', password: randomBytes(12).toString('base64url') }
  await define(installation, own, account)
  const databaseUrl = await findAppDatabase(url)
  const rows = await readFile(new URL('./rows.sql', import.meta.url), 'utf8')
  await visit(databaseUrl, (sql) => sql.unsafe(rows))
  const newest = await launchMetaloom(installation, nodes.newest, options)
  const accounts = { admin: installation.admin, clerk: account }
  return { options, installation, databaseUrl, ports: { own, newest }, accounts }
}

/** Imports the definitions, which makes the tables, and adds the caller who is no administrator. */
async function define({ admin }: Installation, port: number, account: Account): Promise<void> {
  const { headers } = await logIn(admin, port)
  const address = { port, path: adminPath, headers }
  const document = JSON.stringify(definitions)
  await call(
    address,
    'mutation ($document: String!) { answer: importMetadata(document: $document) { revision } }',
    { document },
  )
  await call(address, 'mutation ($input: UserInput!) { answer: createUser(input: $input) { id } }', {
    input: { ...account, roles: [clerk] },
  })
}
