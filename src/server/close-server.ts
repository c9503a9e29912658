// Ends an HTTP server without cutting off those it is answering.
import type { Server } from 'node:http'

/** How often connections are looked for that have nothing to do any more, in milliseconds. */
const lookEvery = 50

/** Takes no more connections, lets requests that run finish for so many milliseconds at most, and cuts off the rest. */
export async function closeServer(server: Server, patience: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const look = setInterval(() => server.closeIdleConnections(), lookEvery)
  const force = setTimeout(() => server.closeAllConnections(), patience)
  await closed
  clearInterval(look)
  clearTimeout(force)
}
