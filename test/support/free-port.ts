// Finds a port that nobody listens at, for programs that must be told one.
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** The system gave it a moment ago, and gives it to nobody else soon. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
