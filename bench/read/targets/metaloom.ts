// Starts Metaloom as it is used in production, defines the three entities, and says how it is asked: always logged in.
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Node } from '../../nodes.ts'
import { startProcess } from '../process.ts'
import {
  type Address,
  type Operation,
  poolSize,
  type Target,
  type TargetOptions,
  writeDocument,
} from '../target.ts'
import { clerk, entities, permissions, relations } from './metaloom-definitions.ts'

export type Account = Readonly<{ email: string; password: string }>
/** What several instances on one database share. */
export type Installation = Readonly<{
  dist: string
  admin: Account
  environment: Readonly<Record<string, string>>
}>

const dataPath = '/api/demo/graphql'
export const adminPath = '/api/demo/admin/graphql'
const items = 'nodes { id description quantity unitPrice }'

const documents: Readonly<Record<Operation, string>> = {
  record: 'query ($id: ID!) { answer: invoice(id: $id) { id number status total createdAt customerId } }',
  list: `query ($after: String) {
    answer: invoices(first: 50, after: $after) {
      nodes { id number status total createdAt customer { id name email } items(first: 10) { ${items} } }
    }
  }`,
  walk: 'query ($after: String) { answer: invoices(first: 50, after: $after) { pageInfo { endCursor } } }',
  items: `query ($after: String) { answer: invoiceItems(first: 5, after: $after) { ${items} } }`,
  lastItems: 'query { answer: invoiceItems(last: 6) { pageInfo { startCursor } } }',
}

/** Settles the secrets and settings of the instances to come; `dist` holds the compiled server. */
export async function installMetaloom(
  dist: string,
  { folder, databaseUrl }: TargetOptions,
): Promise<Installation> {
  await writeFile(join(folder, 'app.yaml'), `database: { pool: ${poolSize} }\n`)
  const admin = { email: 'bench@example.com', password: randomBytes(12).toString('base64url') }
  const environment = {
    PORT: '0',
    DATABASE_URL: databaseUrl,
    METALOOM_ADMIN_EMAIL: admin.email,
    METALOOM_ADMIN_PASSWORD: admin.password,
    METALOOM_SECRET: randomBytes(32).toString('base64url'),
    METALOOM_DATA_DIR: join(folder, 'metaloom'),
    METALOOM_LOG_LEVEL: 'warn',
  }
  return { dist, admin, environment }
}

/** Starts one instance, in `folder`, and returns its port; `flags` are for Node.js. */
export async function launchMetaloom(
  { dist, environment }: Installation,
  node: Node,
  { folder, cleanup }: Pick<TargetOptions, 'folder' | 'cleanup'>,
  flags: readonly string[] = [],
): Promise<number> {
  const parameters = [...flags, join(dist, 'main.js')]
  return await startProcess({ node: node.path, parameters, environment, directory: folder, cleanup })
}

export async function startMetaloom(
  installation: Installation,
  node: Node,
  options: TargetOptions,
  flags: readonly string[] = [],
): Promise<Target> {
  const port = await launchMetaloom(installation, node, options, flags)
  return {
    name: 'Metaloom',
    node: node.version,
    port,
    open: () => logIn(installation.admin, port),
    writeBody: writeDocument(documents),
  }
}

/** The same instance, asked by a caller to whom policies show rows one by one; beside the administrator, who passes them. */
export function addPolicies(target: Target, account: Account): Target {
  return {
    ...target,
    name: `${target.name}, row policies`,
    plain: target.name,
    open: () => logIn(account, target.port),
  }
}

/** Makes that caller and the policies. */
export async function definePolicies(installation: Installation, { port }: Target): Promise<Account> {
  const { headers } = await logIn(installation.admin, port)
  const admin = { port, path: adminPath, headers }
  const account = { email: 'clerk@example.com', password: randomBytes(12).toString('base64url') }
  const define = 'mutation ($input: PermissionInput!) { answer: createPermission(input: $input) { id } }'
  for (const permission of permissions)
    await call(admin, define, { input: { ...permission, action: 'READ', roles: clerk.roles } })
  await call(admin, 'mutation ($input: UserInput!) { answer: createUser(input: $input) { id } }', {
    input: { ...account, ...clerk },
  })
  return account
}

/** Makes the entities and relations, and with them the tables. */
export async function defineEntities(installation: Installation, { port }: Target): Promise<void> {
  const { headers } = await logIn(installation.admin, port)
  const admin = { port, path: adminPath, headers }
  for (const input of entities)
    await call(admin, 'mutation ($input: EntityInput!) { answer: createEntity(input: $input) { name } }', {
      input,
    })
  for (const input of relations)
    await call(
      admin,
      'mutation ($input: RelationInput!) { answer: createRelation(input: $input) { name } }',
      {
        input,
      },
    )
}

/** Logs in, and returns where and how the data API is asked then. */
export async function logIn({ email, password }: Account, port: number): Promise<Address> {
  const { token } = await call(
    { port, path: adminPath, headers: {} },
    'mutation ($email: String!, $password: String!) { answer: login(email: $email, password: $password) { token } }',
    { email, password },
  )
  return { port, path: dataPath, headers: { authorization: `Bearer ${token}` } }
}

/** Asks once, outside any measurement, and returns `data.answer`. */
export async function call(
  address: Address,
  query: string,
  variables: unknown,
): Promise<Record<string, unknown>> {
  const response = await fetch(`http://127.0.0.1:${address.port}${address.path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...address.headers },
    body: JSON.stringify({ query, variables }),
  })
  const text = await response.text()
  const reply = JSON.parse(text) as { data?: { answer: Record<string, unknown> }; errors?: unknown }
  if (reply.errors !== undefined || reply.data === undefined)
    throw new Error(`Metaloom answered ${response.status} ${text.slice(0, 1_000)}`)
  return reply.data.answer
}
