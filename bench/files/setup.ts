// What a run of files stands on: PostgreSQL, one Metaloom that takes files of the size, and the bare server.
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Cleanup } from '../cleanup.ts'
import { compileMetaloom } from '../compile.ts'
import { findNodes } from '../nodes.ts'
import { startDatabase } from '../read/database.ts'
import { startProcess } from '../read/process.ts'
import type { Address } from '../read/target.ts'
import { installMetaloom, launchMetaloom, logIn } from '../read/targets/metaloom.ts'

/** Both servers; the bare one is known by its port. */
export type Setup = Readonly<{ metaloom: Address; barePort: number }>

export async function setUp(folder: string, size: number, cleanup: Cleanup): Promise<Setup> {
  const nodes = findNodes()
  const databaseUrl = await startDatabase(join(folder, 'database'), cleanup)
  const options = { nodes, folder, databaseUrl, cleanup }
  const installation = await installMetaloom(await compileMetaloom(folder), options)
  await appendFile(join(folder, 'app.yaml'), `files: { max_size: ${size} }\n`)
  const port = await launchMetaloom(installation, nodes.own, options)
  const barePort = await startProcess({
    node: nodes.own.path,
    parameters: [
      '--import',
      import.meta.resolve('tsx'),
      fileURLToPath(new URL('./bare.ts', import.meta.url)),
      join(folder, 'bare'),
    ],
    environment: {},
    directory: folder,
    cleanup,
  })
  return { metaloom: await logIn(installation.admin, port), barePort }
}
