// Starts PostGraphile, which needs a newer Node.js than we do, and says how it is asked.
import { fileURLToPath } from 'node:url'
import { startProcess } from '../process.ts'
import { type Operation, poolSize, type Target, type TargetOptions, writeDocument } from '../target.ts'

const items = 'nodes { id: rowId description quantity unitPrice }'

const documents: Readonly<Record<Operation, string>> = {
  record: `query ($id: UUID!) {
    answer: invoiceByRowId(rowId: $id) { id: rowId number status total createdAt customerId }
  }`,
  list: `query ($after: Cursor) {
    answer: allInvoices(first: 50, after: $after) {
      nodes {
        id: rowId number status total createdAt
        customer: customerByCustomerId { id: rowId name email }
        items: invoiceItemsByInvoiceId(first: 10) { ${items} }
      }
    }
  }`,
  walk: 'query ($after: Cursor) { answer: allInvoices(first: 50, after: $after) { pageInfo { endCursor } } }',
  items: `query ($after: Cursor) { answer: allInvoiceItems(first: 5, after: $after) { ${items} } }`,
  lastItems: 'query { answer: allInvoiceItems(last: 6) { pageInfo { startCursor } } }',
}

export async function startPostGraphile(options: TargetOptions): Promise<Target> {
  const { nodes, folder, databaseUrl, cleanup } = options
  const port = await startProcess({
    node: nodes.newest.path,
    parameters: [fileURLToPath(new URL('../servers/postgraphile.ts', import.meta.url))],
    environment: { DATABASE_URL: databaseUrl, POOL_SIZE: String(poolSize), GRAPHILE_ENV: 'production' },
    directory: folder,
    cleanup,
  })
  return {
    name: 'PostGraphile 5',
    node: nodes.newest.version,
    port,
    open: async () => ({ port, path: '/graphql', headers: {} }),
    writeBody: writeDocument(documents),
  }
}
