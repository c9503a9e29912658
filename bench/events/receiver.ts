// Takes webhooks on this machine as fast as it can, and counts them.
import { createServer } from 'node:http'
import type { Cleanup } from '../cleanup.ts'

export type Receiver = Readonly<{
  url: string
  /** Resolves when so many have come since the last call of `begin`; rejects when none comes for ten seconds. */
  await(count: number): Promise<void>
  begin(): void
}>

const patience = 10_000

export async function startReceiver(cleanup: Cleanup): Promise<Receiver> {
  let received = 0
  let look = (): void => {}
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(204).end()
      received += 1
      look()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanup.add(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/hook`,
    begin: () => {
      received = 0
    },
    await: (count) =>
      new Promise((resolve, reject) => {
        const refuse = () => reject(new Error(`Only ${received} of ${count} messages came`))
        let timer = setTimeout(refuse, patience)
        look = () => {
          clearTimeout(timer)
          if (received >= count) resolve()
          else timer = setTimeout(refuse, patience)
        }
        look()
      }),
  }
}
