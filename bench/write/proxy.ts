// Stands between a server and PostgreSQL, passes all bytes on unchanged, and counts what happens while it is asked to.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Cleanup } from '../cleanup.ts'
import { createReader } from './messages.ts'
import { follow, type Traffic } from './traffic.ts'

export type Counter = Readonly<{
  /** The url of the database by way of the proxy. */
  url: string
  /** What went over all connections while `work` was done. */
  count(work: () => Promise<void>): Promise<Traffic>
}>

export async function startProxy(databaseUrl: string, cleanup: Cleanup): Promise<Counter> {
  const url = new URL(databaseUrl)
  const [host, port] = [url.hostname, Number(url.port)]
  let traffic = startTraffic()
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const database = connect({ host, port, noDelay: true })
    for (const socket of [client.setNoDelay(true), database]) sockets.add(socket)
    join(client, database, () => traffic)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  cleanup.add(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    count: async (work) => {
      const counted = startTraffic()
      traffic = counted
      await work()
      traffic = startTraffic()
      return counted
    },
  }
}

function startTraffic(): Traffic {
  return { statements: [], roundTrips: 0 }
}

function join(client: Socket, database: Socket, note: () => Traffic): void {
  const { onClient, onServer } = follow(note)
  client.on('data', createReader(onClient, true))
  database.on('data', createReader(onServer, false))
  client.pipe(database)
  database.pipe(client)
  for (const [socket, other] of [
    [client, database],
    [database, client],
  ] as const)
    socket.on('error', () => other.destroy()).on('close', () => other.destroy())
}
