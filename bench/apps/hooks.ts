// Takes webhooks as fast as it can, and says when the one about a record with a given label has come.
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Cleanup } from '../cleanup.ts'

export type Hooks = Readonly<{ url: string; await(label: string): Promise<void> }>

const patience = 120_000

/** Only bodies of the app `single` are read. */
export async function startHooks(cleanup: Cleanup): Promise<Hooks> {
  const waiting = new Map<string, () => void>()
  const server = createServer((request, response) => {
    if (request.url === '/single')
      void text(request).then((body) => {
        const { record } = JSON.parse(body) as { record: { label: string } }
        waiting.get(record.label)?.()
        waiting.delete(record.label)
      })
    else request.resume()
    request.on('end', () => response.writeHead(204).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanup.add(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    await: (label) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`The webhook of "${label}" did not come`)), patience)
        waiting.set(label, () => {
          clearTimeout(timer)
          resolve()
        })
      }),
  }
}
