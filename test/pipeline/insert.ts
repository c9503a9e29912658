// Puts many rows into a table past the server, as tests of reading need them.
import { type Pool, run } from '../../src/database/connect.ts'

/** Inserts rows that all have the columns of the first. */
export async function insertRows(pool: Pool, table: string, rows: readonly object[]): Promise<void> {
  const list = Object.keys(rows[0] ?? {})
    .map((column) => `"${column}"`)
    .join(', ')
  if (list === '') return
  const text = `insert into "${table}" (${list}) select ${list} from jsonb_populate_recordset(null::"${table}", $1::text::jsonb)`
  await run(pool, { text, values: [JSON.stringify(rows)] })
}
