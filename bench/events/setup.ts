// What a run of events stands on: PostgreSQL, one Metaloom, and two entities that differ in a webhook only.
import { join } from 'node:path'
import type { Cleanup } from '../cleanup.ts'
import { compileMetaloom } from '../compile.ts'
import { findNodes } from '../nodes.ts'
import { startDatabase } from '../read/database.ts'
import type { Address } from '../read/target.ts'
import { adminPath, call, installMetaloom, launchMetaloom, logIn } from '../read/targets/metaloom.ts'

const fields = [
  { name: 'number', type: 'string', required: true },
  { name: 'amount', type: 'decimal', precision: 2 },
]

/** Starts everything; returns where the data API is asked. The webhook has a condition, as most have. */
export async function setUp(folder: string, hook: string, cleanup: Cleanup): Promise<Address> {
  const nodes = findNodes()
  const databaseUrl = await startDatabase(join(folder, 'database'), cleanup)
  const options = { nodes, folder, databaseUrl, cleanup }
  const plain = await installMetaloom(await compileMetaloom(folder), options)
  // A receiver on this machine is out of reach in production.
  const development = { NODE_ENV: 'development', METALOOM_ALLOW_PRIVATE_WEBHOOKS: '1' }
  const environment = { ...plain.environment, ...development }
  const installation = { ...plain, environment }
  const port = await launchMetaloom(installation, nodes.own, options)
  const { headers } = await logIn(installation.admin, port)
  const document = JSON.stringify({
    version: 1,
    entities: ['plain', 'hooked'].map((name) => ({
      name,
      table: `${name}_rows`,
      plural: `${name}_rows`,
      fields,
    })),
    webhooks: [{ entity: 'hooked', url: hook, condition: 'record.amount > 0' }],
  })
  const define = 'mutation ($document: String!) { answer: importMetadata(document: $document) { revision } }'
  await call({ port, path: adminPath, headers }, define, { document })
  return await logIn(installation.admin, port)
}
