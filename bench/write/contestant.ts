// What those who write have in common: they take lists of entries, and write one list with each request.
import { openConnection } from '../read/connection.ts'
import { checkReply, makeRequest, readAnswer } from '../read/exchange.ts'
import type { Address } from '../read/target.ts'
import type { Entry } from './entries.ts'

export type Batches = readonly (readonly Entry[])[]

/** Each sender is one client: it sends the next request, waits for the answer and checks it. */
export type Senders = Readonly<{ senders: readonly (() => Promise<void>)[]; close(): Promise<void> }>

export type Contestant = Readonly<{
  name: string
  node: string
  connections: number
  /** The rows of one request. */
  rows: number
  /** Whether each row goes with one in the audit log and one in the outbox. */
  tellsNews: boolean
  /** Logs in where that is needed, and makes the requests ready. */
  open(batches: Batches): Promise<Senders>
}>

/** Senders over HTTP: the content of the first answer is checked, all later ones must be as long to the byte. */
export async function openHttp(
  address: Address,
  bodies: readonly string[],
  connections: number,
  checkAnswer: (answer: unknown) => void,
): Promise<Senders> {
  const requests = bodies.map((body) => makeRequest(address, body))
  const opened = await Promise.all(Array.from({ length: connections }, () => openConnection(address.port)))
  const next = takeInTurn(requests)
  let length = 0
  const senders = opened.map((connection) => async () => {
    const reply = await connection.ask(next())
    checkReply(reply, length)
    if (length > 0) return
    checkAnswer(readAnswer(reply))
    length = reply.body.length
  })
  const close = async (): Promise<void> => {
    for (const connection of opened) connection.close()
  }
  return { senders, close }
}

/** Gives one value after the other, from the start again after the last. */
export function takeInTurn<T>(values: readonly T[]): () => T {
  let position = 0
  return () => {
    const value = values[position++ % values.length]
    if (value === undefined) throw new Error('There is nothing to send')
    return value
  }
}
