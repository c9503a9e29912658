// Stands between a server and PostgreSQL and notes the SQL of every statement that goes over, as PostgreSQL gets it.
import { connect, createServer, type Socket } from 'node:net'

export type StatementRecorder = Readonly<{
  /** The address to give to the server instead of the real one. */
  url: string
  /** What was run since the last time, in the order of arrival. */
  take(): readonly string[]
  /** How often the client spoke after it was answered, since the last time: what is sent in one go counts once. */
  takeTrips(): number
  stop(): Promise<void>
}>

/** Starts to listen in front of the PostgreSQL at `url`. */
export async function recordStatements(url: string): Promise<StatementRecorder> {
  const real = new URL(url)
  const sockets = new Set<Socket>()
  let recorded: string[] = []
  let trips = 0
  const server = createServer((client) => {
    const upstream = connect(Number(real.port), real.hostname)
    const read = readMessages((text) => recorded.push(text))
    let isAnswered = true
    client.on('data', (bytes) => {
      if (isAnswered) trips += 1
      isAnswered = false
      read(bytes)
    })
    upstream.on('data', () => {
      isAnswered = true
    })
    client.pipe(upstream).pipe(client)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const own = new URL(url)
  own.host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  return {
    url: own.href,
    take() {
      const taken = recorded
      recorded = []
      return taken
    },
    takeTrips() {
      const taken = trips
      trips = 0
      return taken
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Reads the client's side of the protocol: Parse gives a text a name, Bind runs it; the first message has no type. */
function readMessages(note: (text: string) => void): (bytes: Buffer) => void {
  const texts = new Map<string, string>()
  let rest: Buffer = Buffer.alloc(0)
  let isStarted = false
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    for (;;) {
      const start = isStarted ? 1 : 0
      if (rest.length < start + 4) return
      const end = start + rest.readInt32BE(start)
      if (rest.length < end) return
      if (isStarted) readMessage(String.fromCharCode(rest[0] ?? 0), rest.subarray(5, end), texts, note)
      isStarted = true
      rest = rest.subarray(end)
    }
  }
}

function readMessage(
  kind: string,
  body: Buffer,
  texts: Map<string, string>,
  note: (text: string) => void,
): void {
  const [first = '', second = ''] = body.toString('latin1').split('\0', 2)
  if (kind === 'P') texts.set(first, second)
  if (kind === 'B') note(texts.get(second) ?? '')
  if (kind === 'Q') note(first)
}
