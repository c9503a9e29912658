// Counts what one client asks of PostgreSQL: the statements that run, and how often it had to wait for an answer.
import { readTexts } from './messages.ts'

/** The texts of the statements in their order, and the round trips. */
export type Traffic = { statements: string[]; roundTrips: number }
/** Follows one connection; `note` is where its traffic is counted at the moment. */
export type Follower = Readonly<{
  onClient: (type: string, body: Buffer) => void
  onServer: (type: string) => void
}>

/**
 * A statement is an Execute or a simple Query. A round trip is the first thing that the client sends after a ReadyForQuery:
 * whatever it sends in one go, or before the answer is there, waits for the network once.
 */
export function follow(note: () => Traffic): Follower {
  const prepared = new Map<string, string>()
  const portals = new Map<string, string>()
  let isAnswered = true
  const onClient = (type: string, body: Buffer): void => {
    if (isAnswered) note().roundTrips += 1
    isAnswered = false
    if (type === 'Q') note().statements.push(readTexts(body, 1)[0] ?? '')
    if (type === 'P') prepared.set(...readPair(body))
    if (type === 'B') {
      const [portal, name] = readPair(body)
      portals.set(portal, prepared.get(name) ?? `statement ${name}`)
    }
    if (type === 'E') note().statements.push(portals.get(readTexts(body, 1)[0] ?? '') ?? 'unknown')
  }
  const onServer = (type: string): void => {
    if (type === 'Z') isAnswered = true
  }
  return { onClient, onServer }
}

function readPair(body: Buffer): [string, string] {
  const [first = '', second = ''] = readTexts(body, 2)
  return [first, second]
}
