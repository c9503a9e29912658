// Starts the hand-written server on the newest Node.js.
import { fileURLToPath } from 'node:url'
import { startProcess } from '../process.ts'
import { poolSize, type Target, type TargetOptions } from '../target.ts'

export async function startHand({ nodes, folder, databaseUrl, cleanup }: TargetOptions): Promise<Target> {
  const port = await startProcess({
    node: nodes.newest.path,
    parameters: [fileURLToPath(new URL('../servers/hand.ts', import.meta.url))],
    environment: { DATABASE_URL: databaseUrl, POOL_SIZE: String(poolSize) },
    directory: folder,
    cleanup,
  })
  return {
    name: 'hand-written',
    node: nodes.newest.version,
    port,
    open: async () => ({ port, path: '/', headers: {} }),
    writeBody: (operation, variables) => JSON.stringify({ operation, variables }),
  }
}
