// PostGraphile's way to write entries: one with each mutation, into the same table, without audit log and outbox.
import type { TargetOptions } from '../../read/target.ts'
import { startPostGraphile } from '../../read/targets/postgraphile.ts'
import { type Contestant, openHttp } from '../contestant.ts'

const one =
  'mutation ($entry: EntryInput!) { answer: createEntry(input: { entry: $entry }) { entry { rowId } } }'

export async function launchPostGraphile(options: TargetOptions, connections: number): Promise<Contestant> {
  const server = await startPostGraphile(options)
  return {
    name: 'PostGraphile 5 createEntry',
    node: server.node,
    connections,
    rows: 1,
    tellsNews: false,
    open: async (batches) => {
      const bodies = batches.flat().map((entry) => JSON.stringify({ query: one, variables: { entry } }))
      return openHttp(await server.open(), bodies, connections, checkId)
    },
  }
}

function checkId(answer: unknown): void {
  const { entry } = answer as { entry?: { rowId?: unknown } }
  if (typeof entry?.rowId !== 'string') throw new Error(`Expected a rowId, found ${JSON.stringify(answer)}`)
}
