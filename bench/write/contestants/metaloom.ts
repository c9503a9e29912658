// Metaloom's two ways to write entries: 1,000 with one mutation, and one with each. Always logged in.
import { type Account, logIn } from '../../read/targets/metaloom.ts'
import { type Contestant, openHttp } from '../contestant.ts'

/** An instance that runs, and who asks it. */
export type Instance = Readonly<{ port: number; node: string; account: Account }>

const many = 'mutation ($inputs: [EntryCreateInput!]!) { answer: createEntries(inputs: $inputs) { count } }'
const one = 'mutation ($input: EntryCreateInput!) { answer: createEntry(input: $input) { id } }'

export function createEntries(
  { port, node, account }: Instance,
  caller: string,
  { rows, connections }: Readonly<{ rows: number; connections: number }>,
): Contestant {
  return {
    name: `Metaloom createEntries, ${caller}`,
    node,
    connections,
    rows,
    tellsNews: true,
    open: async (batches) => {
      const bodies = batches.map((inputs) => JSON.stringify({ query: many, variables: { inputs } }))
      return openHttp(await logIn(account, port), bodies, connections, (answer) => checkCount(answer, rows))
    },
  }
}

export function createEntry({ port, node, account }: Instance, connections: number): Contestant {
  return {
    name: 'Metaloom createEntry',
    node,
    connections,
    rows: 1,
    tellsNews: true,
    open: async (batches) => {
      const bodies = batches.flat().map((input) => JSON.stringify({ query: one, variables: { input } }))
      return openHttp(await logIn(account, port), bodies, connections, checkId)
    },
  }
}

function checkCount(answer: unknown, rows: number): void {
  const { count } = answer as { count: number }
  if (count !== rows) throw new Error(`Expected ${rows} entries, found ${JSON.stringify(answer)}`)
}

function checkId(answer: unknown): void {
  const { id } = answer as { id: unknown }
  if (typeof id !== 'string') throw new Error(`Expected an id, found ${JSON.stringify(answer)}`)
}
