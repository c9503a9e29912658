// Asks every question once before any is measured, and compares the whole answers with what stands in the tables.
import { isDeepStrictEqual } from 'node:util'
import { openConnection } from './connection.ts'
import { checkReply, type Exchange, makeRequest, readAnswer } from './exchange.ts'
import type { Question } from './scenario.ts'
import type { Address } from './target.ts'

type Item = Readonly<{ id: string; description: string; quantity: number; unitPrice: string }>
type Invoice = Readonly<{
  id: string
  number: string
  status: string
  total: string
  createdAt: string | Date
  customerId: string
  customer: Readonly<{ id: string; name: string; email: string }>
  items: readonly Item[]
}>

/** What stands in the tables: the first invoices by id, and all items by id. */
export type Truth = Readonly<{ invoices: readonly Invoice[]; items: readonly Item[] }>

/** Servers that compile what is asked often must be right then too. */
const leastAsked = 20

/** Checks the answers and returns the questions as exchanges, with the length that each reply had. */
export async function verify(address: Address, questions: readonly Question[]): Promise<Exchange[]> {
  const connection = await openConnection(address.port)
  const exchanges: Exchange[] = []
  try {
    for (const { body, answer } of questions) {
      const request = makeRequest(address, body)
      let length = 0
      for (let asked = 0; asked < leastAsked; asked += questions.length) {
        const reply = await connection.ask(request)
        checkReply(reply, length)
        checkAnswer(readAnswer(reply), answer)
        length = reply.body.length
      }
      exchanges.push({ request, body, length })
    }
    return exchanges
  } finally {
    connection.close()
  }
}

function checkAnswer(found: unknown, expected: unknown): void {
  const [one, other] = [normalize(found), normalize(expected)]
  if (isDeepStrictEqual(one, other)) return
  const show = (value: unknown): string => JSON.stringify(value).slice(0, 600)
  throw new Error(`Wrong answer\n  found    ${show(one)}\n  expected ${show(other)}`)
}

/** The same moments are spelled in different ways. */
function normalize(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, inner: unknown) =>
    key === 'createdAt' ? new Date(String(inner)).toISOString() : inner,
  )
}
