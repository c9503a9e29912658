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
import { entities, relations } from './metaloom-definitions.ts'

/** What several instances on one database share. */
export type Installation = Readonly<{
  dist: string
  email: string
  password: string
  environment: Readonly<Record<string, string>>
}>

const dataPath = '/api/demo/graphql'
const adminPath = '/api/demo/admin/graphql'
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
  const email = 'bench@example.com'
  const password = randomBytes(12).toString('base64url')
  const environment = {
    PORT: '0',
    DATABASE_URL: databaseUrl,
    METALOOM_ADMIN_EMAIL: email,
    METALOOM_ADMIN_PASSWORD: password,
    METALOOM_SECRET: randomBytes(32).toString('base64url'),
    METALOOM_DATA_DIR: join(folder, 'metaloom'),
    METALOOM_LOG_LEVEL: 'warn',
  }
  return { dist, email, password, environment }
}

export async function startMetaloom(
  installation: Installation,
  node: Node,
  { folder, cleanup }: TargetOptions,
): Promise<Target> {
  const { dist, environment } = installation
  const parameters = [join(dist, 'main.js')]
  const port = await startProcess({ node: node.path, parameters, environment, directory: folder, cleanup })
  return {
    name: 'Metaloom',
    node: node.version,
    port,
    open: () => logIn(installation, port),
    writeBody: writeDocument(documents),
  }
}

/** Makes the entities and relations, and with them the tables. */
export async function defineEntities(installation: Installation, { port }: Target): Promise<void> {
  const { headers } = await logIn(installation, port)
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

async function logIn({ email, password }: Installation, port: number): Promise<Address> {
  const { token } = await call(
    { port, path: adminPath, headers: {} },
    'mutation ($email: String!, $password: String!) { answer: login(email: $email, password: $password) { token } }',
    { email, password },
  )
  return { port, path: dataPath, headers: { authorization: `Bearer ${token}` } }
}

async function call(address: Address, query: string, variables: unknown): Promise<Record<string, unknown>> {
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
