// The practical limit: one transaction with three INSERTs of many rows through postgres.js, in the process that measures.
import postgres, { type Sql } from 'postgres'
import { type Contestant, takeInTurn } from '../contestant.ts'
import type { Entry } from '../entries.ts'
import type { Story } from '../raw/news.ts'
import { type Insert, type WriteInsert, writeUnnest, writeValues } from '../raw/statements.ts'
import { describeTables, makeRow } from '../raw/tables.ts'

type Options = Readonly<{ databaseUrl: string; rows: number; connections: number }>

/** Both ways of writing; `story` is one of Metaloom's, so that they write the same. */
export function createRaw(story: Story, options: Options): readonly Contestant[] {
  return [
    createContestant('raw INSERTs, VALUES', writeValues, story, options),
    createContestant('raw INSERTs, unnest', writeUnnest, story, options),
  ]
}

function createContestant(
  name: string,
  writeInsert: WriteInsert,
  story: Story,
  { databaseUrl, rows, connections }: Options,
): Contestant {
  const inserts = describeTables(story).map((table) => writeInsert(table, rows))
  return {
    name,
    node: process.versions.node,
    connections,
    rows,
    tellsNews: true,
    open: async (batches) => {
      const sql = connect(databaseUrl, connections)
      const next = takeInTurn(batches)
      const senders = Array.from({ length: connections }, () => () => insertAll(sql, inserts, next()))
      return { senders, close: () => sql.end() }
    },
  }
}

/** Times go over as the text that they are. */
function connect(url: string, max: number): Sql {
  const timestamptz = { to: 1184, from: [1184], serialize: String, parse: String }
  return postgres(url, { max, onnotice: () => {}, types: { timestamptz } }) as Sql
}

/** The statements are prepared, and sent without waiting for one another. */
async function insertAll(sql: Sql, inserts: readonly Insert[], entries: readonly Entry[]): Promise<void> {
  const rows = entries.map(makeRow)
  const results = await sql.begin((transaction) =>
    inserts.map(({ text, bind }) =>
      transaction.unsafe(text, bind(rows) as never[], { prepare: true }).execute(),
    ),
  )
  const wrong = results.find(({ count }) => count !== rows.length)
  if (wrong) throw new Error(`Expected ${rows.length} rows, found ${wrong.count}`)
}
