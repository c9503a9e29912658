// A client of server-sent events, as the GraphQL over SSE protocol has them in its distinct connections mode.

export type EventStream = Readonly<{
  /** The next result; undefined when the server has ended the stream. */
  // biome-ignore lint/suspicious/noExplicitAny: what an event holds is what the test asserts
  next(): Promise<any>
  close(): void
}>

/** Opens a subscription; the reply must be a stream. */
export async function openEvents(
  url: string,
  query: string,
  variables: object,
  token: string,
): Promise<EventStream> {
  return await openEventsWith(url, { query, variables }, { authorization: `Bearer ${token}` })
}

/** The same with headers of one's own. */
export async function openEventsWith(
  url: string,
  body: Readonly<{ query: string; variables?: object }>,
  headers: Readonly<Record<string, string>>,
): Promise<EventStream> {
  const closing = new AbortController()
  const reply = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...headers,
    },
    body: JSON.stringify(body),
    signal: closing.signal,
  })
  if (reply.headers.get('content-type')?.startsWith('text/event-stream') !== true || reply.body === null)
    throw new Error(`No stream: ${reply.status} ${await reply.text()}`)
  const results = readEvents(reply.body)
  return {
    async next() {
      const { value, done } = await results.next()
      return done ? undefined : value
    },
    close: () => closing.abort(),
  }
}

async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder()
  let text = ''
  const reader = body.getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += decoder.decode(part.value, { stream: true })
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) {
      const data = event.split('\n').flatMap((line) => (line.startsWith('data: ') ? [line.slice(6)] : []))
      if (event.startsWith('event: next')) yield JSON.parse(data.join('\n'))
      if (event.startsWith('event: complete')) return
    }
  }
}
