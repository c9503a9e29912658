// Receives webhooks over HTTP, as a client's server would, and keeps what came.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** One request; `body` is the text to the letter, `message` what it says. */
export type Received = Readonly<{
  path: string
  method: string
  headers: Readonly<Record<string, string>>
  body: string
  // biome-ignore lint/suspicious/noExplicitAny: what a message holds is what the test asserts
  message: any
}>

/** What to answer: a status, with a body and headers, at once or when the promise is kept. */
export type Answer = Readonly<{ status: number; body?: string; headers?: Record<string, string> }>
export type Respond = (
  received: Received,
  response: ServerResponse,
) => Answer | undefined | Promise<Answer | undefined>

export type Receiver = Readonly<{
  url: string
  received: readonly Received[]
  /** What those who come from now on are answered; 200 before that. Undefined: the test answers by itself. */
  respond(answer: Respond): void
  /** Resolves with all that came once there are so many, of those that the test picks. */
  await(count: number, pick?: (received: Received) => boolean): Promise<readonly Received[]>
  clear(): void
  stop(): Promise<void>
}>

const patience = 10_000

/** Starts to listen on a port of its own. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  const waiting = new Set<() => void>()
  let respond: Respond = () => ({ status: 200 })
  const server = createServer((request, response) => {
    read(request).then(async (each) => {
      received.push(each)
      for (const look of waiting) look()
      const answer = await respond(each, response)
      if (answer) response.writeHead(answer.status, answer.headers).end(answer.body ?? '')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    respond(answer) {
      respond = answer
    },
    async await(count, pick = () => true) {
      const find = () => received.filter(pick)
      await new Promise<void>((resolve, reject) => {
        const look = (): void => {
          if (find().length < count) return
          waiting.delete(look)
          clearTimeout(timer)
          resolve()
        }
        const timer = setTimeout(
          () =>
            reject(new Error(`Only ${find().length} of ${count} messages came: ${JSON.stringify(received)}`)),
          patience,
        )
        waiting.add(look)
        look()
      })
      return find()
    },
    clear() {
      received.length = 0
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function read(request: IncomingMessage): Promise<Received> {
  let body = ''
  for await (const chunk of request) body += chunk
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  )
  const { url: path = '', method = '' } = request
  return { path, method, headers, body, message: body === '' ? undefined : JSON.parse(body) }
}
