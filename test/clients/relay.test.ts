// Relay's compiler takes the schema of every set of roles: connections, node and ids as its specifications have them.
import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { installPackages } from '../support/packages.ts'

const run = promisify(execFile)
let tools: string
beforeAll(async () => {
  tools = await installPackages('test/clients')
}, 150_000)

const config = {
  src: './src',
  schema: './schema.graphql',
  language: 'typescript',
  artifactDirectory: './src/__generated__',
  schemaConfig: { nodeInterfaceIdField: 'nodeId', nodeInterfaceIdVariableName: 'nodeId' },
  customScalarTypes: { Decimal: 'string', DateTime: 'string', Date: 'string' },
}

const list = (type: string, field: string) => `
export const list = graphql\`
  fragment list_all on Query @refetchable(queryName: "listNextQuery") @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" }) {
    ${field}(first: $count, after: $cursor) @connection(key: "list_${field}") { edges { node { id ...list_one } } pageInfo { hasNextPage endCursor } }
  }
\`
export const one = graphql\`fragment list_one on ${type} @refetchable(queryName: "listOneQuery") { id _version }\`
export const page = graphql\`query listQuery { ...list_all }\`
`
const create = `
export const create = graphql\`
  mutation listCreateMutation($input: InvoiceCreateInput!, $connections: [ID!]!) {
    createInvoice(input: $input) @prependNode(connections: $connections, edgeTypeName: "InvoiceEdge") { id number total }
  }
\`
export const news = graphql\`subscription listSubscription { invoiceChanged { kind id node { id status } } }\`
`

/** Compiles a module in a folder of its own, and gives what was made. */
async function compile(role: string, source: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'metaloom-relay-'))
  try {
    await mkdir(join(folder, 'src/__generated__'), { recursive: true })
    await copyFile(`schema-snapshots/invoicing.${role}.graphql`, join(folder, 'schema.graphql'))
    await writeFile(join(folder, 'src/list.ts'), `import { graphql } from 'relay-runtime'\n${source}`)
    await writeFile(join(folder, 'relay.config.json'), JSON.stringify(config))
    await run('node', [join(process.cwd(), tools, 'relay-compiler/cli.js'), 'relay.config.json'], {
      cwd: folder,
    })
    return (await readdir(join(folder, 'src/__generated__'))).sort()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test.each([
  ['anonymous', 'Product', 'products', ''],
  ['kiosk', 'Product', 'products', ''],
  ['customer', 'Invoice', 'invoices', ''],
  ['accountant', 'Invoice', 'invoices', create],
])(
  'of those who are %s',
  async (role, type, field, more) => {
    const made = await compile(role, list(type, field) + more)
    const expected = ['listNextQuery', 'listOneQuery', 'listQuery', 'list_all', 'list_one']
    const others = more ? ['listCreateMutation', 'listSubscription'] : []
    expect(made).toEqual([...expected, ...others].map((name) => `${name}.graphql.ts`).sort())
  },
  30_000,
)
